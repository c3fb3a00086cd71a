"""Links for buyers: the only addresses that open without a sign-in, and what is measured there."""
