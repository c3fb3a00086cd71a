"""Requests: what sales asks marketing to make, with the deals that wait for it and everything that happened since.

What a request is worth is reckoned into its own columns in one statement (worth), whenever what it depends on changes;
lists and the board read these, and its page shows the parts (worth_queries). While somebody asks, open requests alike
are found by the stems of their words (similar).
"""
