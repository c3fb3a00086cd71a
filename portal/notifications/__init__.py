"""Telling people: services write to the outbox in the transaction of the event, a job delivers each line once.

This package is given recipient, kind, title and address, and knows nothing of what they are about.
"""
