"""The whole app on Microsoft's own Durable extension, beside the local parts, with its host killed now and then.

The extension's clock cannot be hurried, that of the local parts can: theirs begins more than a week ago and runs thirty
times as fast, so that a night of the extension finds everything in the past.
"""

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from cli import campaigns, reconciliations, repairs, windows
from cli.app_client import AppClient, read_as
from fraud.desk.paging import Page
from fraud.desk.rows import CaseRow
from fraud.desk.waiting import review_id
from fraud.generation import BatchTotals, GeneratedEvent, generate_events, totals_of
from fraud.reanalysis.asking import ReanalysisRow, TrialRow
from fraud.windows import window_of
from local_azure.testing import Clock, DurableHost, azurite_services, connections, durable_host_program, send_events
from reconciliation.messages import Outcome
from reconciliation.nightly import Watermark
from reconciliation.ranges import MAX_RANGE, Range
from services import names
from tests.support.parts import pipeline

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.long, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
SPEED = 30
SINCE = MAX_RANGE + timedelta(hours=12)
"""A night covers at most seven days, and waits a quarter of an hour behind them: both have passed."""
PATIENCE_SECONDS = 200.0
"""Messages that a killed host had locked come back after a minute, what its extension had after ten seconds."""
INSTANCES = "runtime/webhooks/durabletask/instances"
NOWHERE = connections.namespace("127.0.0.1:9")
OTHER_RULES = "seed"
EVERY_TEN_SECONDS = "*/10 * * * * *"


Row = TypeVar("Row", ReanalysisRow, TrialRow)


class Pipeline:
    """The app on the extension, and the services around it."""

    def __init__(self, folder: Path, azurite: int, clock: Clock, settings: dict[str, str]) -> None:
        self.clock = clock
        self.hubs = settings[names.EVENT_HUBS]
        self.blobs = BlobServiceClient.from_connection_string(settings[names.WAREHOUSE])
        recorded = folder / "recorded"
        recorded.mkdir()
        # A night waits a quarter of an hour by the extension's clock: none may begin before one is asked for.
        later = f"0 0 {(datetime.now(UTC) + timedelta(hours=12)).hour} * * *"
        self._environment = {
            **settings,
            "RECONCILIATION_SCHEDULE": later,
            "ORACLE_PUMP": "1",
            "ORACLE_RECORD": str(recorded),
        }
        self.host = DurableHost(
            durable_host_program(ROOT),
            azurite,
            app=ROOT,
            state=folder / "host",
            environment=self._environment,
        )
        self.app = AppClient(self.host.address, patience=PATIENCE_SECONDS)
        self.begin = window_of(clock.now()).start

    def kill(self, **settings: str) -> None:
        """Kill the host and start it again, with other settings in place of the usual ones."""
        self.host.kill()
        self.host.environment = self._environment | settings
        self.host.start()

    def container(self, name: str) -> ContainerClient:
        """A container of the warehouse."""
        return self.blobs.get_container_client(name)

    def reconciled(self, end: datetime | None = None) -> Outcome:
        """The outcome of a reconciliation over all that has happened, or until some end."""
        run = reconciliations.start(self.app, self.begin, end or self.clock.now())
        return reconciliations.wait(self.app, run, lambda _: None)

    def review(self, case_id: str) -> dict[str, Any]:
        """The status of the orchestration that waits for the decision of a case."""
        return self.app.get(f"{INSTANCES}/{quote(review_id(case_id))}")

    def balanced(self) -> Outcome:
        """The outcome once Capture and the stream job have written what belongs to it; the last one after a while."""
        until, end = self.clock.now(), time.monotonic() + PATIENCE_SECONDS
        while (outcome := self.reconciled(until)).verdict != "balanced" and time.monotonic() < end:
            time.sleep(2)
        return outcome


@pytest.fixture
def pipe(tmp_path: Path) -> Generator[Pipeline]:
    now = time.time()
    clock = Clock(now, now - SINCE.total_seconds(), SPEED)
    with pipeline(tmp_path, clock) as settings, azurite_services(tmp_path) as azurite:
        pipe = Pipeline(tmp_path, azurite, clock, settings)
        with pipe.host:
            yield pipe


def test_the_whole_app_runs_on_the_extension_and_its_accounts_balance(pipe: Pipeline):
    deeds = (stopped_campaign, campaign_under_kills, stopped_plan, plan_under_kills, late_events)
    totals = [deed(pipe) for deed in deeds]
    sent = sum(each.sent for each in totals)
    flagged = sum(each.expected_suspicious for each in totals)

    judging = windows.Judging(pipe.app)
    assert windows.wait_until_judged(judging, flagged, PATIENCE_SECONDS, lambda _: None), judging.look()
    outcome = pipe.balanced()
    counts = outcome.accounts
    assert outcome.verdict == "balanced", outcome.sentence
    assert (counts.captured, counts.archived + counts.quarantined) == (sent, sent)
    assert counts.expected == counts.suspicious == counts.analysed == flagged

    reviewed(pipe)
    repaired(pipe)
    judged_again(pipe, flagged)
    nights_follow(pipe, sent)


