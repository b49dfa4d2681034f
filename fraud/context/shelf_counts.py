"""Counts over a shelf's sightings: made once, and held against each event by taking away what is near the event.

A window of a large store has hundreds of events on one shelf; going through the shelf's sightings for each of them was
most of the CPU that context took.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from fraud.context.sighting import Sighting

ALIKE_PERCENT = 3


class SeenOnShelf(msgspec.Struct, frozen=True, gc=False):
    """A sighting, and what the days before say of its customer, if there are any."""

    sighting: Sighting
    is_sale: bool
    is_known: bool
    """The customer was seen on a day before."""
    is_settled: bool
    """The customer was first seen long ago."""
    is_at_home: bool
    """The customer has bought at the store before, or it opens."""
    is_stranger: bool
    pays_anew: bool

    @property
    def is_usual(self) -> bool:
        """True for what its settled customers do beside flagged sales: it shows how the store sends and is paid."""
        return self.is_settled and self.is_at_home and not self.sighting.is_flagged


class PromotionCounts(msgspec.Struct, frozen=True, gc=False):
    """Sales of other skus to other, settled customers: all, at a deep discount, and at about the event's own."""

    sales: int
    deep: int
    deep_customers: int
    alike: int


class GatewayCounts(msgspec.Struct, gc=False):
    """Sales through some gateways, and those of them at a deep discount."""

    deep: int = 0
    sales: int = 0

    def add(self, seen: SeenOnShelf, by: int = 1) -> None:
        """Count a sale, or take it away."""
        self.sales += by
        self.deep += by * seen.sighting.is_deep


