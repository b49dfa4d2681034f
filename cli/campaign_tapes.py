"""Play labelled worlds and recorded events: make tapes of these stages, and hand them to the app page by page."""

import base64
import csv
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from math import ceil, floor
from pathlib import Path
from typing import Any, cast

import msgspec

from cli.app_client import AppClient
from cli.campaign_files import CampaignFile, CampaignFileError
from fraud.campaigns import MAX_EVENTS_PER_BATCH
from fraud.identity import canonical_body, content_digest
from fraud.load.plan import CampaignPlan, path_text, problems
from fraud.load.shapes import MAX_PAGES, Replay, Tape, World
from fraud.load.values import seconds_of
from worlds import LabelledWorld, WorldPlan, make_world

MAX_FILE_BYTES = 1024 * 1024 * 1024
Pages = list[list[bytes]]
Timed = tuple[datetime, bytes]


class PlayedPlan(msgspec.Struct, frozen=True):
    """A plan in which every world and replay is a tape, and the pages of its tapes by their names."""

    plan: CampaignPlan
    tapes: dict[str, Pages]


class _Line(msgspec.Struct, frozen=True):
    enqueued_time: datetime
    body: msgspec.Raw


class _Named(msgspec.Struct, frozen=True):
    id: str


class UnplayableError(Exception):
    """A stage that cannot be played: the field that is wrong, and the text about it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def play(plan: CampaignPlan, folder: Path, read: CampaignFile | None = None) -> PlayedPlan:
    """Make the tapes of a plan. Files of a replay are seen from `folder`; `read` has the lines of the plan's fields.

    Raises CampaignFileError.
    """
    tapes: dict[str, Pages] = {}
    stages = list(plan.stages)
    for number in plan.played:
        stage = stages[number]
        assert isinstance(stage, World | Replay)  # noqa: S101 - that is what is played
        try:
            tape, pages = _played(stage, folder, plan.tick)
        except UnplayableError as error:
            raise _refused(read, ("stages", number, error.field), str(error)) from error
        stages[number] = msgspec.structs.replace(tape, start=stage.start)
        tapes[tape.tape] = pages
    played = msgspec.structs.replace(plan, stages=stages)
    # A replay with a factor has its length from its file, and with it the stages after it have their start.
    if tapes and (listed := problems(played)):
        raise _refused(read, listed[0].path, listed[0].text)
    return PlayedPlan(played, tapes)


def _refused(read: CampaignFile | None, path: tuple[str | int, ...], text: str) -> CampaignFileError:
    return CampaignFileError(read.told(path, text) if read else f"{path_text(path)} {text}")


def _played(stage: World | Replay, folder: Path, per: str) -> tuple[Tape, Pages]:
    if isinstance(stage, World):
        return tape_of(_world_events(stage), stage.length, per)
    events = list(_recorded(folder / stage.file))
    if stage.factor is None:
        return tape_of(events, stage.length, per)
    seconds = seconds_of(per)
    recorded = seconds * stage.factor
    return _tape(
        _pages(events, floor(_span(events) / recorded) + 1, lambda offset: int(offset / recorded), "factor"), per
    )


def tape_of(events: Sequence[Timed], length: str, per: str) -> tuple[Tape, Pages]:
    """The tape of events that are played in a length of time, and its pages. Raises UnplayableError."""
    ticks = ceil(seconds_of(length) / seconds_of(per))
    span = _span(events) or 1.0
    return _tape(_pages(events, ticks, lambda offset: int(offset / span * ticks), "for"), per)


def _tape(pages: Pages, per: str) -> tuple[Tape, Pages]:
    whole = f"{len(pages) * seconds_of(per):g}s"
    counts, reused = [len(page) for page in pages], _reused_ids(itertools.chain.from_iterable(pages))
    return Tape(length=whole, tape=_name(pages), per=per, counts=counts, reused_ids=reused), pages


def _reused_ids(bodies: Iterable[bytes]) -> int:
    """The number of ids that have several contents. A body without one, or that cannot be read, is left out."""
    contents: dict[str, str] = {}
    reused: set[str] = set()
    for body in bodies:
        try:
            event_id, content = msgspec.json.decode(body, type=_Named).id, content_digest(canonical_body(body))
        except (ValueError, RecursionError):
            continue
        if contents.setdefault(event_id, content) != content:
            reused.add(event_id)
    return len(reused)


def hand_over(app: AppClient, tapes: dict[str, Pages]) -> None:
    """Give the app the pages of tapes. Raises AppError."""
    for name, pages in tapes.items():
        for number, page in enumerate(pages):
            if page:
                bodies = [base64.b64encode(body).decode() for body in page]
                app.post(f"api/campaign-tapes/{name}/{number}", {"bodies": bodies}, repeatable=True)


def world_of(stage: World) -> LabelledWorld:
    """The world of a stage, labels included; the same stage always gives the same one."""
    return make_world(
        WorldPlan(
            seed=stage.world_seed,
            days=stage.days,
            difficulty=stage.difficulty,
            sales_per_day=stage.sales_per_day,
            customers=max(200, stage.sales_per_day // 2),
        )
    )


def _world_events(stage: World) -> list[Timed]:
    encode = msgspec.json.Encoder().encode
    return [(enqueued, encode(event)) for enqueued, event in world_of(stage).events()]


def _recorded(file: Path) -> Iterator[Timed]:
    readers = {".ndjson": _of_ndjson, ".jsonl": _of_ndjson, ".csv": _of_csv, ".avro": _of_avro}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise UnplayableError("file", f"{file}: must be a file named .ndjson, .csv or .avro")
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise UnplayableError("file", f"{file}: has more than {MAX_FILE_BYTES:,} bytes")
        yield from reader(file)
    except OSError as error:
        raise UnplayableError("file", f"{file}: cannot be read: {error.strerror}") from error


def _of_ndjson(file: Path) -> Iterator[Timed]:
    decoder = msgspec.json.Decoder(_Line)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    read = decoder.decode(line)
                    yield read.enqueued_time.astimezone(UTC), bytes(read.body)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise UnplayableError(
                        "file", f"{file}:{number}: not an event with enqueued_time and body: {error}"
                    ) from error


def _of_csv(file: Path) -> Iterator[Timed]:
    with file.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                yield datetime.fromisoformat(row["enqueued_time"]).astimezone(UTC), row["body"].encode()
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UnplayableError("file", f"{file}:{number}: needs the columns enqueued_time and body") from error


def _of_avro(file: Path) -> Iterator[Timed]:
    from fastavro import reader  # noqa: PLC0415 - 80 ms that only a replay of Avro needs

    with file.open("rb") as content:
        try:
            for record in cast("Iterable[dict[str, Any]]", reader(content)):
                # Capture writes the time of the hub as text (Microsoft, "Event Hubs Capture").
                yield _capture_time(str(record["EnqueuedTimeUtc"])), bytes(record["Body"] or b"")
        except (ValueError, KeyError, TypeError) as error:
            raise UnplayableError("file", f"{file}: not a file of Capture: {error}") from error


def _capture_time(text: str) -> datetime:
    """A time as Capture writes it, `1/2/2026 10:00:00 AM`, or in ISO 8601."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)


