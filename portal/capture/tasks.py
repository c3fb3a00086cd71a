"""Jobs of uses that log themselves, registered by being imported."""

from portal.capture import asking_tasks as _asking  # noqa: F401
from portal.capture.meetings import tasks as _meetings  # noqa: F401
from portal.capture.receiving import tasks as _receiving  # noqa: F401
