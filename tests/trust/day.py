"""One day of the pipeline in this process: what is sent goes through the project's own parts into real services.

The query engine, archiver, window analysis and reconciliation are the app's; Cosmos is the local part behind the app's
own client, Blob is that or lies in memory. Only the broker and the durable engine are left out: bodies are handed on by
the test.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from activities.archive_events import archive_events
from activities.quarantine import quarantine
from activities.window_ids import save_window
from fraud.archive import ReceivedEvent
from fraud.quarantine import QuarantinedWindow, raw
from fraud.windows import SuspiciousWindow, parse_windows
from local_azure.testing import Arrival, StreamQuery
from orchestrations.analyze_window import analyze_window
from orchestrations.judge_quarantine import judge_quarantine
from orchestrations.reconcile import reconcile
from reconciliation.messages import Outcome, Request
from reconciliation.ranges import Range
from services import names
from services.blobs import NDJSON, read_blob, warehouse, write_blob
from services.concurrency import together
from tests.reconciliation.capture_writer import avro, record
from tests.trust.inline_engine import run_inline
from tests.trust.producer import Sent

ROOT = Path(__file__).parents[2]
WINDOW = timedelta(minutes=5)
PARTITIONS = 2
_AT_ONCE = 16
_QUERY = StreamQuery(ROOT / "stream_analytics" / "asaproj.json")
_CAPTURED = "ns/store-events"


class Occurrence(msgspec.Struct, frozen=True):
    """A body that arrived: when, in which place of the hub, and if it reaches the archiver late."""

    sent: Sent
    at: datetime
    partition: int
    sequence: int
    is_late: bool

    @property
    def place(self) -> str:
        """The verdict on what windows may not name calls it by this."""
        return f"p{self.partition}-{self.sequence}"

    @property
    def window_end(self) -> datetime:
        """The end of its window, (start, end], in UTC."""
        since = self.at - datetime(1970, 1, 1, tzinfo=UTC)
        return datetime(1970, 1, 1, tzinfo=UTC) - (-since // WINDOW) * WINDOW


class Account(msgspec.Struct, frozen=True):
    """The verdicts as they lie in the archive, and the report with all its differences by class."""

    verdicts: tuple[dict[str, Any], ...]
    report: dict[str, Any]
    differences: dict[str, tuple[dict[str, Any], ...]]

    def named(self) -> dict[str, set[str]]:
        """Every id that the report names, with its classes."""
        named: dict[str, set[str]] = {}
        for name, listed in self.differences.items():
            for difference in listed:
                named.setdefault(difference["event_id"], set()).add(name)
        return named


class Day:
    """A day: `start` is its first moment, `windows` how many windows of it are used.

    `numbers` are the next sequence numbers of the partitions, which go on from day to day.
    """

    def __init__(self, start: datetime, windows: int, numbers: list[int] | None = None) -> None:
        self.start = start
        self.end = start + windows * WINDOW
        self._next = [0] * PARTITIONS if numbers is None else numbers
        self.occurrences: list[Occurrence] = []

    def arrive(self, sent: Sent, at: datetime, *, is_late: bool = False) -> Occurrence:
        """A body arrives in the hub."""
        partition = len(self.occurrences) % PARTITIONS
        occurrence = Occurrence(sent, at, partition, self._next[partition], is_late)
        self._next[partition] += 1
        self.occurrences.append(occurrence)
        return occurrence

    async def process(self) -> None:
        """Capture, archive, query and judge what has arrived."""
        await asyncio.gather(self._capture(), self._archive([each for each in self.occurrences if not each.is_late]))
        messages = await self._query()
        late = asyncio.Lock()
        waiting = [each for each in self.occurrences if each.is_late]

        async def let_late_ones_arrive() -> None:
            async with late:
                arriving, waiting[:] = list(waiting), []
                await self._archive(arriving)

        limit = asyncio.Semaphore(_AT_ONCE)

        async def judge(window: SuspiciousWindow) -> None:
            async with limit:
                await run_inline(analyze_window, await save_window(window), let_late_ones_arrive)

        windows: list[SuspiciousWindow] = []
        for body in messages:
            message = parse_windows(body)
            windows += message.windows
            if message.problems:
                reason = "; ".join(message.problems)
                await quarantine(
                    QuarantinedWindow(reason=reason, raw_base64=raw(body), message_id=None, enqueued_time=None)
                )
        # As the trigger does: an analysis of one name is started once.
        await asyncio.gather(*(judge(window) for window in {window.name: window for window in windows}.values()))
        await let_late_ones_arrive()

    async def reconcile(self) -> Account:
        """The accounts of the day."""
        return await self.account((await self.reconciled()).reports["json"])

    async def reconciled(self) -> Outcome:
        """The outcome of a reconciliation of the day, whatever lies in the archives."""
        return await run_inline(reconcile, Request(Range(self.start, self.end), again=True), _nothing)

    async def account(self, path: str) -> Account:
        """The verdicts of the day as they lie in the archive, and the report at this path."""
        reports = await warehouse(names.REPORTS)
        report = msgspec.json.decode(await read_blob(reports, path))
        differences: dict[str, list[dict[str, Any]]] = {}
        for listed in report["lists"]:
            for line in msgspec.json.Decoder(dict[str, Any]).decode_lines(await read_blob(reports, listed)):
                differences.setdefault(line["name"], []).append(line["difference"])
        verdicts = [line for folder in ("", "quarantine/") for line in await self._verdicts(folder)]
        return Account(tuple(verdicts), report, {name: tuple(listed) for name, listed in differences.items()})

    async def _verdicts(self, folder: str) -> list[dict[str, Any]]:
        """The verdicts on the windows of the day, by where they lie."""
        dates = sorted({f"{folder}{moment:%Y/%m/%d}/" for moment in (self.start, self.end)})
        blobs = [blob for date in dates for blob in await blobs_under(names.FRAUD_EVENTS, date)]
        first, last = (f"{folder}{moment:%Y/%m/%d/%H%M}" for moment in (self.start, self.end))
        return [line for path, lines in blobs if first < path.rpartition("/")[0] <= last for line in lines]

    async def _capture(self) -> None:
        archive = await warehouse(names.ALL_EVENTS)
        limit = asyncio.Semaphore(_AT_ONCE)

        async def write(partition: int, end: datetime) -> None:
            held = [each for each in self.occurrences if each.partition == partition and end - WINDOW < each.at <= end]
            records = [record(each.sequence, _milliseconds(each.at), each.sent.body) for each in held]
            async with limit:
                path = f"{_CAPTURED}/{partition}/{end:%Y/%m/%d/%H/%M/%S}.avro"
                await write_blob(archive, path, avro(records), "application/octet-stream")

        ends = [self.start + number * WINDOW for number in range(-3, (self.end - self.start) // WINDOW + 4)]
        await asyncio.gather(*(write(partition, end) for partition in range(PARTITIONS) for end in ends))

    async def _archive(self, occurrences: Sequence[Occurrence]) -> None:
        """As the trigger delivers them: some at a time, each delivery of one partition."""
        for partition in range(PARTITIONS):
            received = [
                ReceivedEvent(each.sent.body, str(partition), each.sequence, str(each.sequence * 500), each.at, None)
                for each in occurrences
                if each.partition == partition
            ]
            for first in range(0, len(received), 50):
                for task in await archive_events(received[first : first + 50]):
                    await run_inline(judge_quarantine, task, _nothing)

    async def _query(self) -> list[bytes]:
        """The bodies of the job's messages; its rows for Blob are written on the way."""
        arrivals = [Arrival(each.at, each.sent.body, each.partition) for each in self.occurrences]
        rows = _QUERY.run(arrivals, partitions=PARTITIONS).rows
        by_hour: dict[str, list[bytes]] = {}
        for row in rows:
            if row.output == "suspicious-events":
                end: str = msgspec.json.decode(row.json)["WindowEnd"]  # 2026-03-05T12:05:00.0000000Z
                by_hour.setdefault(end[:13].replace("-", "/").replace("T", "/"), []).append(row.json)
        container = await warehouse(names.SUSPICIOUS_EVENTS)
        for hour, lines in by_hour.items():
            await write_blob(container, f"{hour}/0_rows.json", b"\n".join(lines), NDJSON)
        return [row.json for row in rows if row.output == "suspicious-windows"]


async def blobs_under(container_name: str, folder: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The blobs of a folder, with their lines."""
    container = await warehouse(container_name)
    paths = sorted([blob.name async for blob in container.list_blobs(name_starts_with=folder)])
    data = await together((read_blob(container, path) for path in paths), at_once=_AT_ONCE)
    read = msgspec.json.Decoder(dict[str, Any])
    return [(path, read.decode_lines(lines)) for path, lines in zip(paths, data, strict=True)]


async def _nothing() -> None:
    """No event waits for a timer."""


def _milliseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
