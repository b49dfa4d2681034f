"""Keep the case of a window in Cosmos: create it, or bring the analysis in an existing one up to date."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from fraud.verdicts import Case
from services import cosmos
from services.judged_times import JUDGED_FIELD, judged_seconds

_ATTEMPTS = 10


class CaseChangesError(Exception):
    """Others have changed the case at every attempt."""


async def store_case(case: Case, is_newest: Callable[[], Awaitable[bool]], *, again: bool) -> None:
    """Write a case. What others wrote into it stays; so does the time at which it was first judged, if it is judged
    `again`.

    A case is not written if its verdicts were amended since: `is_newest` tells if they are still the newest. Raises
    CaseChangesError, and what Cosmos raised.
    """
    container = await cosmos.cases()
    # In the form in which Cosmos will return it, so that it can be compared with the stored case.
    analysis: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(case))
    for _ in range(_ATTEMPTS):
        try:
            await container.create_item(analysis)
        except CosmosResourceExistsError:
            pass
        else:
            return
        try:
            existing = await container.read_item(case.id, partition_key=case.store_id)
            if existing | analysis == existing:
                return
            # A number above ours may also be that of verdicts that somebody has deleted.
            if _revision(existing) > case.revision and not await is_newest():
                return
            judged = judged_seconds(existing) if again else None
            kept: dict[str, Any] = {} if judged is None else {JUDGED_FIELD: judged}
            content = existing | analysis | kept
            await container.replace_item(
                case.id, content, etag=existing["_etag"], match_condition=MatchConditions.IfNotModified
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            continue  # changed or deleted since it was read
        else:
            return
    raise CaseChangesError(f"the case {case.id} was changed by others at each of {_ATTEMPTS} attempts")


def _revision(existing: dict[str, Any]) -> int:
    """The revision of a case; one that an earlier version wrote, or somebody has altered, is the first."""
    number = existing.get("revision")
    return number if isinstance(number, int) else 1
