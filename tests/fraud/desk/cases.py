"""Cases with a review, for tests."""

from datetime import UTC, datetime
from typing import Any

from fraud.desk.callers import Caller
from fraud.desk.review import Review
from fraud.desk.rows import CaseRow
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ANA = Caller(name="Ana", role="analyst", by="name")
BEN = Caller(name="Ben", role="analyst", by="login")
OPERATOR = Caller(name="Olga", role="operator", by="key")


def a_case(**review: Any) -> CaseRow:
    """A case of store 3."""
    return CaseRow(
        id="window-3-x",
        store_id=3,
        window_start=WINDOW.start,
        window_end=WINDOW.end,
        suspicious=1,
        bands={"high": 1},
        max_score=90,
        top=(),
        verdicts_blob="fraud-events/x",
        rule_set="seed",
        revision=2,
        etag='"1"',
        review=Review(**review),
    )
