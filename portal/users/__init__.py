"""People: who they are, what their role lets them do, their sessions, and the audit of what admins did."""
