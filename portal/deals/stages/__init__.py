"""Stages: what a CRM calls them, and the portal's own word for each."""
