"""The past of a replayed file: everything that has arrived so far, which is all up to the end of a window."""

from datetime import UTC, datetime

from fraud.context.facts import facts_of
from fraud.context.look_ups import (
    CUSTOMER_SPAN,
    MOST_OF_CUSTOMER,
    MOST_OF_SHELF,
    MOST_OF_SKU,
    SHELF_SPAN,
    SKU_SPAN,
    LookUps,
    Recent,
    other_contents,
)
from fraud.context.shelf_facts import Shelf
from fraud.context.sighting import Sighting, sighting
from fraud.identity import canonical
from fraud.profiles.profiles import Profiles
from fraud.replay.arrivals import Arrival, read_event
from fraud.rules.language import Value
from fraud.windows import Window


class History:
    """Look-ups and profiles of a replay. Memory grows with the bytes of the bodies: any id may be used again."""

    def __init__(self) -> None:
        self._arrivals: dict[str, list[Arrival]] = {}
        self._customers = Recent(CUSTOMER_SPAN, MOST_OF_CUSTOMER)
        self._skus = Recent(SKU_SPAN, MOST_OF_SKU)
        self._shelves = Recent(SHELF_SPAN, MOST_OF_SHELF)
        self._shelves_now: dict[tuple[tuple[str, str], float], Shelf] = {}
        self._today: list[Sighting] = []
        self.profiles = Profiles()

    def begin_day(self) -> None:
        """Tell that the windows of a day begin: what the days before say is fixed from here on."""
        if self._today:
            first = datetime.fromtimestamp(self._today[0].time, UTC).date()
            self.profiles.close_day(first.toordinal(), self._today)
            self._shelves_now.clear()
        if self._today:
            for recent in (self._customers, self._skus, self._shelves):
                recent.forget(self._today[-1].time)
        self._today = []

    def add(self, arrival: Arrival) -> None:
        """Take an arrival in. A content that arrives again under its id changes nothing."""
        event = arrival.event
        if event is None or not isinstance(event.get("id"), str):
            return
        self._shelves_now.clear()
        arrivals = self._arrivals.setdefault(event["id"], [])
        if arrivals and canonical(event) in {canonical(read_event(earlier.body) or {}) for earlier in arrivals}:
            return
        # Without its fields, which are many times as large as its bytes.
        arrivals.append(Arrival(arrival.enqueued, arrival.body, None))
        seen = sighting(event, arrival.enqueued)
        self._today.append(seen)
        if seen.customer is not None:
            self._customers.add(seen.customer, seen)
        if seen.sku is not None:
            self._skus.add(seen.sku, seen)
        if seen.shelf is not None and seen.is_category_whole:
            self._shelves.add(seen.shelf, seen)

    def facts(self, arrival: Arrival, window: Window) -> dict[str, Value]:
        """The facts of an event, as of the end of its window; it arrived when its content first did."""
        event = arrival.event or {}
        contents = [(first.enqueued, read_event(first.body) or {}) for first in self._arrivals.get(event["id"], ())]
        this = canonical(event)
        enqueued = next((first for first, content in contents if canonical(content) == this), arrival.enqueued)
        seen = sighting(event, enqueued)
        until = window.end.timestamp()
        look_ups = LookUps(
            contents=sum(sighting(content, enqueued).store == seen.store for _, content in contents),
            of_id=other_contents(content for _, content in contents),
            customer=self._customers.of(seen.customer, until),
            sku=self._skus.of(seen.sku, until),
        )
        shelf = self._shelf(seen, until)
        return facts_of(event, seen, look_ups, self.profiles, window.start.date(), shelf=shelf)

    def _shelf(self, seen: Sighting, until: float) -> Shelf | None:
        """The shelf of a store and a category, which is counted once for all events of a window.

        As live, a category that context does not keep whole has the event's own sale alone.
        """
        of = seen.shelf
        if of is None:
            return None
        if not seen.is_category_whole:
            return Shelf((seen,), self.profiles)
        if (of, until) not in self._shelves_now:
            self._shelves_now[of, until] = Shelf(self._shelves.of(of, until), self.profiles)
        return self._shelves_now[of, until]
