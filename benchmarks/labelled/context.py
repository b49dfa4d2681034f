"""Features of an event's context, for the upper reference: what a classifier may learn from all that came before.

Written apart from the rules' own facts, so that a fault in one does not hide in the other. As of the end of an event's
window, like the rules.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from benchmarks.labelled.flagged import Occurrence
from benchmarks.labelled.own_fields import own_fields
from benchmarks.labelled.recent import Recent
from fraud.generation import GeneratedEvent
from fraud.windows import window_of
from worlds import LabelledWorld

_HOUR, _DAY = 3_600.0, 86_400.0
_LINES = (1_000, 2_000, 5_000)


class _Person:
    """A customer so far."""

    def __init__(self, at: float) -> None:
        self.first = at
        self.stores: Counter[int] = Counter()
        self.payments: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()
        self.hours: Counter[int] = Counter()
        self.sales, self.returns, self.value = 0, 0, 0.0


class Context:
    """Everything that has arrived so far."""

    def __init__(self) -> None:
        self._people: dict[int, _Person] = {}
        self._contents: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
        self._prices: defaultdict[int, list[float]] = defaultdict(list)
        self._networks: defaultdict[tuple[int, str], Counter[int]] = defaultdict(Counter)
        self._hosts: Counter[tuple[int, str]] = Counter()
        self._customer_day: Recent[int] = Recent(_DAY)
        self._customer_hours: Recent[int] = Recent(2 * _HOUR)
        self._cards: Recent[int] = Recent(3 * _HOUR)
        self._returned: Recent[int] = Recent(_DAY)
        self._sku: Recent[tuple[int, int]] = Recent(2 * _HOUR)
        self._host: Recent[str] = Recent(3 * _HOUR)
        self._offer: Recent[tuple[int, str, int]] = Recent(6 * _HOUR)
        self._percent: Recent[tuple[int, int]] = Recent(6 * _HOUR)
        self._sku_offer: Recent[tuple[int, int]] = Recent(24 * _HOUR)

    def add(self, event: GeneratedEvent, at: float) -> None:
        """Add an event."""
        customer, store = event.cust_id, _store(event)
        self._contents[event.id].add((event.sku, event.price, event.qty, event.discount, customer, event.ts))
        if event.event_type != "sale_event":
            if event.is_return:
                self._person(customer, at).returns += 1
                self._returned.add(customer, at, event.sku, event.price * event.qty)
            return
        person, value = self._person(customer, at), event.price * event.qty
        person.sales, person.value = person.sales + 1, person.value + value
        person.stores[store] += 1
        person.payments[event.payment_method] += 1
        person.categories[event.category] += 1
        person.hours[int(at % _DAY / _HOUR)] += 1
        self._prices[event.sku].append(event.price)
        self._networks[store, event.store_ip.rpartition(".")[0]][int(at / _DAY)] += 1
        self._hosts[store, event.store_ip] += 1
        self._customer_day.add(customer, at, event.sku, value)
        self._customer_hours.add(customer, at, store, value)
        if event.payment_method == "gift_card":
            self._cards.add(customer, at, store)
        self._sku.add((event.sku, event.discount), at, customer)
        self._host.add(event.store_ip, at, customer, value)
        self._offer.add((store, event.category, event.discount), at, customer)
        self._percent.add((store, event.discount), at, customer)
        self._sku_offer.add((event.sku, event.discount), at, store)

    def features(self, event: GeneratedEvent, at: float, now: float) -> list[float]:
        """The features of an event that has been taken in, as of `now`."""
        customer, store = event.cust_id, _store(event)
        person, value = self._person(customer, at), event.price * event.qty
        network = self._networks[store, event.store_ip.rpartition(".")[0]]
        prices = sorted(self._prices[event.sku])
        buyers, at_host = self._sku.members((event.sku, event.discount), now), self._host.members(event.store_ip, now)
        offered = self._offer.members((store, event.category, event.discount), now)
        same_percent = self._percent.members((store, event.discount), now)
        hour = int(at % _DAY / _HOUR)
        near = sum(person.hours[(hour + shift) % 24] for shift in (-2, -1, 0, 1, 2))
        return [
            person.sales,
            min(at - person.first, 5 * _DAY) / _HOUR,
            _usual(person.stores[store], person.sales),
            _usual(person.payments[event.payment_method], person.sales),
            _usual(person.categories[event.category], person.sales),
            _usual(near, person.sales),
            value / (person.value / person.sales) if person.sales else 1.0,
            person.returns,
            self._returned.count(customer, now),
            self._returned.amount(customer, now),
            self._customer_day.count(customer, now),
            self._customer_day.amount(customer, now),
            self._customer_hours.count(customer, now),
            self._customer_hours.amount(customer, now),
            len(self._customer_hours.members(customer, now)),
            self._cards.count(customer, now),
            event.price / prices[len(prices) // 2],
            len(prices),
            len(buyers),
            self._new(buyers, at),
            len(at_host),
            self._new(at_host, at),
            self._host.amount(event.store_ip, now),
            self._hosts[store, event.store_ip],
            network.total(),
            len(network),
            len(offered),
            self._new(offered, at),
            len(same_percent),
            self._new(same_percent, at),
            self._sku_offer.count((event.sku, event.discount), now),
            len(self._contents[event.id]),
            min(((line - value) / line for line in _LINES if value < line), default=1.0),
        ]

    def _person(self, customer: int, at: float) -> _Person:
        person = self._people.get(customer)
        if person is None:
            person = self._people[customer] = _Person(at)
        return person

    def _new(self, members: Iterable[object], at: float) -> int:
        """The members who were seen for the first time less than a day before."""
        people = (self._people[member] for member in members if isinstance(member, int))
        return sum(at - person.first < _DAY for person in people)


def context_features(world: LabelledWorld, occurrences: list[Occurrence]) -> list[list[float]]:
    """Own fields and context of each occurrence, in the same order."""
    asked = {occurrence.place: occurrence for occurrence in occurrences}
    return [features for _, features in sorted(_features(world, asked), key=lambda pair: pair[0])]


def _features(world: LabelledWorld, asked: dict[int, Occurrence]) -> Iterator[tuple[int, list[float]]]:
    context = Context()
    arrivals = enumerate(world.events())
    for window, group in groupby(arrivals, key=lambda arrival: window_of(arrival[1][0])):
        now = (window.end - world.start).total_seconds()
        places: list[tuple[int, float]] = []
        for place, (enqueued, event) in group:
            at = (enqueued - world.start).total_seconds()
            context.add(event, at)
            if place in asked:
                places.append((place, at))
        for place, at in places:
            occurrence = asked[place]
            yield place, own_fields(occurrence) + context.features(occurrence.event, at, now)


def _store(event: GeneratedEvent) -> int:
    return event.store_id if isinstance(event.store_id, int) else 0


def _usual(times: int, all_times: int) -> float:
    """The share of a habit in the sales besides this one; -1 if this is the only one."""
    return (times - 1) / (all_times - 1) if all_times > 1 else -1.0
