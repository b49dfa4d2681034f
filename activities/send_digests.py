"""Tell the fraud team of the alerts that wait: one message per store and band, at most one in so many minutes."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError

from activities.fraud_team import has_receiver, tell_team
from activities.mail import MailError
from activities.quarantine import quarantine
from activities.webhook import WebhookError
from fraud.desk.alert_text import body_of_digest, card_of_digest
from fraud.desk.digests import digest_of
from fraud.quarantine import QuarantinedEvidence, raw
from services import names
from services.alert_digests import LONGEST_PATH, has_waited, note_told, read_waiting, told_last, waiting_alerts
from services.blobs import delete_blob, warehouse
from services.concurrency import together
from services.settings import settings
from services.watching import azure_time

MOST_OF_DIGEST = 500
_AT_ONCE = 8
_log = logging.getLogger(__name__)


async def send_digests() -> int:
    """Send the digests that are due; the number of messages.

    The first alert of a store and band is told within a minute; what follows within the minutes of the setting is told
    together when they are over. A message that a receiver does not take waits for the next minute, and is then sent to
    all receivers again. Alerts that no receiver takes, because its setting is gone, keep waiting. A crash after a post
    repeats it: the same alerts have the same `Idempotency-Key`. Raises the last WebhookError or MailError, or what the
    blob service raised, after all others were tried.
    """
    groups = await waiting_alerts()
    if not groups:
        return 0
    now = await azure_time()
    outcomes = await together((_try(group, paths, now) for group, paths in groups.items()), at_once=_AT_ONCE)
    if problems := [outcome for outcome in outcomes if isinstance(outcome, Exception)]:
        raise problems[-1]
    return sum(outcome is True for outcome in outcomes)


async def _try(group: str, paths: Sequence[str], now: datetime) -> bool | Exception:
    """As `_send`. An error of the blob service about one group, such as an archived blob, holds up no other group."""
    try:
        return await _send(group, paths, now)
    except AzureError as error:
        _log.warning("the alerts of %s wait for the next minute: %s", group, error)
        return error


async def _send(group: str, paths: Sequence[str], now: datetime) -> bool | WebhookError | MailError:
    """True if the alerts of a group were told, False if they are not due, or the reason why a receiver did not take
    them.
    """
    if not has_receiver(group.partition("/")[0]):
        _log.warning("%d alerts of %s wait: no receiver is set for their band", len(paths), group)
        return False
    last, minutes = await told_last(group), timedelta(minutes=settings().alert_digest_minutes)
    # Nobody was told in the future: such a moment is of another hand, and holds up no alert. Nor does one that somebody
    # writes anew as often as it has passed: no alert waits for longer than the minutes.
    if last is not None and last <= now < last + minutes and not await has_waited(group, minutes):
        return False
    told = paths[:MOST_OF_DIGEST]
    waiting = await read_waiting(told)
    for path, (content, reason) in waiting.damaged.items():
        await quarantine(QuarantinedEvidence(reason=reason, raw_base64=raw(content), blob=path[:LONGEST_PATH]))
        await delete_blob(await warehouse(names.REPORTS), path)
    if not waiting.alerts:
        return False
    digest, desk = digest_of(waiting.alerts), settings().desk_url
    try:
        await tell_team(digest.band, digest.name, digest, card_of_digest(digest, desk), body_of_digest(digest, desk))
    except (WebhookError, MailError) as error:
        _log.warning("the digest of %s waits for the next minute: %s", group, error)
        return error
    await note_told(group, now, told, waiting.alerts)
    _log.info("%s: %d windows were told in one message", digest.name, digest.windows)
    return True
