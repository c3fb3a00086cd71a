"""Uses of content: append-only events, corrected by further events, with first uses and daily sums kept as they arrive."""
