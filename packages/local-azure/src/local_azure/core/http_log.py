"""The logger of aiohttp's server: what is not HTTP, and who hung up, in one line that repeats no payload."""

import logging

from aiohttp.http_exceptions import HttpProcessingError

_HUNG_UP = "%s: the client hung up before its answer was sent"
_NOT_HTTP = "%s: %s, not HTTP as it should be"


class _OneLine(logging.Filter):
    """Replaces aiohttp's tracebacks for what clients do; those for mistakes of our own stay as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        problem = record.exc_info[1] if record.exc_info else None
        if not isinstance(problem, HttpProcessingError | ConnectionError):
            return True
        request = record.getMessage()
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        if isinstance(problem, ConnectionError):
            record.msg, record.args = _HUNG_UP, (request,)
        else:
            record.msg, record.args = _NOT_HTTP, (request, type(problem).__name__)
        record.exc_info = record.exc_text = None
        return True


def http_logger() -> logging.Logger:
    """The logger for aiohttp's server."""
    made = logging.getLogger(__name__)
    made.filters = [_OneLine()]
    return made
