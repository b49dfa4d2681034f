"""The log line of a trigger that fails: the host repeats the delivery, and people must hear of it."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from fraud.watching.log_lines import log_line
from services.concurrency import first_of

_log = logging.getLogger(__name__)


@contextmanager
def logged_failure(function: str) -> Generator[None]:
    """Log that a function failed, with the type of its error but without its text, and raise the error."""
    try:
        yield
    except Exception as error:
        line = log_line("trigger_failed", function=function, error=type(first_of(error)).__name__)
        _log.error("%s", line)
        raise