def _span(events: Sequence[Timed]) -> float:
    """The seconds from the first event to the last."""
    if not events:
        raise UnplayableError("file", "has no events to play")
    moments = [moment for moment, _ in events]
    return (max(moments) - min(moments)).total_seconds()


def _pages(events: Sequence[Timed], ticks: int, tick_at: Callable[[float], int], field: str) -> Pages:
    """The bodies by tick, as `tick_at` tells by the seconds since the first event; `field` says how long they take."""
    if ticks > MAX_PAGES:
        raise UnplayableError(field, f"has {ticks:,} ticks; a tape has at most {MAX_PAGES:,}: a longer tick")
    first = min(moment for moment, _ in events)
    pages: Pages = [[] for _ in range(ticks)]
    for moment, body in sorted(events, key=lambda event: event[0]):
        pages[min(tick_at((moment - first).total_seconds()), ticks - 1)].append(body)
    if (most := max(map(len, pages))) > MAX_EVENTS_PER_BATCH:
        text = f"has {most:,} events in a tick; at most {MAX_EVENTS_PER_BATCH:,}: play it longer"
        raise UnplayableError(field, text)
    return pages


def _name(pages: Pages) -> str:
    """The name of a tape, computed from its bodies and their ticks."""
    digest = hashlib.sha256()
    for body in itertools.chain.from_iterable((*page, b"\n\n") for page in pages):
        digest.update(len(body).to_bytes(8) + body)
    return digest.hexdigest()[:16]
