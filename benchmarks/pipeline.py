"""The whole pipeline under load: what is offered, what is reached, how fast verdicts follow, and what it costs.

A worker of `detective send` offers the load, a process of its own that waits for nobody. The clock of a rate runs from
its first event until the last event is archived and the last window judged, so that a backlog counts. Peer: the rate
and the latency that the field publishes are for other hardware (docs/performance.md), so these figures stand beside
what they must hold.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
from azure.cosmos import ContainerProxy, CosmosClient

from benchmarks.parts import below, cpu_by_part, spent, told
from benchmarks.rows import Row, alone
from cli import reconciliations, windows
from cli.accounts import CampaignAccounts
from cli.app_client import AppClient, AppError, local_key
from cli.campaigns import CampaignState
from cli.sending.order import plan_of_rate, taken
from cli.sending.workers import START_SECONDS, run_workers
from cli.stack_process import Stack, running_stack
from services import names

SECONDS = 60
RATES = (1_000, 2_500)
"""Events offered in a second."""
SPEED = 60
"""A five-minute window every five seconds."""
IDLE_SECONDS = 5
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.25
MIB = 2**20


def measure() -> list[Row]:
    """Run the pipeline for a minute at each rate, each with a stack of its own. Raises AssertionError if the accounts
    of a run do not balance.
    """
    return [row for rate in RATES for row in _measure(rate)]


class _Load(msgspec.Struct, frozen=True):
    """The sent events, in the form of a campaign; real seconds from the first event until all was sent, archived and
    judged, and the CPU seconds of each part of the stack meanwhile.
    """

    campaign: CampaignState
    sent: float
    archived: float
    judged: float
    cpu: dict[str, float]


def _measure(rate: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        state, settings = Path(folder) / "state", Path(folder) / "settings.json"
        with running_stack(state, SPEED, lambda _: None, settings, not_before=_next_morning()) as stack:
            ready = time.monotonic() - started
            time.sleep(IDLE_SECONDS)
            idle = _memory(stack)
            app = AppClient(stack.url, local_key(stack.settings), patience=PATIENCE_SECONDS)
            load = _load(app, rate, stack, Path(folder) / "load")
            latencies = sorted(_latencies(app))
            loaded = _memory(stack)
            accounts = _accounts(app, load.campaign)
    if not accounts.balanced:
        raise AssertionError(f"the accounts do not balance at {rate} events/s: {accounts}")
    at = f"pipeline at {rate:,} events/s"
    first = [
        alone("stack ready", "s", ready, "at most 10 s"),
        alone("stack idle, all processes", "MiB", idle, "at most 700 MiB"),
    ]
    return [
        *(first if rate == RATES[0] else []),
        alone(f"{at}: offered, and acknowledged by the hub", "events/s", accounts.sent / load.sent, f"{rate} events/s"),
        alone(f"{at}: until the last is archived", "events/s", accounts.sent / load.archived, f"{rate} events/s"),
        alone(
            f"{at}: until the last is archived and its window judged, balanced",
            "events/s",
            accounts.sent / load.judged,
            f"{rate * SECONDS / (SECONDS + 300 / SPEED):.0f} events/s: the last window stays open for five seconds",
        ),
        *(
            alone(f"{at}: window end to stored verdict, p{percent}", "s", _percentile(latencies, percent), bound)
            for percent, bound in ((50, "no bound"), (95, "below 1.5 s"), (99, "at most 15 s"))
        ),
        alone(
            f"{at}: CPU per million events, all processes",
            "s",
            sum(load.cpu.values()) / accounts.sent * 1e6,
            f"at most 450 s; {told(load.cpu, 1e6 / accounts.sent, 0)}",
        ),
        alone(f"{at}: memory after the load, all processes", "MiB", loaded, "no bound"),
    ]


def _next_morning() -> datetime:
    """Tomorrow at six: a run is an hour of Azure's time, and no night's reconciliation, which has rows of its own, is
    to fall into some runs and not into others."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)


def _load(app: AppClient, rate: int, stack: Stack, folder: Path) -> _Load:
    """Send, until nothing waits any more. Raises AppError if that does not come to an end in PATIENCE_SECONDS."""
    plan = msgspec.structs.replace(plan_of_rate(rate, rate * SECONDS), producers=1, seed=42)
    order, started = taken(folder, plan, 1, {}), _now(app)
    cpu, began = cpu_by_part(_processes(stack)), time.monotonic() + START_SECONDS
    state = run_workers(order, folder, _connections(stack), lambda _: None)
    sent = time.monotonic() - began
    _wait_until_archived(_archive(stack), state.totals.sent)
    archived = time.monotonic() - began
    campaign = CampaignState(id=state.id, totals=state.totals, started=started, updated=_now(app))
    expected = state.totals.expected_suspicious
    if not windows.wait_until_judged(windows.Judging(app), expected, PATIENCE_SECONDS, lambda _: None):
        raise AppError(f"not all of {expected} flagged events were judged in {PATIENCE_SECONDS:.0f} s")
    return _Load(campaign, sent, archived, time.monotonic() - began, spent(cpu, cpu_by_part(_processes(stack))))


def _accounts(app: AppClient, campaign: CampaignState) -> CampaignAccounts:
    """The accounts of what was sent, once everything that is written late is there."""
    started, ended = campaign.started, campaign.updated
    assert started
    assert ended
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        outcome = reconciliations.wait(app, reconciliations.start(app, started, ended), lambda _: None)
        accounts = CampaignAccounts.of(campaign, outcome)
        if accounts.balanced or time.monotonic() > end:
            return accounts
        time.sleep(1)


def _now(app: AppClient) -> datetime:
    """Azure's time; a client tells that of its last answer."""
    return AppClient(app.base_url, patience=PATIENCE_SECONDS).now()


def _connections(stack: Stack) -> dict[str, str]:
    return msgspec.json.decode(stack.settings.read_bytes())["Values"]


def _archive(stack: Stack) -> ContainerProxy:
    """The archive's container, through the connection that the stack's settings name."""
    connection = _connections(stack)[names.COSMOS]
    client = CosmosClient.from_connection_string(connection)  # pyright: ignore[reportUnknownMemberType]
    return client.get_database_client(names.DATABASE).get_container_client(names.EVENTS_CONTAINER)


def _wait_until_archived(archive: ContainerProxy, count: int) -> None:
    """Raises TimeoutError if so many events are not archived in PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        counts: list[Any] = list(archive.query_items("SELECT VALUE COUNT(1) FROM c", enable_cross_partition_query=True))
        if counts[0] >= count:
            return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{count} events were not archived in {PATIENCE_SECONDS:.0f} s")


def _latencies(app: AppClient) -> list[float]:
    """For each window: real seconds from its end to the end of its workflow, when verdicts and alert are stored."""
    return [
        (instance.last_updated_time - instance.summary.window_end).total_seconds() / SPEED
        for instance in windows.instances(app)
    ]


def _percentile(ordered: list[float], percent: int) -> float:
    """The smallest value that at least `percent` of them do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _processes(stack: Stack) -> list[psutil.Process]:
    return [psutil.Process(stack.pid), *below(stack.pid)]


def _memory(stack: Stack) -> float:
    """Unique memory of the stack's processes, in MiB; what they share with others is not counted twice."""
    return sum(process.memory_full_info().uss for process in _processes(stack)) / MIB
