"""Finding: search over what a person may see, the log of searches, and picks for a deal."""
