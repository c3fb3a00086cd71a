"""The two ways in which a file can fail its reader; the messages are written for people."""

from __future__ import annotations

DAMAGED = "the file is damaged"
DOCTYPE = "it contains a document type declaration"
LOCKED = "it is protected with a password"


class Unreadable(Exception):
    """The file can be kept, but not read; the message says why."""


class Unsafe(Unreadable):
    """The file is built to do harm, or can't be told from one that is, and should not be kept."""
