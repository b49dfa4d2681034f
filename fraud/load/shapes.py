"""Shapes: how the rate of a stage goes over its time. Each tells, in closed form, the events due by a time.

Times are seconds from the stage's beginning. Nothing is added up from tick to tick, so nothing drifts.
"""

from itertools import accumulate
from math import cos, floor, pi
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.load.mix import Mix
from fraud.load.values import Duration, Rate, seconds_of

_ROUNDING = 1e-6
"""The most that ten events per second times 0.1 s lack of one event, as floating point has it."""

MAX_PAGES = 5_000
TAPE_PATTERN = r"\A[0-9a-f]{16}\Z"
_UNSAID = "0s"
_Factor = Annotated[float, Meta(ge=0.001, le=100_000, description="times as fast as it was recorded")]
Positive = Annotated[float, Meta(gt=0, le=100_000, description="events per second")]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="shape"):
    """A stage. It begins when the one before it ends, or at `start`, counted from the campaign's beginning."""

    length: Duration = msgspec.field(name="for")
    start: Duration | None = None
    mix: Mix | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return seconds_of(self.length)

    def due(self, seconds: float) -> int:
        """The number of its events that are due by a time; 0 before its beginning, all of them after its end."""
        return floor(self._area(min(max(seconds, 0.0), self.seconds)) + _ROUNDING)

    def _area(self, seconds: float) -> float:
        raise NotImplementedError

    def problems(self) -> list[tuple[str, str]]:
        """The fields that do not fit each other, with what to do."""
        return []


class Constant(_Shape, frozen=True, kw_only=True, tag="constant"):
    """The same rate all the time."""

    rate: Positive

    def _area(self, seconds: float) -> float:
        return self.rate * seconds


class Ramp(_Shape, frozen=True, kw_only=True, tag="ramp"):
    """A rate that goes evenly `from` one `to` another."""

    first: Rate = msgspec.field(name="from")
    last: Rate = msgspec.field(name="to")

    def _area(self, seconds: float) -> float:
        return self.first * seconds + (self.last - self.first) * seconds * seconds / (2 * self.seconds)

    def problems(self) -> list[tuple[str, str]]:
        return [] if self.first or self.last else [("to", "must be above 0 if `from` is 0")]


class Steps(_Shape, frozen=True, kw_only=True, tag="steps"):
    """One rate after another, each for the same part of the time."""

    rates: Annotated[list[Rate], Meta(min_length=1, max_length=100)]

    def _area(self, seconds: float) -> float:
        part = self.seconds / len(self.rates)
        whole = min(floor(seconds / part), len(self.rates))
        done = (0.0, *accumulate(rate * part for rate in self.rates))[whole]
        return done + (self.rates[whole] * (seconds - whole * part) if whole < len(self.rates) else 0.0)

    def problems(self) -> list[tuple[str, str]]:
        return [] if any(self.rates) else [("rates", "must have a rate above 0")]


class Burst(_Shape, frozen=True, kw_only=True, tag="burst"):
    """A rate that begins anew `every` so often and `lasts` so long; between two bursts, the rate is `base`."""

    rate: Positive
    base: Rate = 0.0
    every: Duration
    lasts: Duration

    def _area(self, seconds: float) -> float:
        every, lasts = seconds_of(self.every), seconds_of(self.lasts)
        whole = floor(seconds / every)
        bursting = whole * lasts + min(seconds - whole * every, lasts)
        return self.rate * bursting + self.base * (seconds - bursting)

    def problems(self) -> list[tuple[str, str]]:
        every, lasts = seconds_of(self.every), seconds_of(self.lasts)
        if not every:
            return [("every", "must be longer than 0s")]
        return [] if 0 < lasts <= every else [("lasts", f"must be longer than 0s, and at most `every`, {self.every}")]


