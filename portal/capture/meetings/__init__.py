"""Meetings out of somebody's calendar: read from a file or a pasted invitation, kept without any address, and looked
at once they are over: what was open during one is proposed as presented."""
