"""Tell the fraud team of an analysed window, once."""

import logging

import aiohttp
import msgspec
from azure.core.exceptions import ResourceExistsError

from fraud.analysis import WindowSummary
from fraud.verdicts import time_path
from services import names
from services.blobs import warehouse
from services.settings import settings

_log = logging.getLogger(__name__)
_WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=20)


async def alert_fraud_team(summary: WindowSummary) -> None:
    """One alert a window: a post to the webhook if one is set, a log line, and a blob that remembers it.

    The blob is written last. A crash before that repeats the post, with the same `Idempotency-Key`, so the receiver can
    tell. Raises ClientError or TimeoutError if the webhook does not accept the alert.
    """
    reports = await warehouse(names.REPORTS)
    path = f"alerts/{time_path(summary.window_end)}/{summary.name}.json"
    alert = msgspec.json.encode(summary)
    if await reports.get_blob_client(path).exists():
        return
    if url := settings().alert_webhook_url:
        await _post(url, alert, summary.name)
    try:
        await reports.upload_blob(path, alert, length=len(alert))
    except ResourceExistsError:
        return  # a twin of this step, alive after a lost lease, has alerted meanwhile
    _log.warning(
        "ALERT %s: %d suspicious events, %d high, worst score %d, verdicts in %s",
        summary.name,
        summary.suspicious,
        summary.bands["high"],
        summary.max_score,
        summary.verdicts_blob,
    )


async def _post(url: str, alert: bytes, key: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    async with (
        aiohttp.ClientSession(timeout=_WEBHOOK_TIMEOUT) as session,
        session.post(url, data=alert, headers=headers) as answer,
    ):
        answer.raise_for_status()
