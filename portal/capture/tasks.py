"""Jobs of uses that log themselves, registered by being imported."""

from portal.capture.receiving import tasks as _receiving  # noqa: F401
