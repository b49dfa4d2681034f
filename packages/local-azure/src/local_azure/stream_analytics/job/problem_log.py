"""A log of refused events that a flood of them cannot fill."""

import logging
import time

logger = logging.getLogger(__name__)

LINES = 10
SPAN = 10.0
"""At most so many lines in so many seconds; the rest are counted."""


class ProblemLog:
    """Writes warnings, and past the limit only how many there were."""

    def __init__(self) -> None:
        self._since = 0.0
        self._written = 0
        self._withheld = 0

    def write(self, warning: str) -> None:
        """Log a warning, or count it."""
        now = time.monotonic()
        if now - self._since >= SPAN:
            if self._withheld:
                logger.warning("%d more events were refused", self._withheld)
            self._since, self._written, self._withheld = now, 0, 0
        if self._written < LINES:
            self._written += 1
            logger.warning("%s", warning)
        else:
            self._withheld += 1
