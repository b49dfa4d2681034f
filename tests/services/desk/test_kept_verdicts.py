"""Verdicts that are kept for a while: read once, again when they are amended, and not without end."""

import pytest

from fraud.judging import judged
from fraud.verdicts import Verdict
from services.desk import kept_verdicts
from services.desk.kept_verdicts import VerdictsCache
from tests.fraud.builders import WINDOW_ENDING_1010

HIGH = judged(
    {"id": "a", "event_type": "sale_event", "price": 900.0, "qty": 9}, 3, WINDOW_ENDING_1010, None, contents=2
)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The blobs that were read, each of which has two verdicts."""
    asked: list[str] = []

    async def read(blob: str) -> list[Verdict]:
        asked.append(blob)
        return [HIGH, HIGH]

    monkeypatch.setattr(kept_verdicts, "verdicts_in", read)
    return asked


async def test_a_blob_is_read_once_for_each_revision(reads: list[str]):
    kept = VerdictsCache()

    for revision in (1, 1, 2, 1, 2):
        assert len(await kept.read("a", revision)) == 2

    assert reads == ["a", "a"]


async def test_those_that_nobody_asked_for_lately_make_room(reads: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_verdicts, "MAX_VERDICTS", 4)
    kept = VerdictsCache()

    for blob in ("a", "b", "a", "c", "a", "b"):
        await kept.read(blob, 1)

    assert reads == ["a", "b", "c", "b"]


async def test_what_was_read_long_ago_is_read_anew(reads: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_verdicts, "_SECONDS", 0.0)
    kept = VerdictsCache()

    await kept.read("a", 1)
    await kept.read("a", 1)

    assert reads == ["a", "a"]
