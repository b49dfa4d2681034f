"""The messages of a plan: for each index of a stage, the body that is sent, by seed, stage and index alone.

Nothing is remembered between two messages, so any producer makes any of them, and makes the same again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from fraud.generation import SALE, BatchTotals, EventShares, GeneratedEvent, draw_event
from fraud.load.mix import Mix
from fraud.load.plan import CampaignPlan
from fraud.load.schedule import IndexSpan
from fraud.load.values import seconds_of
from fraud.suspicion import is_suspicious

_REACH = 200
"""An event repeats one of so many before it."""
_encode = msgspec.json.Encoder().encode

_FOREIGN: dict[str, Any] = {
    "loyalty": {"tier": "gold", "points": [120, 3.5, None], "since": {"year": 2019}},
    "x-trace": None,
    "campaign_code": "WINTER\n24",
    "exponent": 1e-300,
}
_TEXTS = ("本と雑誌", "Ελληνικά", "العربية", "Ünïcödé ß", "👩‍👩‍👧‍👦 📚", "\u202egnirts", "e\u0301\u0000\u2028")


class Message(msgspec.Struct, frozen=True):
    """A message to send: its body, and the event that it was made of, which decides its partition and properties.

    `kinds` names the shares of the mix that it meets.
    """

    event: GeneratedEvent
    body: bytes
    kinds: tuple[str, ...] = ()

    @property
    def is_event(self) -> bool:
        """False if its body cannot be read."""
        return "malformed" not in self.kinds

    @property
    def must_be_flagged(self) -> bool:
        """True if the stream job must flag it; a repeated one is flagged again, and judged once."""
        event = self.event
        return self.is_event and is_suspicious(event.event_type, event.discount, event.priority_shipping)


class MixTotals(BatchTotals, frozen=True, kw_only=True):
    """The totals of messages by what they are; `expected_suspicious` leaves out those that were doubled."""

    malformed: int = 0
    doubled: int = 0
    reused_ids: int = 0
    late: int = 0
    foreign_fields: int = 0
    unicode: int = 0
    oversized: int = 0

    def __add__(self, other: BatchTotals) -> "MixTotals":
        sums = {name: getattr(self, name) + getattr(other, name, 0) for name in self.__struct_fields__}
        return MixTotals(**{**sums, "sales_value": round(sums["sales_value"], 2)})


class Messages:
    """The messages of a plan. `seed` is the campaign's, `started` the time from which its ticks count."""

    def __init__(self, plan: CampaignPlan, seed: int, started: datetime) -> None:
        self._schedule = plan.schedule
        self._started = started
        self._tick = (0, range(0), started)
        self._stages = [_Stage(f"{seed}/{number}", plan.mix_of(number)) for number in range(len(plan.stages))]

    def of(self, span: IndexSpan) -> Iterable[Message]:
        """The messages of a span, in order."""
        return (self._at(span.stage, index) for index in range(span.first, span.end))

    def _at(self, stage: int, index: int) -> Message:
        maker = self._stages[stage]
        origin = maker.origin(index)
        message = maker.make(origin, self._sent(stage, origin))
        if origin == index:
            return message
        kinds = (kind for kind in message.kinds if kind != "reused_ids")
        return Message(message.event, message.body, (*kinds, "doubled"))

    def _sent(self, stage: int, index: int) -> datetime:
        """The time at which an event is due. Neighbours have the same: the tick of the last one is kept."""
        kept, indices, sent = self._tick
        if stage != kept or index not in indices:
            tick = self._schedule.tick_of(stage, index)
            sent = self._started + timedelta(seconds=tick * self._schedule.tick_seconds)
            self._tick = (stage, self._schedule.indices(stage, tick), sent)
        return sent


class _Stage:
    """Makes the messages of a stage. Draws that decide a kind come before those of the event, in a fixed order."""

    def __init__(self, seed: str, mix: Mix) -> None:
        self._seed = seed
        self._mix = mix
        self._late_by = seconds_of(mix.late_by)
        self._shares = EventShares(
            sale=mix.sale_share,
            bad=mix.bad,
            priority=mix.priority,
            least_discount=mix.discount.least,
            most_discount=mix.discount.most,
        )

    def origin(self, index: int) -> int:
        """The index whose message is sent under this one: another one only if it is doubled."""
        return self._back(index, self._mix.doubled)

    def make(self, index: int, sent: datetime) -> Message:
        """The message of an index that is not doubled."""
        random, mix = self._random(index), self._mix
        kind, _ = random.random(), random.random()
        chances = [random.random() for _ in range(5)]
        shares = (mix.late, mix.malformed, mix.foreign_fields, mix.unicode, mix.oversized)
        names = ("late", "malformed", "foreign_fields", "unicode", "oversized")
        kinds = [name for name, share, chance in zip(names, shares, chances, strict=True) if chance < share]
        if "late" in kinds:
            sent -= timedelta(seconds=random.random() * self._late_by)
        event = draw_event(random, self._shares, sent.isoformat())
        if index and mix.doubled <= kind < mix.doubled + mix.reused_ids:
            event = msgspec.structs.replace(event, id=self._id(self._back(index, mix.doubled + mix.reused_ids)))
            kinds.append("reused_ids")
        return _message(event, kinds, mix.oversized_bytes) if kinds else Message(event, _encode(event))

    def _id(self, index: int) -> str:
        """The id of an event whose id is its own."""
        random = self._random(index)
        chances = [random.random() for _ in range(7)]
        if chances[2] < self._mix.late:
            random.random()
        return draw_event(random, self._shares, "").id

    def _back(self, index: int, share: float) -> int:
        """From index to index while one repeats another, by a draw below `share`. The first repeats none."""
        if not share:
            return index
        while index:
            random = self._random(index)
            if random.random() >= share:
                break
            index -= 1 + int(random.random() * min(index, _REACH))
        return index

    def _random(self, index: int) -> Random:
        return Random(f"{self._seed}/{index}")  # noqa: S311 - test data, not secrets


def _message(event: GeneratedEvent, kinds: list[str], oversized_bytes: int) -> Message:
    if "unicode" in kinds:
        # Not only texts: two of them lie outside Unicode's first plane, or turn the line.
        text = _TEXTS[event.sku % len(_TEXTS)]
        event = msgspec.structs.replace(event, category=text, contact_me=f"{text} & co.")
    content: dict[str, Any] = msgspec.to_builtins(event)
    if "foreign_fields" in kinds:
        content |= _FOREIGN
    if "oversized" in kinds:
        content["note"] = "x" * oversized_bytes
    body = _encode(content)
    if "malformed" in kinds:
        body = body[: len(body) // 2] if event.sku % 2 else b"%PDF-1.7 not JSON " + event.id.encode()
    return Message(event, body, tuple(kinds))


def totals_of_messages(messages: Iterable[Message]) -> MixTotals:
    """Count messages, and those of them that must be flagged."""
    sent = list(messages)
    events = [message.event for message in sent if message.is_event]
    sales = [event for event in events if event.event_type == SALE]
    kinds = [kind for message in sent for kind in message.kinds]
    names = ("malformed", "doubled", "reused_ids", "late", "foreign_fields", "unicode", "oversized")
    return MixTotals(
        sent=len(sent),
        bad=sum(event.is_bad for event in events),
        sales=len(sales),
        inventory=len(events) - len(sales),
        sales_value=round(sum(sale.price * sale.qty for sale in sales), 2),
        expected_suspicious=sum(message.must_be_flagged for message in sent if "doubled" not in message.kinds),
        **{name: kinds.count(name) for name in names},
    )
