"""Verdicts of a re-analysis are judged again with the set that they name; those of before count nowhere."""

from datetime import timedelta
from random import Random

import pytest

from activities.alert_fraud_team import alert_fraud_team
from activities.find_windows import find_windows
from activities.judge_again import judge_again
from fraud.reanalysis.messages import Reanalysis, WindowAgain, WindowsPage
from fraud.rules.shipped import shipped
from fraud.verdicts import from_ndjson
from services import names
from services.blobs import read_blob, warehouse
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.activities.reconciliation.test_activities import a_world
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]


async def test_accounts_balance_after_a_reanalysis_and_count_no_verdict_twice(monkeypatch: pytest.MonkeyPatch):
    # The verdicts of this world are new, and nobody has told of them.
    monkeypatch.setattr("activities.find_windows.UNTOLD", timedelta())
    await store(a_world(Random(25)))
    before, report_before = await reconcile(RANGE)
    order = Reanalysis(
        id="again-20260103T000000Z-00000025",
        start=RANGE.start,
        end=RANGE.end,
        rules=shipped()["context"].id,
        who="Ana",
        why="a trial",
    )

    page = await find_windows(WindowsPage(order))
    judged = [await judge_again(WindowAgain(order, path)) for path in page.paths]
    for window in judged:
        if window.told:
            await alert_fraud_team(window.told)
    after, report = await reconcile(RANGE)
    fraud_events = await warehouse(names.FRAUD_EVENTS)
    sets = {
        verdict.rule_set
        for path in page.paths
        for verdict in from_ndjson(await read_blob(fraud_events, path))
        if verdict.event
    }

    assert len(page.paths) > 1
    assert any(window.told for window in judged)
    assert order.rules in sets
    assert (before.verdict, after.verdict) == ("balanced", "balanced"), [d.name for d in report.differences]
    assert report.accounts == report_before.accounts
