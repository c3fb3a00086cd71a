"""Accounts and deals: reading the CRM's files, comparing them with what is known, and applying the difference."""
