"""Uses of content: append-only events, mended by further events, with first uses and daily sums kept beside."""
