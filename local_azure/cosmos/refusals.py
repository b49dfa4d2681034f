"""What the door refuses, in its log: one line each, without the payload."""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from local_azure.cosmos.errors import CosmosError

logger = logging.getLogger(__name__)

_EVERYDAY = frozenset({304, 404, 409, 412, 429})


def log_refusal(raw: web.BaseRequest, refusal: CosmosError) -> None:
    """A warning for what is malformed, unsigned or too much; statuses that applications count on are left out."""
    if refusal.status not in _EVERYDAY:
        path = raw.rel_url.raw_path[:200]
        message = refusal.message[:300]
        logger.warning("refused %s %s from %s: %d %s", raw.method, path, raw.remote, refusal.status, message)


class _OneLine(logging.Filter):
    """Turns aiohttp's traceback for what is no HTTP request into one line that does not repeat it."""

    def filter(self, record: logging.LogRecord) -> bool:
        problem = record.exc_info[1] if record.exc_info else None
        if isinstance(problem, HttpProcessingError):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg = f"{record.getMessage()}: {type(problem).__name__}, not HTTP as it should be"
            record.args = record.exc_info = None
        return True


def http_logger() -> logging.Logger:
    """The logger for aiohttp's server."""
    made = logging.getLogger(f"{__name__}.http")
    made.filters = [_OneLine()]
    return made
