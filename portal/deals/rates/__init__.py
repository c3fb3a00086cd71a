"""Rates: what other currencies are worth in the base currency, as an admin loaded them."""