def stopped_campaign(pipe: Pipeline) -> BatchTotals:
    """A campaign that is stopped while it sends, right after its host was killed."""
    campaign = campaigns.start(pipe.app, {"name": "stopped", "batches": 10_000, "events_per_batch": 10, "seed": 1})
    until(lambda: campaigns.look(pipe.app, campaign).batches_sent > 3)
    pipe.kill()
    campaigns.stop(pipe.app, campaign)
    state = campaigns.watch(pipe.app, campaign, lambda _: None)
    assert (state.phase, state.totals.sent) == ("stopped", state.batches_sent * 10)
    assert 3 < state.batches_sent < 10_000
    return state.totals


def campaign_under_kills(pipe: Pipeline) -> BatchTotals:
    """A campaign over two generations whose host is killed twice."""
    order = {"name": "whole", "batches": 40, "events_per_batch": 25, "interval_seconds": 0.5, "seed": 2}
    campaign = campaigns.start(pipe.app, order)
    for batches in (10, 27):
        until(lambda batches=batches: campaigns.look(pipe.app, campaign).batches_sent >= batches)
        pipe.kill()
    state = campaigns.watch(pipe.app, campaign, lambda _: None)
    assert (state.phase, state.batches_sent, state.totals.sent) == ("completed", 40, 1_000)
    return state.totals


def stopped_plan(pipe: Pipeline) -> BatchTotals:
    """A campaign by a plan that is stopped while it sends, right after its host was killed."""
    campaign = campaigns.start(pipe.app, plan("stopped-plan", seed=3, rate=20, length="1h"))
    until(lambda: campaigns.look(pipe.app, campaign).totals.sent > 50)
    pipe.kill()
    campaigns.stop(pipe.app, campaign)
    state = campaigns.watch(pipe.app, campaign, lambda _: None)
    assert (state.phase, state.totals.sent % 20) == ("stopped", 0)
    assert 50 < state.totals.sent < 72_000
    return state.totals


def plan_under_kills(pipe: Pipeline) -> BatchTotals:
    """A campaign by a plan over two generations whose host is killed twice."""
    campaign = campaigns.start(pipe.app, plan("whole-plan", seed=4, rate=30, length="20s", producers=3))
    for sent in (100, 400):
        until(lambda sent=sent: campaigns.look(pipe.app, campaign).totals.sent >= sent)
        pipe.kill()
    state = campaigns.watch(pipe.app, campaign, lambda _: None)
    assert (state.phase, state.totals.sent, state.planned) == ("completed", 600, 600)
    return state.totals


def plan(name: str, *, seed: int, rate: int, length: str, producers: int = 1) -> dict[str, Any]:
    """A plan at a constant rate with a tick per second; its seed decides the ids, so each has one of its own."""
    stages = [{"shape": "constant", "rate": rate, "for": length}]
    return {"name": name, "seed": seed, "tick": "1s", "producers": producers, "stages": stages}


def late_events(pipe: Pipeline) -> BatchTotals:
    """Events whose window is analysed before the archiver gets them, because it does not reach the hub meanwhile."""
    pipe.kill(EventHubs=NOWHERE)
    events = list(generate_events("late", 0, 100, 0.1, pipe.clock.now().isoformat()))
    events += one_sku_at_six_stores(events)
    for partition, kind in enumerate(("inventory_event", "sale_event")):
        bodies = [msgspec.json.encode(event) for event in events if event.event_type == kind]
        send_events(pipe.hubs, names.EVENT_HUB, (partition, bodies))
    until(lambda: waiting_windows(pipe))
    pipe.kill()
    return totals_of(events)


def one_sku_at_six_stores(events: list[GeneratedEvent]) -> list[GeneratedEvent]:
    """Sales to one customer at once, which make cases with verdicts of the band high."""
    sale = next(event for event in events if event.event_type == "sale_event" and not event.is_bad)
    flagged = msgspec.structs.replace(sale, cust_id=77, discount=90, priority_shipping=True, is_return=False)
    return [msgspec.structs.replace(flagged, id=f"one-sku-{store}", store_id=store) for store in range(1, 7)]


def waiting_windows(pipe: Pipeline) -> list[str]:
    """The windows that wait for events which the archive lacks."""
    return [each.instance_id for each in windows.instances(pipe.app) if each.unresolved]


