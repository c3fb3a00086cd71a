"""Owners: whom a CRM names, and who that is here."""
