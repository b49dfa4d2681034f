"""The result of a benchmark: a figure of ours beside its peer's, measured in the same run."""

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One line of the table. `ratio` is ours over the peer's; above 1 is better when `unit` is a rate.

    `peer` and `ratio` are None for a figure that has no peer but a bound, which `peer_name` then tells.
    """

    name: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str
    ratio: float | None


def against(name: str, unit: str, ours: float, peer: float, peer_name: str) -> Row:
    """A figure beside its peer's."""
    return Row(name, unit, round(ours, 3), round(peer, 3), peer_name, round(ours / peer, 3))


def alone(name: str, unit: str, ours: float, bound: str) -> Row:
    """A figure without a peer; `bound` says what it must hold."""
    return Row(name, unit, round(ours, 3), None, bound, None)
