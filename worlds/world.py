"""A world: every event of some days in the order of arrival, and apart from them the labels that tell what is fraud."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from fraud.generation import GeneratedEvent
from worlds.arrivals import DraftArrival, arrive
from worlds.plan import WorldPlan
from worlds.plot import everything


class Label(msgspec.Struct, frozen=True):
    """The truth about one arrival.

    `place` counts the events of the world from 0, because an id may arrive more than once. `scenario` and `ring` are
    empty for an everyday event.
    """

    id: str
    place: int
    scenario: str
    ring: str
    fraud: bool


class LabelledWorld(msgspec.Struct, frozen=True):
    """The arrivals of a world, in order. `start` is its first midnight."""

    start: datetime
    arrivals: tuple[DraftArrival, ...]

    def events(self) -> Iterator[tuple[datetime, GeneratedEvent]]:
        """Each event with the time at which the hub took it."""
        for arrival in self.arrivals:
            yield self.start + timedelta(milliseconds=arrival.enqueued), arrival.event

    def event_lines(self) -> Iterator[bytes]:
        """One JSON per event: `enqueued_time` in ISO 8601, and `body`, as its producer sends it."""
        encode = msgspec.json.Encoder().encode
        for enqueued, event in self.events():
            moment = enqueued.isoformat(timespec="milliseconds").encode()
            yield b'{"enqueued_time":"%b","body":%b}\n' % (moment, encode(event))

    def labels(self) -> Iterator[Label]:
        """The truth, one label per event in the same order."""
        for place, arrival in enumerate(self.arrivals):
            draft = arrival.draft
            yield Label(arrival.event.id, place, draft.scenario, draft.ring, draft.is_fraud)

    def label_lines(self) -> Iterator[bytes]:
        """One JSON per label."""
        encode = msgspec.json.Encoder().encode
        for label in self.labels():
            yield encode(label) + b"\n"


def make_world(plan: WorldPlan) -> LabelledWorld:
    """The world of a plan; the same plan always gives the same one, labels included."""
    return LabelledWorld(plan.start, tuple(arrive(everything(plan), plan.seed, plan.start)))