def reviewed(pipe: Pipeline) -> None:
    """The waiting for the decision of a case begins by itself, and ends with the decision though the host is killed."""

    def case() -> CaseRow | None:
        page = read_as(Page[CaseRow], pipe.app.query("api/cases", band="high"), "cases")
        return next((each for each in page.items if each.review.due), None)

    until(case)
    waiting = case()
    assert waiting is not None
    decision = {"outcome": "confirmed", "why": "seen on the extension"}
    pipe.app.change(f"api/cases/{quote(waiting.id)}/decision", decision, etag=waiting.etag, actor="Ana")
    pipe.kill()
    until(lambda: pipe.review(waiting.id)["runtimeStatus"] == "Completed")
    assert pipe.review(waiting.id)["output"] == {"state": "confirmed"}


def repaired(pipe: Pipeline) -> None:
    """Verdicts that are lost are found missing and repaired, although the host is killed in the repair."""
    verdicts = pipe.container(names.FRAUD_EVENTS)
    blobs = sorted(blob.name for blob in verdicts.list_blobs())
    for name in blobs[:3]:
        verdicts.delete_blob(name)
    before = pipe.reconciled()
    assert (before.verdict, before.accounts.missing_from_fraud > 0) == ("differences", True)

    repair = repairs.start(pipe.app, before.id, dry_run=False)
    pipe.kill()
    done = repairs.wait(pipe.app, repair)

    assert done.judged_windows == 3
    assert sorted(blob.name for blob in verdicts.list_blobs()) == blobs
    outcome = pipe.balanced()
    assert outcome.verdict == "balanced", outcome


def judged_again(pipe: Pipeline, flagged: int) -> None:
    """Another set is tried and leaves samples, then judges all windows again: the host is killed in both, all balances.

    An event that was sent again after a kill has a verdict in each window that it came in.
    """
    order = {"from": pipe.begin.isoformat(), "to": pipe.clock.now().isoformat(), "rules": OTHER_RULES, "why": "a proof"}

    pipe.app.change("api/rule-trials", order | {"samples": "all"}, actor="Ana")
    pipe.kill()
    trial = ended(pipe, "api/rule-trial", TrialRow).result
    assert trial is not None
    assert (trial.phase, trial.left_out, trial.tried.without_facts) == ("done", 0, 0)
    verdicts = trial.tried.verdicts
    assert flagged <= verdicts < 2 * flagged
    assert trial.tried.sampled
    assert 0 < trial.tried.sampled.verdicts == samples_left(pipe, trial.order.id) <= verdicts

    pipe.app.change("api/reanalyses", order | {"confirm": verdicts}, actor="Ana")
    pipe.kill()
    again = ended(pipe, "api/reanalysis", ReanalysisRow).state
    assert again is not None
    assert (again.phase, again.counted.verdicts, again.done.verdicts) == ("done", verdicts, verdicts)
    assert again.done.moved == trial.tried.moved != {}
    outcome = pipe.balanced()
    assert outcome.verdict == "balanced", outcome


def samples_left(pipe: Pipeline, trial: str) -> int:
    """The number of samples that a trial has written, by all pages of them."""
    number, token = 0, dict[str, str]()
    while True:
        page = pipe.app.query(f"api/rule-trials/{trial}/samples", limit="100", **token)
        number += sum(len(window["samples"]) for window in page["items"])
        if not page["next"]:
            return number
        token = {"token": page["next"]}


def ended(pipe: Pipeline, path: str, kind: type[Row]) -> Row:
    """A trial or a re-analysis that has ended."""

    def row() -> Row:
        return read_as(kind, pipe.app.get(path), "what runs")

    until(lambda: row().status == "Completed")
    return row()


def nights_follow(pipe: Pipeline, sent: int) -> None:
    """The nightly timer reconciles what there is from where it has stood, and moves on as far as the archive goes."""
    reports = pipe.container(names.REPORTS)
    reports.upload_blob("reconciliations/watermark.json", msgspec.json.encode(Watermark(pipe.begin)), overwrite=True)
    end = pipe.clock.now()
    pipe.kill(RECONCILIATION_SCHEDULE=EVERY_TEN_SECONDS)

    def watermark() -> Watermark:
        data = reports.download_blob("reconciliations/watermark.json").readall()
        return msgspec.json.decode(data, type=Watermark)

    until(lambda: watermark().until > window_of(end).start)
    night = Range(pipe.begin, pipe.begin + MAX_RANGE).instance_id
    outcome = reconciliations.wait(pipe.app, night, lambda _: None)
    assert (outcome.accounts.captured, outcome.accounts.missing_from_fraud) == (sent, 0), outcome.sentence


def until(holds: Callable[[], Any]) -> None:
    """Wait until this is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it does not come to it"
        time.sleep(0.2)
