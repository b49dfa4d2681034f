"""Refused requests in the log: one line per request, without the payload."""

import logging

from aiohttp import web

from local_azure.cosmos.errors import CosmosError

logger = logging.getLogger(__name__)

_EVERYDAY = frozenset({304, 404, 409, 412, 429})


def log_refusal(raw: web.BaseRequest, refusal: CosmosError) -> None:
    """Warn of a request that is malformed, unsigned or too much; statuses that applications count on are left out."""
    if refusal.status not in _EVERYDAY:
        path = raw.rel_url.raw_path[:200]
        message = refusal.message[:300]
        logger.warning("refused %s %s from %s: %d %s", raw.method, path, raw.remote, refusal.status, message)
