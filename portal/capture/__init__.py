"""Uses that log themselves: what a mail, a meeting or a day's work shows is proposed to whom it belongs, who says yes
or no with one key. Nothing counts before that, and what was inferred stays marked as such."""
