"""Single updates of deals from any automation: signed, taken once, and written like an import of one row."""