class Sine(_Shape, frozen=True, kw_only=True, tag="sine"):
    """A rate that swings around `rate`, up and down by `swing`, once `every` so often."""

    rate: Positive
    swing: Positive
    every: Duration

    def _area(self, seconds: float) -> float:
        period = seconds_of(self.every)
        return self.rate * seconds + self.swing * period / (2 * pi) * (1 - cos(2 * pi * seconds / period))

    def problems(self) -> list[tuple[str, str]]:
        if not seconds_of(self.every):
            return [("every", "must be longer than 0s")]
        most = 0.95 * self.rate
        return [] if self.swing <= most else [("swing", f"must be at most 95 % of `rate`, {most:g}")]


class Spike(_Shape, frozen=True, kw_only=True, tag="spike"):
    """A `base` rate, and one `peak` that begins `at` a time of the stage and `lasts` so long."""

    base: Rate
    peak: Positive
    at: Duration
    lasts: Duration

    def _area(self, seconds: float) -> float:
        spiking = min(max(seconds - seconds_of(self.at), 0.0), seconds_of(self.lasts))
        return self.peak * spiking + self.base * (seconds - spiking)

    def problems(self) -> list[tuple[str, str]]:
        lasts = seconds_of(self.lasts)
        if lasts and seconds_of(self.at) + lasts <= self.seconds:
            return []
        return [("lasts", f"must be longer than 0s, and end within the stage's {self.length}")]


class World(_Shape, frozen=True, kw_only=True, tag="world"):
    """A labelled world, played in the time of the stage: days of sales in which it is known what is fraud.

    `fraud_recall` and `fraud_precision` of the assertions hold the verdicts against its labels.
    """

    days: Annotated[int, Meta(ge=1, le=14)] = 1
    sales_per_day: Annotated[int, Meta(ge=200, le=20_400)] = 2_000
    difficulty: Literal["normal", "hard"] = "normal"
    world_seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 1

    def _area(self, seconds: float) -> float:
        return 0.0


class Replay(_Shape, frozen=True, kw_only=True, tag="replay"):
    """Recorded events, with the gaps between them in proportion to those of their own times.

    They fill the time `for`; or `factor` says how many times as fast as they were recorded they are played: 1 keeps
    their spacing. `file` is seen from the campaign file: NDJSON with `enqueued_time` and `body`, as `detective world`
    writes it; CSV with these columns; or an Avro file of Capture.
    """

    length: Duration = msgspec.field(name="for", default=_UNSAID)
    factor: _Factor | None = None
    file: Annotated[str, Meta(min_length=1, max_length=500)]

    def _area(self, seconds: float) -> float:
        return 0.0

    def problems(self) -> list[tuple[str, str]]:
        if self.factor is None:
            return [] if self.seconds else [("for", "or `factor` is needed; `factor: 1` keeps the spacing")]
        return [("factor", "stands in the place of `for`: leave one of them out")] if self.seconds else []


class Tape(_Shape, frozen=True, kw_only=True, tag="tape"):
    """Events whose bodies lie beside the plan, in a page per tick: the command line makes it of a world or a replay.

    `reused_ids` of its ids have several contents.
    """

    tape: Annotated[str, Meta(pattern=TAPE_PATTERN)]
    per: Duration
    counts: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1, max_length=MAX_PAGES)]
    reused_ids: Annotated[int, Meta(ge=0)] = 0

    def due(self, seconds: float) -> int:
        """The events of all pages whose ticks are over by a time."""
        return sum(self.counts[: int(max(seconds, 0.0) / seconds_of(self.per) + _ROUNDING)])

    def problems(self) -> list[tuple[str, str]]:
        if not seconds_of(self.per):
            return [("per", "must be longer than 0s")]
        least = len(self.counts) * seconds_of(self.per)
        return [] if self.seconds >= least - _ROUNDING else [("for", f"must be at least {least:g}s, for all pages")]


Shape = Constant | Ramp | Steps | Burst | Sine | Spike | World | Replay | Tape
SHAPES = ("constant", "ramp", "steps", "burst", "sine", "spike", "world", "replay")
"""The shapes of a campaign file; a tape is made of the last two."""
