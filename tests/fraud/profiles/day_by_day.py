"""Days that are added to profiles by the builder of the night, and event by event."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from fraud.context.sighting import sighting
from fraud.identity import canonical
from fraud.nesting import MAX_DEPTH, depth
from fraud.profiles.building import DayBuilder, SeesSales, bounds
from fraud.profiles.keeping import SHARDS, Others, kept, read_others
from fraud.profiles.profiles import Profiles
from fraud.replay.arrivals import read_event

Arrivals = Sequence[tuple[int, bytes]]
Pieces = list[tuple[str, bytes]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MemorySpill:
    """Segments by kind and bucket."""

    def __init__(self) -> None:
        self._segments: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    def add(self, kind: str, bucket: int, segment: bytes) -> None:
        """Keep a segment."""
        self._segments[kind, bucket].append(segment)

    def read(self, kind: str, bucket: int) -> Iterator[bytes]:
        """The segments of a bucket."""
        return iter(self._segments.get((kind, bucket), ()))

    def forget(self, kind: str) -> None:
        """Let go of a kind."""
        self._segments = defaultdict(list, {key: own for key, own in self._segments.items() if key[0] != kind})


def milliseconds(moment: datetime) -> int:
    """A moment in milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def by_night(before: Pieces, day: date, chunks: Iterable[Arrivals], look: SeesSales | None = None) -> Pieces:
    """The pieces up to a day, from those up to the day before (`[]` on the first day)."""
    shards = {kind: [piece for own, piece in before if own == kind] for kind in ("customers", "skus")}
    others = read_others(before[-1][1]) if before else Others()
    builder = DayBuilder(others, day, MemorySpill(), look)
    for chunk in chunks:
        builder.add(chunk)
    builder.finish()
    pieces: Pieces = []
    for kind, shard_of in (("customers", builder.customer_shard), ("skus", builder.sku_shard)):
        pieces += [(kind, shard_of(n, shards[kind][n] if before else None)) for n in range(SHARDS)]
    return [*pieces, ("others", builder.others().encoded())]


def one_by_one(profiles: Profiles, day: date, arrivals: Arrivals, *, remembered: int = 1_000_000) -> Pieces:
    """The pieces up to a day, whose events are added to profiles one after the other; those of one time come together.

    Of each content but the latest `remembered` ones, another one counts.
    """
    after, until = map(milliseconds, bounds(day))
    seen: OrderedDict[bytes, None] = OrderedDict()
    new: list[tuple[int, dict[str, object]]] = []
    for arrived, body in arrivals:
        event = read_event(body)
        if not after < arrived <= until or event is None or not isinstance(event.get("id"), str):
            continue
        if depth(event) > MAX_DEPTH or (form := canonical(event)) in seen:
            continue
        seen[form] = None
        if len(seen) > remembered:
            seen.popitem(last=False)
        new.append((arrived, event))
    if new:
        sightings = (sighting(event, EPOCH + timedelta(milliseconds=arrived)) for arrived, event in new)
        profiles.close_day(day.toordinal(), sightings)
    return [*kept(profiles)]
