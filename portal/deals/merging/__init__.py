"""Accounts that are one although they are spelled in two ways, and the mail domains that belong to them."""
