"""The desk's memory of reports is bounded by the list that it shows."""

import pytest

from activities.desk import reports


async def test_reports_that_are_not_listed_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch):
    async def listed() -> list[str]:
        return []

    monkeypatch.setattr(reports, "list_reports", listed)
    monkeypatch.setattr(reports, "_read_before", {"a-run": ("etag", reports._Report())})  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(reports, "_acknowledged_before", {"a-run": (0, "", 0)})

    assert await reports._look() == []  # pyright: ignore[reportPrivateUsage]

    assert (reports._read_before, reports._acknowledged_before) == ({}, {})  # pyright: ignore[reportPrivateUsage]
