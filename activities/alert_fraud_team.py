"""Tell the fraud team of an analysed window, once."""

import logging

import aiohttp
import msgspec
from azure.core.exceptions import ResourceExistsError

from fraud.analysis import WindowSummary
from fraud.verdicts import time_path
from services import names
from services.blobs import warehouse
from services.settings import ALERT_WEBHOOK_URL, settings

_log = logging.getLogger(__name__)
_WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=20)


class AlertError(Exception):
    """The webhook has not taken an alert. The message names the setting and not its value, which is a secret."""


async def alert_fraud_team(summary: WindowSummary) -> None:
    """Give one alert per window and revision: a post to the webhook if one is set, a log line, a blob that remembers.

    The blob is written last. A crash before that repeats the post, with the same `Idempotency-Key`, so the receiver can
    tell. Raises AlertError if the webhook does not take the alert.
    """
    reports = await warehouse(names.REPORTS)
    path = f"alerts/{time_path(summary.window_end)}/{summary.alert_name}.json"
    alert = msgspec.json.encode(summary)
    if await reports.get_blob_client(path).exists():
        return
    if url := settings().alert_webhook_url:
        await post_alert(url, alert, summary.alert_name)
    try:
        await reports.upload_blob(path, alert, length=len(alert))
    except ResourceExistsError:
        return  # a twin of this activity, alive after a lost lease, has alerted meanwhile
    _log.warning(
        "ALERT %s: %d suspicious events, %d high, worst score %d, verdicts in %s",
        summary.alert_name,
        summary.suspicious,
        summary.bands["high"],
        summary.max_score,
        summary.verdicts_blob,
    )


async def post_alert(url: str, alert: bytes, key: str) -> None:
    """Post an alert. Raises AlertError without the address in it, or in anything that it was raised from."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    try:
        async with (
            aiohttp.ClientSession(timeout=_WEBHOOK_TIMEOUT) as session,
            # A redirect would carry the alert to a host that nobody has chosen.
            session.post(url, data=alert, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except TimeoutError:
        problem = f"does not answer within {_WEBHOOK_TIMEOUT.total:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        problem = f"cannot be reached ({type(error).__name__})"
    else:
        if 200 <= status < 300:
            return
        problem = f"answers {status}" + (", a redirect, which is not followed" if 300 <= status < 400 else "")
    # Outside of the except block, or the library's error, whose text holds the address, would be its context.
    raise AlertError(f"the webhook of {ALERT_WEBHOOK_URL} {problem}")
