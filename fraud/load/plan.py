"""The plan of a campaign: its stages, its mix, and what must hold afterwards. `docs/campaigns.md` has examples."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fraud.campaigns import MAX_EVENTS_PER_BATCH, CampaignName
from fraud.load.assertions import Assertions
from fraud.load.mix import MOST_REPEATED, Mix
from fraud.load.schedule import Schedule
from fraud.load.shapes import Replay, Shape, Tape, World
from fraud.load.values import Duration, seconds_of

MAX_EVENTS = 10_000_000
MAX_TICKS = 100_000
_LEAST_TICK, _LONGEST_TICK = 1.0, 300.0


class CampaignPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign as data. A missing name or seed is chosen; the same seed gives the same events.

    - tick: the events that are due in a tick are sent at its beginning, 1s to 300s
    - producers: how many activities share the events of a tick
    - mix: for stages without one of their own
    """

    name: CampaignName | None = None
    about: Annotated[str, Meta(max_length=500, description="a sentence for people")] = ""
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    tick: Duration = "5s"
    producers: Annotated[int, Meta(ge=1, le=16)] = 1
    mix: Mix = Mix()
    stages: Annotated[list[Shape], Meta(min_length=1, max_length=50)]
    asserts: Assertions = msgspec.field(name="assert", default=Assertions())

    @property
    def schedule(self) -> Schedule:
        """The time of each event."""
        return Schedule(self.stages, seconds_of(self.tick))

    def mix_of(self, stage: int) -> Mix:
        """The mix of a stage, by its number from 0."""
        return self.stages[stage].mix or self.mix

    @property
    def played(self) -> list[int]:
        """The stages that are still to be made into tapes, by number."""
        return [number for number, stage in enumerate(self.stages) if isinstance(stage, World | Replay)]


class PlanProblem(msgspec.Struct, frozen=True):
    """A field of a plan that cannot be as it is. `path` leads to it: names of fields, numbers of items from 0."""

    path: tuple[str | int, ...]
    text: str

    @property
    def field(self) -> str:
        """The path as a person reads it: `stages[1].rate`."""
        return path_text(self.path)


def path_text(path: tuple[str | int, ...]) -> str:
    """A path as a person reads it: `stages[1].rate`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def problems(plan: CampaignPlan) -> list[PlanProblem]:
    """Everything about a plan that its types do not hold: fields that do not fit each other, and sizes."""
    tick = seconds_of(plan.tick)
    if not _LEAST_TICK <= tick <= _LONGEST_TICK:
        return [PlanProblem(("tick",), f"must be from 1s to 300s, not {plan.tick}")]
    listed = _of_mix(("mix",), plan.mix)
    for number, stage in enumerate(plan.stages):
        place: tuple[str | int, ...] = ("stages", number)
        if stage.mix:
            listed += _of_mix((*place, "mix"), stage.mix)
        if not stage.seconds and not isinstance(stage, Replay):
            listed.append(PlanProblem((*place, "for"), "must be longer than 0s"))
        else:
            listed += [PlanProblem((*place, name), text) for name, text in stage.problems()]
    return listed or _of_tapes(plan) or _too_large(plan)


def _of_tapes(plan: CampaignPlan) -> list[PlanProblem]:
    """A tape has a page per tick, so it begins with one."""
    schedule = plan.schedule
    listed: list[PlanProblem] = []
    for number, stage in enumerate(plan.stages):
        if isinstance(stage, Tape) and seconds_of(stage.per) != schedule.tick_seconds:
            listed.append(PlanProblem(("stages", number, "per"), f"must be the plan's tick, {plan.tick}"))
        if isinstance(stage, World | Replay | Tape) and schedule.starts[number] % schedule.tick_seconds:
            listed.append(PlanProblem(("stages", number, "start"), f"must be a multiple of the tick, {plan.tick}"))
    return listed


def not_played(plan: CampaignPlan) -> list[PlanProblem]:
    """The stages of a plan that the app cannot send, because only the command line can make their events."""
    text = "is played by the command line: start the campaign with `detective campaign run FILE`"
    return [PlanProblem(("stages", number, "shape"), text) for number in plan.played]


def _of_mix(place: tuple[str | int, ...], mix: Mix) -> list[PlanProblem]:
    listed: list[PlanProblem] = []
    if mix.discount.least > mix.discount.most:
        text = f"must be at least `least`, {mix.discount.least}"
        listed.append(PlanProblem((*place, "discount", "most"), text))
    if mix.doubled + mix.reused_ids > MOST_REPEATED:
        text = f"must be at most {MOST_REPEATED} together with `reused_ids`: a repeated event needs an original"
        listed.append(PlanProblem((*place, "doubled"), text))
    return listed


def _too_large(plan: CampaignPlan) -> list[PlanProblem]:
    schedule = plan.schedule
    if schedule.ticks > MAX_TICKS:
        return [PlanProblem(("tick",), f"makes {schedule.ticks:,} ticks of it; at most {MAX_TICKS:,}: a longer tick")]
    least = 0 if plan.played else 1
    if not least <= schedule.total <= MAX_EVENTS:
        return [PlanProblem(("stages",), f"come to {schedule.total:,} events; it must be 1 to {MAX_EVENTS:,}")]
    most = max((sum(span.count for span in schedule.spans(tick)) for tick in range(schedule.ticks)), default=0)
    if most > MAX_EVENTS_PER_BATCH * plan.producers:
        text = f"must be more or `tick` shorter: a tick has up to {most:,} events, and a producer sends 10,000 of it"
        return [PlanProblem(("producers",), text)]
    return []


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a campaign file, as editors read it."""
    schema = msgspec.json.schema(CampaignPlan)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_as_ecma(schema)}


def _as_ecma(value: Any) -> Any:
    r"""Patterns as ECMAScript knows them: it has no `\A` and `\Z`."""
    match value:
        case dict():
            return {str(name): _as_ecma(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list() | tuple():
            return [_as_ecma(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case str():
            return value.replace(r"\A", "^").replace(r"\Z", "$")
        case _:
            return value


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(plan_schema())).decode())  # noqa: T201 - the file for editors
