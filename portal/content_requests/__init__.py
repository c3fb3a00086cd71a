"""Requests: what sales asks marketing to make, with the deals that wait for it and everything that happened since."""
