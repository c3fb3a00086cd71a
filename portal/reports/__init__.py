"""Reports: one Table each, which the page and every export share; no numbers of their own."""
