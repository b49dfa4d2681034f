"""Cases that were made of other verdicts than the kept ones: somebody has changed the case or the verdicts."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from typing import Any

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from activities.reconciliation.run_files import REQUESTS
from activities.reconciliation.second_look import store_key_of
from fraud.verdicts import readable_verdicts
from reconciliation.comparing.differences import Difference
from reconciliation.reading.cases import case_from, path_of_verdicts
from services import cosmos, names
from services.blob_revisions import read_revision
from services.blobs import warehouse
from services.concurrency import together


async def of_altered_verdicts(cases: Sequence[Difference], others: Sequence[Difference]) -> list[Difference]:
    """The differences of `case_differs` whose case was made of other verdicts, although both are valid by themselves.

    To write such a case anew would hide the change. `others` are differences of verdicts: where a window has one,
    judging it again puts back what was changed. A case that is older than its verdicts has just not been written yet.
    """
    judged_again = {(other.store, other.window_end) for other in others}
    asked = [case for case in cases if (case.store, case.window_end) not in judged_again]
    answers = await together(map(_is_of_others, asked), at_once=REQUESTS)
    return [case for case, is_of_others in zip(asked, answers, strict=True) if is_of_others]


async def _is_of_others(case: Difference) -> bool:
    path = path_of_verdicts(case.event_id, case.window_end)
    kept = await read_revision(await warehouse(names.FRAUD_EVENTS), path)
    verdicts = readable_verdicts(kept.data) if kept else []
    if kept is None or not verdicts:
        return False
    try:
        container = await cosmos.cases()
        stored: dict[str, Any] = await container.read_item(case.event_id, partition_key=store_key_of(case.store))
    except CosmosResourceNotFoundError:
        return False
    digest, revision = stored.get("verdicts_digest"), stored.get("revision")
    is_current = isinstance(revision, int) and revision >= kept.number
    return bool(digest) and is_current and digest != case_from(path, verdicts).verdicts_digest
