"""Visits: the sales to a customer at one store, paid in one way within minutes, which are the lines of one basket.

Sale events are lines. Who fills a basket on a day of discounts has many flagged lines at once; who steals comes back.
A basket is paid once: whoever tries one card after another comes back as often, however quickly.
"""

from collections.abc import Sequence

from fraud.context.sighting import Sighting

APART = 600.0
"""Seconds without a sale at the store, paid in the same way, after which another visit begins."""

LONGEST = 1_800.0
"""Seconds after its first sale at which a visit ends at the latest: whoever takes something every nine minutes, hour
after hour, comes back again and again."""

Lines = list[Sighting]


def visits_of(sales: Sequence[Sighting]) -> list[Lines]:
    """The visits that sales in order of time make up, in the order of their first sales."""
    visits: list[Lines] = []
    latest: dict[tuple[str | None, str | None], Lines] = {}
    for sale in sales:
        basket = sale.store, sale.payment
        visit = latest.get(basket)
        if visit is None or sale.time - visit[-1].time >= APART or sale.time - visit[0].time >= LONGEST:
            visit = latest[basket] = []
            visits.append(visit)
        visit.append(sale)
    return visits
