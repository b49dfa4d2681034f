"""A worker, wherever it dies or is refused: each event arrives, and whatever may be there twice is marked."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from cli.app_client import AppError
from cli.sending import portions
from cli.sending import worker as module
from cli.sending.journal import Journal
from cli.sending.order import SendingOrder, plan_of_rate, taken
from cli.sending.portions import WorkerShare
from cli.sending.worker import Worker, WorkerReport
from fraud.load.messages import Messages
from fraud.load.plan import CampaignPlan, problems
from fraud.load.portions import PORTION_BYTES
from fraud.routing import SENT_AGAIN

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
HOSTILE = {"malformed": 0.1, "doubled": 0.1, "unicode": 0.2, "foreign_fields": 0.2, "bad": 0.2}
PLAN = msgspec.convert(
    {"tick": "1s", "stages": [{"shape": "constant", "rate": 60, "for": "2s"}], "mix": HOSTILE}, CampaignPlan
)
PARTITIONS = ("0", "1", "2", "3")


EVENTS = 12


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(portions, "PORTION_EVENTS", EVENTS)


class CrashError(BaseException):
    """The end of the process."""


class Hub:
    """Takes what it is given; `before` and `after` may raise at the number of a call."""

    def __init__(self, before: Callable[[int], None] | None = None, after: Callable[[int], None] | None = None) -> None:
        self._before, self._after = before, after
        self.calls = 0
        self.events: list[tuple[bytes, bool]] = []

    def deliver(self, partition: str, events: list[EventData]) -> None:
        """Take the events."""
        self.calls += 1
        if self._before:
            self._before(self.calls)
        marked = [SENT_AGAIN in (event.properties or {}) for event in events]
        bodies = [event.body_as_str(encoding="latin-1").encode("latin-1") for event in events]
        self.events += zip(bodies, marked, strict=True)
        if self._after:
            self._after(self.calls)


def order_of(plan: CampaignPlan = PLAN, workers: int = 1) -> SendingOrder:
    return SendingOrder(run_id="send-x", seed=7, started=START, workers=workers, plan=plan)


def made(plan: CampaignPlan = PLAN) -> Counter[bytes]:
    maker = Messages(plan, 7, START)
    spans = [span for tick in range(plan.schedule.ticks) for span in plan.schedule.spans(tick)]
    return Counter(message.body for span in spans for message in maker.of(span))


def work(
    folder: Path, hub: Hub, order: SendingOrder | None = None, number: int = 0, stop: threading.Event | None = None
) -> list[WorkerReport]:
    """Run a worker whose ticks are all due."""
    told: list[WorkerReport] = []
    order = order or order_of()
    journal = Journal(folder, number)
    try:
        share = WorkerShare(order, number, folder, PARTITIONS)
        Worker(share, order.run_id, journal, hub.deliver, told.append).run(0, 0, 1, stop or threading.Event())
    finally:
        journal.close()
    return told


def test_workers_share_the_events_and_their_counts_come_to_what_the_hub_has(tmp_path: Path):
    hub, order = Hub(), order_of(workers=3)

    told = [work(tmp_path, hub, order, number)[-1] for number in range(3)]

    assert Counter(body for body, _ in hub.events) == made()
    assert sum(each.entry.sent.totals.sent for each in told) == len(hub.events) == 120
    assert all(each.done for each in told)
    assert not any(is_marked for _, is_marked in hub.events)


@pytest.mark.parametrize("call", range(1, 17))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_goes_on_without_a_loss_or_an_unmarked_double(tmp_path: Path, call: int, moment: str):
    def crash(number: int) -> None:
        if number == call:
            raise CrashError

    first, second = Hub(**{moment: crash}), Hub()
    try:
        work(tmp_path, first)
    except CrashError:
        told = work(tmp_path, second)
    else:
        told = []
        assert first.calls < call

    events = first.events + second.events
    assert {body for body, _ in events} == made().keys()
    twice = Counter(body for body, _ in events) - made()
    assert twice <= Counter(body for body, is_marked in events if is_marked)
    assert twice.total() <= EVENTS
    if told:
        assert told[-1].entry.sent.totals.sent == 120


def test_a_hub_that_is_busy_is_asked_again_more_slowly_and_what_may_be_twice_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def busy(call: int) -> None:
        if call in (2, 3, 4):
            raise EventHubError("the hub is busy: com.microsoft:server-busy")

    class Stop(threading.Event):
        waited: list[float] = []  # noqa: RUF012

        def wait(self, timeout: float | None = None) -> bool:
            self.waited.append(timeout or 0)
            return False

    hub, stop = Hub(before=busy), Stop()
    told = work(tmp_path, hub, stop=stop)

    sent = told[-1].entry.sent
    assert [wait for wait in stop.waited if wait] == [0.5, 1.0, 2.0]
    assert Counter(body for body, _ in hub.events) == made()
    assert sent.throttled == 3
    assert sent.retried == 3 * sum(is_marked for _, is_marked in hub.events) > 0


def test_of_large_events_a_portion_is_one_batch_of_the_hub_but_an_order_of_before_keeps_its_portions(tmp_path: Path):
    mix = {"oversized": 1, "oversized_bytes": 200_000, "sale_share": 1, "bad": 1}
    stage = {"shape": "constant", "rate": 20, "for": "1s"}
    plan = msgspec.convert({"tick": "1s", "stages": [stage], "mix": mix}, CampaignPlan)
    new, old = taken(tmp_path / "large", plan, 1, {}), order_of(plan)

    def sizes(order: SendingOrder) -> list[int]:
        portions_of_tick = WorkerShare(order, 0, tmp_path, PARTITIONS).of(0)
        return [sum(len(message.body) for message in portion.messages) for portion in portions_of_tick]

    assert len(sizes(new)) == 10
    assert max(sizes(new)) <= PORTION_BYTES < 1_000_000
    assert (len(sizes(old)), max(sizes(old)) > PORTION_BYTES) == (2, True)
    assert sum(sizes(new)) > 4_000_000


def test_a_portion_that_was_refused_when_it_was_stopped_is_marked_later(tmp_path: Path):
    stop = threading.Event()

    def away(call: int) -> None:
        stop.set()
        raise EventHubError("nobody answers")

    told = work(tmp_path, Hub(before=away), stop=stop)
    assert (told[-1].entry.sent.totals.sent, told[-1].entry.in_flight, told[-1].done) == (0, True, False)

    hub = Hub()
    assert work(tmp_path, hub)[-1].done
    assert Counter(body for body, _ in hub.events) == made()
    assert 0 < sum(is_marked for _, is_marked in hub.events) <= EVENTS


def test_a_hub_that_stays_away_is_told_and_the_journal_knows_what_is_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def away(call: int) -> None:
        raise EventHubError("nobody answers")

    monkeypatch.setattr(module, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(EventHubError, match="nobody answers"):
        work(tmp_path, Hub(before=away))
    journal = Journal(tmp_path, 0)
    assert journal.entry.in_flight
    journal.close()


def test_a_tick_that_is_late_shows_as_seconds_behind_and_is_not_smaller(tmp_path: Path):
    told = work(tmp_path, Hub())  # its ticks were due in 1970

    assert told[-1].behind > 1e9
    assert told[-1].entry.most_behind > 1e9
    assert told[-1].entry.sent.totals.sent == 120


def test_a_worker_that_runs_keeps_another_one_from_its_share(tmp_path: Path):
    journal = Journal(tmp_path, 0)
    with pytest.raises(AppError, match="worker 0 of it runs"):
        Journal(tmp_path, 0)
    journal.close()


@pytest.mark.parametrize(
    ("rate", "count"),
    [(1, 1), (100_000, 1), (3, 10), (7, 1_234), (333.3, 99_999), (10_000, 10_000_000), (99_999, 7)],
)
def test_a_rate_and_a_count_make_a_plan_of_exactly_so_many_events(rate: float, count: int):
    plan = plan_of_rate(rate, count)

    assert plan.schedule.total == count
    assert msgspec.json.decode(msgspec.json.encode(plan), type=CampaignPlan) == plan
    assert problems(msgspec.structs.replace(plan, producers=16)) == []


def test_an_order_is_kept_and_never_mixed_with_another_one(tmp_path: Path):
    plan = plan_of_rate(10, 100)
    order = taken(tmp_path / "x", plan, 2, {})

    assert taken(tmp_path / "x", plan, 2, {}) == order
    for other, workers, reason in (
        (plan_of_rate(10, 101), 2, "another plan"),
        (plan, 3, "begun with --workers 2"),
    ):
        with pytest.raises(AppError, match=reason):
            taken(tmp_path / "x", other, workers, {})
    with pytest.raises(AppError, match="is not a name"):
        taken(tmp_path / "X_", plan, 1, {})


def test_the_pages_of_a_tape_are_kept_with_the_order_and_sent_as_they_are(tmp_path: Path):
    bodies: list[Any] = [b'{"id":"%d","event_type":"sale_event","store_id":%d}' % (n, n % 5) for n in range(9)]
    tape = {"shape": "tape", "tape": "0" * 16, "per": "1s", "counts": [0, 9], "for": "2s"}
    plan = msgspec.convert({"tick": "1s", "stages": [tape]}, CampaignPlan)
    order = taken(tmp_path / "x", plan, 2, {"0" * 16: [[], bodies]})
    hub = Hub()

    for number in range(2):
        work(tmp_path / "x", hub, order, number)

    assert Counter(body for body, _ in hub.events) == Counter(bodies)
