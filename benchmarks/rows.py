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

    @property
    def is_behind(self) -> bool:
        """True if the peer is better."""
        return self.ratio is not None and (self.ratio > 1) == ("less is better" in self.name)

    @property
    def figures(self) -> tuple[str, str, str]:
        """Ours, the peer's or the bound, and the ratio, as texts."""
        ratio = "" if self.ratio is None else f"x{self.ratio:.2f}"
        beside = self.peer_name if self.peer is None else f"{_number(self.peer)}  {self.peer_name}"
        return _number(self.ours), beside, ratio


def against(name: str, unit: str, ours: float, peer: float, peer_name: str) -> Row:
    """A figure beside its peer's."""
    return Row(name, unit, round(ours, 3), round(peer, 3), peer_name, round(ours / peer, 3))


def alone(name: str, unit: str, ours: float, bound: str) -> Row:
    """A figure without a peer; `bound` says what it must hold."""
    return Row(name, unit, round(ours, 3), None, bound, None)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
