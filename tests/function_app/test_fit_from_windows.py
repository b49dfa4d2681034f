"""From outcomes to weights, over the running app: sales are judged, their outcomes sent, a set fitted to them."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest

from activities.archive_events import archive_events
from activities.judge_small_window import judge_small_window
from activities.window_ids import save_window
from cli.commands import command_line
from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from fraud.windows import SuspiciousWindow, Window, unique_ids
from tests.cli.test_rules_fit import TEXT, TWO
from tests.fraud.builders import event_body, received
from tests.function_app.http_functions import call

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

WINDOW = Window(datetime(2026, 1, 2, 12, 5, tzinfo=UTC), datetime(2026, 1, 2, 12, 10, tzinfo=UTC))
SPAN = ("--from", "2026-01-02T12:10:00Z", "--to", "2026-01-02T12:10:00Z")


async def judged_windows() -> dict[str, bool]:
    """Six windows of ten sales; the ids of their sales, and whether they are dear, or many pieces."""
    sales: dict[str, bool] = {}
    for number in range(6):
        ids = [uuid.uuid4().hex for _ in range(10)]
        kinds = [at % 2 == 0 for at in range(10)]
        for at, (event_id, is_dear) in enumerate(zip(ids, kinds, strict=True)):
            what = {"price": 2_000.0, "qty": 1} if is_dear else {"price": 20.0, "qty": 6}
            customer = 880_000 + 10 * number + at
            body = event_body(event_id, store_id=88, cust_id=customer, gift_wrap=False, category="Garden", **what)
            arrived = WINDOW.start + timedelta(minutes=1)
            await archive_events([msgspec.structs.replace(received(body), enqueued_time=arrived)])
        await judge_small_window(await save_window(SuspiciousWindow(88, unique_ids(ids), WINDOW)))
        sales |= dict(zip(ids, kinds, strict=True))
    return sales


async def detective(*command: str) -> int:
    options = command_line().parse_args(list(command))
    return await asyncio.to_thread(options.run, options)


async def test_weights_follow_the_outcomes_and_the_file_is_one_that_the_app_can_try(
    http: aiohttp.ClientSession, app: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    sales = await judged_windows()
    rules, ours, outcomes = tmp_path / "two.toml", tmp_path / "ours.toml", tmp_path / "outcomes.csv"
    rules.write_text(TEXT)
    rows = [f"{event_id},{'chargeback' if is_dear else 'legitimate'},2026-01-20" for event_id, is_dear in sales.items()]
    outcomes.write_text("\n".join(["id,outcome,date", *rows]))
    fit = ("rules", "fit", str(rules), *SPAN, "--out", str(ours), "--drawn", "1", "--url", app, "--as", "Ana", "--json")

    assert await detective("outcomes", str(outcomes), "--url", app, "--as", "Ana") == 0
    capsys.readouterr()
    assert await detective(*fit) == 0
    shown = json.loads(capsys.readouterr().out)
    _, page = await call(http, "GET", f"/api/rule-trials/{shown['windows']['trial']}/samples?limit=4")
    absent, _ = await call(http, "GET", "/api/rule-trials/try-none/samples")
    _, deeds = await call(http, "GET", "/api/deeds?limit=1")
    checked = await detective("rules", "check", str(ours))
    capsys.readouterr()
    tried = await detective("rules", "try", str(ours), *SPAN, "--url", app, "--json")
    trial = json.loads(capsys.readouterr().out)

    after = {rule.id: [step.weight for step in rule.steps] for rule in read_rules(ours.read_text(), KINDS).rules}
    assert (shown["windows"]["labelled"], shown["windows"]["fraud"], shown["windows"]["windows"]) == (60, 30, 6)
    assert [world["learned"] for world in shown["worlds"]] == [True, False]
    assert sum(world["flagged"] for world in shown["worlds"]) == 60
    assert after["DEAR"][1] > TWO.rules[1].steps[1].weight
    assert after["MANY"][0] < TWO.rules[2].steps[0].weight
    assert all(world["after"]["auc"] == 1.0 > world["before"]["auc"] for world in shown["worlds"])
    assert (len(page["items"]), page["next"] is not None, absent) == (4, True, 404)
    assert not any(event_id in json.dumps(page) for event_id in sales)
    assert (deeds["items"][0]["what"], deeds["items"][0]["why"]) == ("try-rules", "a fit")
    assert (checked, tried) == (0, 0)
    assert trial["tried"]["verdicts"] == trial["tried"]["kept"] == 60
    assert trial["tried"]["labels"]["event after high right"] == 30
    assert "sampled" not in trial["tried"]
