"""Rules about how much a sale is worth."""

from fraud.events import StoreEvent
from fraud.rules.registry import Evidence, rule

HIGH_VALUE = 5_000
HIGH_LOSS = 3_000


@rule("HIGH_VALUE", weight=20)
def high_value(event: StoreEvent) -> Evidence | None:
    """An order worth looking into for its size alone."""
    value = event.price * event.qty
    if value < HIGH_VALUE:
        return None
    return Evidence(f"{event.qty} pieces at {event.price:g} are worth {value:,.2f}, at least {HIGH_VALUE:,}")


@rule("HIGH_LOSS", weight=25)
def high_loss(event: StoreEvent) -> Evidence | None:
    """The cost of the discount to the store, whichever way it comes about."""
    loss = event.price * event.qty * event.discount / 100
    if loss < HIGH_LOSS:
        return None
    return Evidence(f"the discount gives away {loss:,.2f}, at least {HIGH_LOSS:,}")
