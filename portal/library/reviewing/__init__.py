"""Reviews: people from either side are asked about one version before everyone uses it, and answer by name.

A review is always about the newest version: it ends when a newer one comes, and when its content is published or
archived, so that none stays open about something settled (ending.py, which publishing and archiving call). Who
approved which version is kept for good.
"""
