"""The past of a replayed file: everything that has arrived so far, which is all up to the end of a window."""

from datetime import date

from fraud.context.event_facts import event_facts, store_of
from fraud.identity import canonical
from fraud.replay.arrivals import Arrival, read_event
from fraud.rules.language import Value
from fraud.windows import Window


class History:
    """The look-ups of a replay. Memory grows with the bytes of the bodies: any id may be used again."""

    def __init__(self) -> None:
        self._bodies: dict[str, list[bytes]] = {}

    def begin_day(self, day: date) -> None:
        """Tell that the windows of a day begin: what is known of the days before is fixed from here on."""

    def add(self, arrival: Arrival) -> None:
        """Take an arrival in. A content that arrives again under its id changes nothing."""
        event = arrival.event
        if event is None or not isinstance(event.get("id"), str):
            return
        bodies = self._bodies.setdefault(event["id"], [])
        if bodies and canonical(event) in {canonical(read_event(body) or {}) for body in bodies}:
            return
        bodies.append(arrival.body)

    def facts(self, arrival: Arrival, window: Window) -> dict[str, Value]:
        """The facts of an event, as of the end of its window."""
        del window
        event = arrival.event or {}
        contents = [read_event(body) or {} for body in self._bodies.get(event["id"], ())]
        at_store = [content for content in contents if store_of(content) == store_of(event)]
        return {**event_facts(event), "id.contents": len(at_store)}
