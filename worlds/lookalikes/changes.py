"""Innocent changes of a store that show in its everyday events."""

from collections.abc import Sequence

from worlds.clock import DAY, HOUR
from worlds.drafts import Draft
from worlds.draws import Draws
from worlds.market import Market
from worlds.stores import STORES, Detour, backup_address, moved_address

RELOCATION, FAILOVER, PROVIDER_CHANGE = "relocation", "network_failover", "provider_change"

_TOLD = 24 * HOUR
"""For so long after a change the events of a store count as part of it."""


def plan_moves(market: Market, draws: Draws, days: int) -> None:
    """Let a store move to another network for good, and another one use the backup network for some hours."""
    moving, failing = draws.several(range(1, STORES + 1), 2)
    first = draws.between(0.45, 0.75) * days * DAY
    market.detours.append(Detour(moving, first, market.length * 2, moved_address(draws, moving)))
    backup = backup_address(draws)
    for store, share in ((failing, 0.3), (failing, 0.7), (draws.whole(1, STORES), 0.85)):
        first = (int(share * days) + draws.between(0.35, 0.75)) * DAY
        market.detours.append(Detour(store, first, first + draws.between(1, 3) * HOUR, backup))


def tell_moves(market: Market, sales: Sequence[Draft]) -> None:
    """Name the occasion of the sales that a store sent soon after its move, or through the backup network."""
    for sale in sales:
        for detour in market.detours:
            if detour.store == sale.store and detour.first <= sale.at < min(detour.last, detour.first + _TOLD):
                sale.scenario = sale.scenario or (RELOCATION if detour.last > market.length else FAILOVER)


def change_provider(market: Market, draws: Draws, sales: Sequence[Draft]) -> None:
    """A store's payment provider stops taking credit cards: from a time on its customers pay in another way."""
    store, instead = draws.whole(1, STORES), draws.pick(("wallet", "upi", "net_banking"))
    first = draws.between(0.45, 0.7) * market.length
    for sale in sales:
        if sale.store == store and sale.at >= first and sale.payment == "credit_card":
            sale.payment = instead
            if sale.at < first + _TOLD:
                sale.scenario = sale.scenario or PROVIDER_CHANGE