class ShelfCounts:
    """Counts over the sightings of a shelf, which come in order of time."""

    def __init__(self, recent: Iterable[SeenOnShelf]) -> None:
        self._of_customer = defaultdict[str | None, list[SeenOnShelf]](list)
        self._usual: list[Sighting] = []
        self._usual_by_network = defaultdict[str | None, set[str | None]](set)
        self._usual_by_name = defaultdict[str | None, set[str | None]](set)
        self._network_since = dict[str | None, float]()
        self._later_by_network = dict[str | None, set[str | None]]()
        self._paid: set[str | None] = set()
        self._breaks: set[str | None] = set()
        self._settled_of_sku = defaultdict[str | None, list[SeenOnShelf]](list)
        self._settled = 0
        self._deep_of_customer = Counter[str | None]()
        self._deep_at = Counter[float]()
        self._alike = dict[float, int]()
        self._new_at = defaultdict[float | None, set[str | None]](set)
        self._new_paid = defaultdict[str | None, set[str | None]](set)
        self._new_flagged: set[str | None] = set()
        self._strangers: set[str | None] = set()
        self._at_gateway = defaultdict[str | None, GatewayCounts](GatewayCounts)
        self._at_any = GatewayCounts()
        for seen in recent:
            self._add(seen)

    def _add(self, seen: SeenOnShelf) -> None:
        sighting = seen.sighting
        self._of_customer[sighting.customer].append(seen)
        self._network_since.setdefault(sighting.network, sighting.time)
        if seen.is_usual:
            self._usual.append(sighting)
            self._usual_by_network[sighting.network].add(sighting.customer)
            self._usual_by_name[sighting.store_name].add(sighting.customer)
            if seen.is_sale:
                self._paid.add(sighting.customer)
            if seen.is_sale and seen.pays_anew:
                self._breaks.add(sighting.customer)
        if not seen.is_sale:
            return
        self._at_gateway[sighting.gateway].add(seen)
        self._at_any.add(seen)
        if seen.is_stranger:
            self._strangers.add(sighting.customer)
        if seen.is_settled:
            self._settled += 1
            self._settled_of_sku[sighting.sku].append(seen)
            if sighting.is_deep:
                self._deep_of_customer[sighting.customer] += 1
                self._deep_at[sighting.discount or 0.0] += 1
        if sighting.is_deep and not seen.is_known:
            self._new_at[sighting.discount].add(sighting.customer)
        if sighting.is_flagged and not seen.is_known:
            self._new_paid[sighting.payment].add(sighting.customer)
            self._new_flagged.add(sighting.customer)

    def _of(self, event: Sighting) -> list[SeenOnShelf]:
        """All that the event's customer did."""
        return self._of_customer.get(event.customer, [])

    def promotion(self, event: Sighting) -> PromotionCounts:
        """The sales that tell of a promotion."""
        customer, discount = event.customer, event.discount or 0.0
        near = [seen.sighting for seen in self._of(event) if seen.is_sale and seen.is_settled]
        same_sku = self._settled_of_sku.get(event.sku, ())
        near += [seen.sighting for seen in same_sku if seen.sighting.customer != customer]
        deep_near = [seen for seen in near if seen.is_deep]
        gone = Counter([seen.customer for seen in deep_near])
        customers = len(self._deep_of_customer) - sum(gone[name] == self._deep_of_customer[name] for name in gone)
        if None in self._deep_of_customer and gone[None] < self._deep_of_customer[None]:
            customers -= 1  # nobody whom it names
        return PromotionCounts(
            sales=self._settled - len(near),
            deep=self._deep_at.total() - len(deep_near),
            deep_customers=customers,
            alike=self._alike_to(discount) - sum(_are_alike(seen.discount or 0.0, discount) for seen in deep_near),
        )

    def _alike_to(self, discount: float) -> int:
        alike = self._alike.get(discount)
        if alike is None:
            alike = sum(number for deep, number in self._deep_at.items() if _are_alike(deep, discount))
            self._alike[discount] = alike
        return alike

    def new_alike(self, event: Sighting) -> int:
        """Other customers whom no day before has seen, with a sale at the event's deep discount."""
        return len(self._new_at.get(event.discount, set()) - {event.customer, None})

    def strangers(self, event: Sighting) -> int:
        """Other customers who are new or unlike themselves in a flagged sale."""
        return len(self._strangers) - (event.customer in self._strangers)

    def by_network(self, event: Sighting) -> tuple[int, int]:
        """Other customers with usual events: through the event's network, and all since that network was first seen."""
        network, names = event.network, {event.customer, None}
        later = self._later_by_network.get(network)
        if later is None:
            since = self._network_since.get(network, 0.0)
            later = self._later_by_network[network] = {seen.customer for seen in self._usual if seen.time >= since}
        return len(self._usual_by_network.get(network, set()) - names), len(later - names)

    def by_name(self, event: Sighting) -> int:
        """Other customers with usual events under the event's name of the store: one may be made to send many."""
        return len(self._usual_by_name.get(event.store_name, set()) - {event.customer, None})

    def new_paid(self, event: Sighting) -> tuple[int, int]:
        """Other new customers with flagged sales: those who paid in the way of the event, and all of them."""
        names = {event.customer, None}
        return len(self._new_paid.get(event.payment, set()) - names), len(self._new_flagged - names)

    def payment_breaks(self, event: Sighting) -> tuple[int, int]:
        """Other customers with usual sales: those who paid in a way that is new for them, and all of them."""
        names = {event.customer, None}
        return len(self._breaks - names), len(self._paid - names)

    def by_gateway(self, event: Sighting) -> tuple[GatewayCounts, GatewayCounts]:
        """Sales to others through the event's gateway, and through the others of the shelf."""
        through = self._at_gateway.get(event.gateway, GatewayCounts())
        here = GatewayCounts(through.deep, through.sales)
        elsewhere = GatewayCounts(self._at_any.deep - through.deep, self._at_any.sales - through.sales)
        for seen in self._of(event):
            if seen.is_sale:
                (here if seen.sighting.gateway == event.gateway else elsewhere).add(seen, -1)
        return here, elsewhere


def _are_alike(discount: float, other: float) -> bool:
    return abs(discount - other) <= ALIKE_PERCENT
