"""The stores of a world: names, network ranges and gateways, and the moves of a store from one network to another."""

import msgspec

from worlds.draws import Draws

STORES = 12
NEW_STORE = STORES + 1
"""The store that opens while the world is watched."""

_MOVED, _BACKUP = 100, 200
_ROAMING = 0.04
"""The share of events that come through a host of the store's network which is not one of its gateways."""


class Address(msgspec.Struct, frozen=True):
    """The network of a store, the first three parts of an address, and the hosts in it that its events come through."""

    network: str
    gateways: tuple[int, ...]

    def ip(self, draws: Draws) -> str:
        """An address that one event of the store may carry."""
        host = draws.whole(1, 254) if draws.chance(_ROAMING) else draws.pick(self.gateways)
        return f"{self.network}.{host}"

    def gateway(self, draws: Draws) -> str:
        """The address of one of the gateways."""
        return f"{self.network}.{draws.pick(self.gateways)}"


class Detour(msgspec.Struct, frozen=True):
    """A span in which a store's events come from another address than before."""

    store: int
    first: float
    last: float
    address: Address


def store_name(store: int) -> str:
    """The host name of a store, as its events carry it."""
    return f"store-{store}.mystique.example"


def home_address(draws: Draws, store: int) -> Address:
    """The address of a store before anything moves."""
    return Address(f"10.0.{store}", _hosts(draws, draws.whole(3, 6)))


def moved_address(draws: Draws, store: int) -> Address:
    """The address of a store after a move to another network."""
    return Address(f"10.0.{_MOVED + store}", _hosts(draws, draws.whole(3, 5)))


def backup_address(draws: Draws) -> Address:
    """The network that stands in for a store's while its own is away; all stores share it."""
    return Address(f"10.0.{_BACKUP}", _hosts(draws, 2))


def strange_address(draws: Draws) -> Address:
    """A network that belongs to nobody."""
    return Address(f"10.0.{draws.whole(20, 99)}", _hosts(draws, draws.whole(1, 3)))


def _hosts(draws: Draws, count: int) -> tuple[int, ...]:
    return tuple(draws.several(range(1, 255), count))
