"""Ids judged in a second on one core, when what look-ups give is there: the facts of a labelled world's flagged sales.

The verdicts are those of the app, made by `fraud.judging.verdicts_on`; by the set `seed` an event is read into its own
facts as well. Neither finding the contents nor writing the verdicts is in these figures.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from benchmarks.rows import Row, alone
from fraud.judging import Content, Context, verdicts_on
from fraud.replay.arrivals import Arrival
from fraud.replay.history import History
from fraud.replay.replay import Judged, replay
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import FOR_FILES, SEED
from fraud.windows import Window
from worlds import WorldPlan, make_world

IDS_A_SECOND = 50_000
HISTORY_DAYS = 2
ROUNDS = 15
"""The fastest of them counts, as whatever else runs only makes one slower."""

_PLAN = WorldPlan(seed=11, days=4)


class _LookedUp(msgspec.Struct, frozen=True):
    """The contents under an id of a window, as a look-up gives them; the facts are those of the world's past."""

    judged: Judged
    contents: list[Content]
    contexts: dict[bytes, Context]
    window: Window


def measure() -> list[Row]:
    """Judge the same ids by both sets, round after round."""
    looked_up = list(_looked_up())
    bound = f"at least {IDS_A_SECOND:,}"
    names = {"seed": SEED, "context, its facts given": FOR_FILES}
    return [
        alone(f"judging without look-ups, set {name}", "ids/s of CPU", _rate(looked_up, rules), bound)
        for name, rules in names.items()
    ]


def _looked_up() -> Iterator[_LookedUp]:
    arrivals = [
        Arrival(at, msgspec.json.encode(event), msgspec.to_builtins(event)) for at, event in make_world(_PLAN).events()
    ]
    by_id = {(arrival.event or {}).get("id"): arrival for arrival in arrivals}
    for judged in replay(arrivals, FOR_FILES, History(), HISTORY_DAYS):
        arrival = by_id[judged.verdict.id]
        content = Content(arrival.event or {}, "archive", arrival.enqueued)
        context = Context(judged.facts, judged.rates, "", None)
        yield _LookedUp(judged, [content], {content.form: context}, _window(judged))


def _window(judged: Judged) -> Window:
    start, end = judged.verdict.window_start, judged.verdict.window_end
    return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _rate(looked_up: Sequence[_LookedUp], rules: RuleSet) -> float:
    return len(looked_up) / min(_seconds(looked_up, rules) for _ in range(ROUNDS))


def _seconds(looked_up: Sequence[_LookedUp], rules: RuleSet) -> float:
    """CPU of one round. Raises AssertionError if the verdicts are not those of the world's own replay."""
    began = time.process_time()
    verdicts = [
        verdicts_on(
            each.judged.verdict.id,
            each.contents,
            each.judged.verdict.store_id,
            each.window,
            rules=rules,
            contexts=None if rules is SEED else each.contexts,
        )
        for each in looked_up
    ]
    seconds = time.process_time() - began
    expected = [each.judged.verdict.reasons for each in looked_up]
    if rules is FOR_FILES and [of_id[0].reasons for of_id in verdicts] != expected:
        raise AssertionError("the verdicts differ from those of the replay")
    return seconds
