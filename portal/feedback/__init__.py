"""Ratings of content by the people who used it."""
