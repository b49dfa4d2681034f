"""Tell the fraud team of an analysed window, once."""

import logging

import msgspec
from azure.core.exceptions import ResourceExistsError

from activities.fraud_team import has_receiver, tell_team
from fraud.analysis import KeptAlert, WindowSummary, alert_path
from fraud.desk.alert_text import body_of, card_of
from fraud.desk.digests import worst_band
from services import names
from services.alert_digests import WAITS, wait_for_digest
from services.blobs import warehouse
from services.counting import NOBODY_TO_TELL, TOLD_TO_NOBODY
from services.settings import settings

_log = logging.getLogger(__name__)


async def alert_fraud_team(summary: WindowSummary) -> None:
    """Send one alert per window and revision.

    It is a post to the webhook if one is set, a mail if a verdict is high and a server is set, a log line, and a blob
    that records it. The blob is written last. A crash before that repeats the post, with the same `Idempotency-Key`,
    and the mail, with the same `Message-ID`, so receivers recognise a repetition. The blob says if there was a
    receiver at all. An alert that is `quiet` is a blob only. If alerts are sent in digests, it waits for the next
    digest, and no receiver can delay it. Raises WebhookError or MailError if a receiver does not take the alert.
    """
    reports = await warehouse(names.REPORTS)
    path = alert_path(summary.window_end, summary.alert_name)
    band = worst_band(summary)
    is_told = not summary.quiet and has_receiver(band)
    if is_told and await reports.get_blob_client(path).exists():
        return
    waits = is_told and bool(settings().alert_digest_minutes)
    if waits:
        await wait_for_digest(summary)
    elif is_told:
        desk = settings().desk_url
        await tell_team(band, summary.alert_name, summary, card_of(summary, desk), body_of(summary, desk))
    alert = msgspec.json.encode(KeptAlert(**msgspec.structs.asdict(summary), had_receiver=is_told))
    untold = TOLD_TO_NOBODY if summary.quiet else NOBODY_TO_TELL
    metadata = WAITS if waits else None if is_told else untold
    try:
        await reports.upload_blob(path, alert, length=len(alert), metadata=metadata)
    except ResourceExistsError:
        return  # a twin of this activity, alive after a lost lease, has alerted meanwhile
    if summary.quiet:
        return
    _log.warning(
        "ALERT %s: %d suspicious events, %d high, worst score %d, verdicts in %s",
        summary.alert_name,
        summary.suspicious,
        summary.bands["high"],
        summary.max_score,
        summary.verdicts_blob,
    )
