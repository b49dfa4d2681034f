"""The cases that name an event among their worst, which stay when the event has left the archive."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from datetime import datetime

import msgspec

from fraud.events import UNKNOWN_STORE, StoreKey
from fraud.verdicts import CaseType
from fraud.windows import is_in_calendar
from services import cosmos, names
from services.cosmos_lists import listed
from services.desk.case_queries import IS_CASE
from services.desk.stored import read_stored

SWEPT = "c.type = 'sweep'"
"""The condition on cases of sweeps. Each is of one sale, which it names."""


class CaseNaming(msgspec.Struct, frozen=True):
    """As much of a case as leads to its verdicts, and the id that it names."""

    event_id: str
    type: CaseType
    store_id: StoreKey
    window_end: datetime
    verdicts_blob: str

    @property
    def path(self) -> str:
        """The path of its verdicts in `fraud-events`; empty if somebody has altered the case."""
        container, _, path = self.verdicts_blob.partition("/")
        return path if container == names.FRAUD_EVENTS else ""

    @property
    def window(self) -> tuple[StoreKey | None, datetime]:
        """Its store, None for events without one, and the end of its window."""
        return None if self.store_id == UNKNOWN_STORE else self.store_id, self.window_end


async def cases_naming(ids: Sequence[str], condition: str = IS_CASE) -> list[CaseNaming]:
    """The cases under a condition that name any of these ids among their ten worst; one for each id and case."""
    if not ids:
        return []
    asked = listed(ids, "i")
    query = (
        "SELECT t.event_id, c.type, c.store_id, c.window_end, c.verdicts_blob FROM c JOIN t IN c.top "
        f"WHERE {condition} AND t.event_id IN ({asked.names})"
    )
    documents = (await cosmos.cases()).query_items(query, parameters=asked.parameters)
    cases = [case async for document in documents if (case := read_stored(document, CaseNaming)) is not None]
    return [case for case in cases if case.path and is_in_calendar(case.window_end)]
