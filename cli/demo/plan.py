"""The plan of a demo."""

import msgspec

BATCHES, EVENTS = 100, 30


class DemoPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The events that the demo sends, and the speed of its time.

    It plays an evening of a labelled world; if it `is_random`, it sends batches of random events instead.
    """

    is_random: bool = False
    batches: int = BATCHES
    events: int = EVENTS
    interval_seconds: float = 5
    seed: int = 42
    speed: float = 60
