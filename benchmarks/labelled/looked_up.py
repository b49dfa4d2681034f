"""A labelled world's flagged sales as look-ups give them: contents, and the facts of the world's past."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from fraud.judging import Content, Context
from fraud.replay.arrivals import Arrival
from fraud.replay.history import History
from fraud.replay.replay import Judged, replay
from fraud.rules.shipped import FOR_FILES
from fraud.windows import Window
from worlds import WorldPlan, make_world

HISTORY_DAYS = 2

_PLAN = WorldPlan(seed=11, days=4)


class LookedUp(msgspec.Struct, frozen=True):
    """The contents under an id of a window, as a look-up gives them; the facts are those of the world's past."""

    judged: Judged
    contents: list[Content]
    contexts: dict[bytes, Context]
    window: Window


def looked_up() -> Iterator[LookedUp]:
    arrivals = [
        Arrival(at, msgspec.json.encode(event), msgspec.to_builtins(event)) for at, event in make_world(_PLAN).events()
    ]
    by_id = {(arrival.event or {}).get("id"): arrival for arrival in arrivals}
    for judged in replay(arrivals, FOR_FILES, History(), HISTORY_DAYS):
        arrival = by_id[judged.verdict.id]
        content = Content(arrival.event or {}, "archive", arrival.enqueued)
        context = Context(judged.facts, judged.rates, "", None)
        yield LookedUp(judged, [content], {content.form: context}, _window(judged))


def _window(judged: Judged) -> Window:
    start, end = judged.verdict.window_start, judged.verdict.window_end
    return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
