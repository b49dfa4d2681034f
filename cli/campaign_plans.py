"""A campaign file on the screen: what it would send and when, in at most 80 columns."""

from itertools import pairwise

import msgspec

from cli.screen import console, say, say_wrapped
from fraud.desk.plurals import counted
from fraud.load.plan import CampaignPlan
from fraud.load.schedule import Schedule
from fraud.load.shapes import Tape

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 60


def show_plan(plan: CampaignPlan, asked: CampaignPlan) -> None:
    """Show the stages of a plan, its rate over time, and what it asserts.

    `asked` is the plan as its file has it: there a stage is the world or the replay that is a tape in `plan`.
    """
    schedule = plan.schedule
    events = counted(schedule.total, "event")
    say(f"{plan.name or 'a campaign without a name'}: {events} in {length_text(schedule.seconds)}")
    if plan.about:
        say_wrapped(plan.about)
    console.print()
    peak, line = rate_line(schedule)
    say(f"{peak:>9,.1f}/s  {line}")
    end = length_text(schedule.seconds)
    say(f"{'':13}0s{end:>{_WIDTH - 2}}")
    console.print()
    say(f"{'stage':<12}{'from':>8}{'for':>8}{'events':>12}{'mix':>8}")
    for number, stage in enumerate(plan.stages):
        shape = asked.stages[number].__struct_config__.tag
        start = length_text(schedule.starts[number])
        own = "-" if isinstance(stage, Tape) else "its own" if stage.mix else "plan's"
        say(f"{shape:<12}{start:>8}{length_text(stage.seconds):>8}{stage.due(stage.seconds):>12,}{own:>8}")
    asserted = msgspec.to_builtins(plan.asserts)
    for name, bound in asserted.items():
        say(f"assert {name}: {bound}")


def rate_line(schedule: Schedule) -> tuple[float, str]:
    """The highest rate of a plan, in events per second, and a line of bars for the rate over its time."""
    width = min(_WIDTH, max(1, schedule.ticks))
    ends = [schedule.seconds * column / width for column in range(width + 1)]
    rates = [(schedule.due(b) - schedule.due(a)) / (b - a) for a, b in pairwise(ends)]
    peak = max(rates)
    bars = "".join(_BARS[round(rate / peak * 8) or (1 if rate else 0)] for rate in rates)
    return peak, "".join(bar * (_WIDTH // width) for bar in bars)


def length_text(seconds: float) -> str:
    """A length of time in its largest whole unit: `90s`, `5m`, `6h`."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:,.0f}{unit}"
    return f"{seconds:,g}s"
