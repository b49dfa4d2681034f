"""Send a notice to those who operate the pipeline, once."""

import logging

import msgspec

from activities.reconciliation.chain_head import current_head
from activities.webhook import post
from fraud.watching.log_lines import check_line
from fraud.watching.notices import Notice
from services import names
from services.blobs import warehouse, write_blob
from services.settings import OPERATIONS_WEBHOOK_URL, settings

_log = logging.getLogger(__name__)


async def send_notice(notice: Notice) -> None:
    """Post a notice to the webhook of operations if one is set, log it, and keep a blob that says that it was sent.

    Message, log line and blob hold the head of the chain of reports (`reconciliation.chain`).
    The blob is written last. A crash before that repeats the post with the same `Idempotency-Key`. Raises WebhookError
    if the webhook does not take it.
    """
    reports = await warehouse(names.REPORTS)
    if await reports.get_blob_client(notice.path).exists():
        return
    # Whoever keeps these messages can compare the chain of reports with them: `detective verify --head`.
    head = str(await current_head())
    content = msgspec.json.encode({"name": notice.name, **msgspec.to_builtins(notice), "head": head})
    if url := settings().operations_webhook_url:
        await post(OPERATIONS_WEBHOOK_URL, url, content, notice.name, secret=settings().webhook_secret)
    await write_blob(reports, notice.path, content)
    line = check_line("pipeline_notice", notice.check, kind=notice.kind, since=notice.since, head=head)
    _log.warning("%s", line)
