"""Asks each page and each list of the desk again and again, and tells the time and the request units of one answer.

A host of its own serves the unchanged app over the local parts that `filling` has filled; its timers are off, so that
the pages alone are charged. Run on two cores with nothing else to do; the host and the parts share them.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psutil
import requests

from benchmarks.desk import filling
from benchmarks.desk.addresses import Seen, addresses
from benchmarks.rows import Row, alone
from local_azure.testing import Clock
from local_azure.testing.parts import Part, running
from services.clients import close_clients
from services.settings import settings
from tests.support.parts import azure

ROOT = Path(__file__).parents[2]
ROUNDS = 15
MEDIAN_MS = 300
REQUEST_UNITS = 500
NOW_SECONDS = 60
NOW_EVERY = 2
NOW_PERCENT = 2
_SETTLING = 5
SIZES = {"DESK_CASES": 100_000, "DESK_EVENTS": 1_000_000, "DESK_INSTANCES": 10_000}
"""Settings of the environment, and how many of each are written without them."""
FOLDER = "DESK_FOLDER"
"""A setting: a folder in which the filled parts are kept, and found by the next run."""
_TIMERS = ("watch-pipeline", "start-reviews", "purge-histories", "reconcile-every-night")


class _Charges(msgspec.Struct, frozen=True):
    requests: int
    charge: float


class _Figures(msgspec.Struct, frozen=True):
    """Of an address: milliseconds in ascending order, requests to Cosmos and request units of an answer."""

    milliseconds: list[float]
    cpu: float
    """Milliseconds of all processes that answer."""
    asked: float
    charge: float

    @property
    def median(self) -> float:
        """The milliseconds of the answer in the middle."""
        return statistics.median(self.milliseconds)


def measure() -> list[Row]:
    """Fill the parts, ask, and compare. Raises AssertionError if an address is not answered."""
    sizes = {name: int(os.environ.get(name, default)) for name, default in SIZES.items()}
    with _folder() as folder, _filled(folder, sizes) as (host, cosmos, seen):
        address = host.addresses[0].rstrip("/")
        figures = {name: _ask(address + path, cosmos) for name, path in addresses(seen)}
        rows = [row for name, each in figures.items() for row in _rows(name, each)]
        beyond = [name for name, each in figures.items() if each.median > MEDIAN_MS or each.charge > REQUEST_UNITS]
        rows.append(alone("desk: addresses beyond a bound", "addresses", len(beyond), ", ".join(beyond) or "none"))
        return [*rows, *_now(host, cosmos, address)]


@contextmanager
def _folder() -> Generator[Path, None, None]:
    if kept := os.environ.get(FOLDER):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextmanager
def _filled(folder: Path, sizes: dict[str, int]) -> Generator[tuple[Part, str, Seen], None, None]:
    now = datetime.now(UTC)
    clock = Clock(now.timestamp(), now.timestamp(), 1)
    with azure(folder, clock) as their_settings:
        os.environ.update(their_settings)
        settings.cache_clear()
        notes = folder / "seen.json"
        if not notes.exists():
            notes.write_bytes(msgspec.json.encode(asyncio.run(_fill(folder, sizes, now))))
        seen = msgspec.json.decode(notes.read_bytes(), type=Seen)
        off = {f"AzureWebJobs.{name}.Disabled": "1" for name in _TIMERS}
        options = ("--app", str(ROOT), "--port", "0")
        with running("functions_host", *options, state=folder / "host", settings=off) as host:
            yield host, _endpoint(their_settings["Cosmos"]), seen
    settings.cache_clear()


async def _fill(folder: Path, sizes: dict[str, int], now: datetime) -> Seen:
    (folder / "host").mkdir(parents=True)
    await filling.fill_instances(folder / "host" / "durable.db", sizes["DESK_INSTANCES"])
    case_id = await filling.fill_cases(sizes["DESK_CASES"], now, states=filling.FEW)
    event = await filling.fill_events(sizes["DESK_EVENTS"], now, timedelta(days=3))
    await close_clients()
    return Seen(case_id=case_id, event_id=event.id, customer=event.cust_id, sku=event.sku)


def _endpoint(connection: str) -> str:
    return dict(part.split("=", 1) for part in connection.split(";") if part)["AccountEndpoint"]


def _charges(cosmos: str) -> _Charges:
    return msgspec.json.decode(requests.get(f"{cosmos}_local/charges", timeout=10).content, type=_Charges)


def _ask(address: str, cosmos: str) -> _Figures:
    _get(address)  # opens what is opened once
    processes = psutil.Process(os.getpid()).children(recursive=True)
    before, spent = _charges(cosmos), _cpu(processes)
    taken = sorted(_get(address) for _ in range(ROUNDS))
    after, cpu = _charges(cosmos), 1_000 * (_cpu(processes) - spent) / ROUNDS
    return _Figures(taken, cpu, (after.requests - before.requests) / ROUNDS, (after.charge - before.charge) / ROUNDS)


def _get(address: str) -> float:
    began = time.perf_counter()
    answer = requests.get(address, timeout=120)
    taken = 1_000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise AssertionError(f"{address} was answered with {answer.status_code}: {answer.text[:300]}")
    return taken


def _rows(name: str, figures: _Figures) -> Iterator[Row]:
    worst = figures.milliseconds[-(-len(figures.milliseconds) * 95 // 100) - 1]
    bound = f"at most {MEDIAN_MS} ms; p95 {worst:,.0f} ms, CPU of app and parts {figures.cpu:,.0f} ms"
    yield alone(f"desk: {name}", "ms, median", figures.median, bound)
    if figures.asked:
        yield alone(
            f"desk: {name}", "RU", figures.charge, f"at most {REQUEST_UNITS} RU; {figures.asked:.1f} requests to Cosmos"
        )


def _now(host: Part, cosmos: str, address: str) -> Iterator[Row]:
    """The cost of the page Now: what the processes spend while it is open, less what they spend while nobody looks."""
    children = psutil.Process(os.getpid()).children(recursive=True)
    groups = {
        "host and Cosmos": [
            each for each in children if each.pid == host.pid or "local_azure.cosmos" in each.cmdline()
        ],
        "all parts": children,
    }
    time.sleep(_SETTLING)
    closed, _ = _share(groups, cosmos, lambda: None)
    with requests.Session() as browser:
        address += "/desk/flow"
        browser.get(address, timeout=120).raise_for_status()
        opened, charge = _share(groups, cosmos, lambda: browser.get(address, timeout=120).raise_for_status())
    for name, bound in (("host and Cosmos", f"below {NOW_PERCENT} %"), ("all parts", "no bound")):
        share = opened[name] - closed[name]
        beside = f"{bound}; {opened[name]:.2f} % while it is open, {closed[name]:.2f} % while nobody looks"
        yield alone(f"desk: Now, {name}", "% of a core", share, beside)
    yield alone("desk: Now while it is open", "RU/s", charge, "no bound")


def _share(
    groups: dict[str, list[psutil.Process]], cosmos: str, look: Callable[[], object]
) -> tuple[dict[str, float], float]:
    """By group of processes the percent of a core, and the request units per second, while somebody looks."""
    before, charge, began = (
        {name: _cpu(group) for name, group in groups.items()},
        _charges(cosmos).charge,
        time.perf_counter(),
    )
    for turn in range(NOW_SECONDS // NOW_EVERY):
        look()
        time.sleep(max(0.0, began + NOW_EVERY * (turn + 1) - time.perf_counter()))
    seconds = time.perf_counter() - began
    shares = {name: 100 * (_cpu(group) - before[name]) / seconds for name, group in groups.items()}
    return shares, (_charges(cosmos).charge - charge) / seconds


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)
