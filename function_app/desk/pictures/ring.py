"""A ring as a graph: accounts in the middle, and on either side what two of them or more share.

Skus and gateways stand on the left, stores and ways to pay on the right. A line stands for verdicts of the bands high
and medium.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from fraud.verdicts import Verdict

BoxKind = Literal["account", "sku", "gateway", "store", "payment"]
WIDTH, ROW, BOX_HEIGHT = 980, 34, 24
_EDGE = 2
"""Beside the outer boxes: half of a border lies outside of its box."""
_SIDE = (WIDTH - 200) // 2 - _EDGE
"""From the beginning of an outer column to that of the accounts, and from their end to its end."""
_WIDTHS: dict[BoxKind, int] = {"sku": 170, "gateway": 170, "account": 200, "store": 170, "payment": 170}
_LEFT: tuple[BoxKind, ...] = ("sku", "gateway")
_RIGHT: tuple[BoxKind, ...] = ("store", "payment")
_FIELDS: dict[BoxKind, str] = {
    "account": "cust_id",
    "sku": "sku",
    "gateway": "store_ip",
    "store": "store_id",
    "payment": "payment_method",
}
_WORDS: dict[BoxKind, str] = {
    "account": "customer",
    "sku": "sku",
    "gateway": "gateway",
    "store": "store",
    "payment": "",
}
_MOST_ACCOUNTS = 24
_MOST_SHARED = 12
"""Of each side."""
_SHOWN = 22
_TRUTHS = ("high", "medium")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A value, and the place of its box; `weight` is the number of its verdicts, `shared_by` that of its accounts."""

    kind: BoxKind
    value: str
    label: str
    x: int
    y: int
    width: int
    weight: int
    shared_by: int


class RingLine(msgspec.Struct, frozen=True):
    """A line from box to box as an SVG path; the wider, the more verdicts it stands for."""

    path: str
    width: int
    title: str


class Ring(msgspec.Struct, frozen=True):
    """Boxes and lines. `left_out` accounts have no box. Without two accounts that share something it is empty."""

    width: int
    height: int
    box_height: int
    nodes: list[Node]
    lines: list[RingLine]
    left_out: int

    @property
    def is_one_sided(self) -> bool:
        """True if accounts share values of one side only; the other side has no place then."""
        return self.width < WIDTH


_Key = tuple[BoxKind, str]


def ring_of(verdicts: Iterable[Verdict]) -> Ring:
    """The ring in verdicts: what accounts share that have verdicts of the bands high and medium."""
    events = [verdict.event for verdict in verdicts if verdict.event and verdict.band in _TRUTHS]
    weights: Counter[_Key] = Counter()
    ties: Counter[tuple[str, _Key]] = Counter()
    accounts_of: defaultdict[_Key, set[str]] = defaultdict(set)
    for event in events:
        account = _value(event, "account")
        if account is None:
            continue
        weights["account", account] += 1
        for kind in (*_LEFT, *_RIGHT):
            if (value := _value(event, kind)) is not None:
                weights[kind, value] += 1
                ties[account, (kind, value)] += 1
                accounts_of[kind, value].add(account)
    shared = {key: accounts for key, accounts in accounts_of.items() if len(accounts) > 1}
    # A way to pay that all share tells nothing by itself; goods, gateways and stores do.
    if not any(kind != "payment" for kind, _ in shared):
        return Ring(WIDTH, 0, BOX_HEIGHT, [], [], 0)
    return _drawn(weights, ties, shared)


def _value(event: dict[str, Any], kind: BoxKind) -> str | None:
    value: Any = event.get(_FIELDS[kind])
    return str(value)[:200] if isinstance(value, int | str) and not isinstance(value, bool) and value != "" else None


def _drawn(weights: Counter[_Key], ties: Counter[tuple[str, _Key]], shared: dict[_Key, set[str]]) -> Ring:
    sides = [_most_shared(shared, kinds) for kinds in (_LEFT, _RIGHT)]
    shares: Counter[str] = Counter()
    for key in (*sides[0], *sides[1]):
        shares.update(shared[key])
    ranked = sorted(shares, key=lambda account: (-shares[account], -weights["account", account], account))
    accounts: list[_Key] = [("account", account) for account in ranked[:_MOST_ACCOUNTS]]
    # A side that nobody shares anything on has no place: on a telephone it would be all that is seen.
    to_accounts, width = (0 if not sides[0] else _SIDE), WIDTH - _SIDE * (2 - sum(map(bool, sides)))
    columns = [
        (_EDGE, sides[0]),
        (to_accounts + _EDGE, accounts),
        (width - _WIDTHS["store"] - _EDGE, sides[1]),
    ]
    tallest = max(len(keys) for _, keys in columns)
    nodes = {
        key: _node(key, x, 4 + (2 * row + tallest - len(keys)) * ROW // 2, weights[key], shared.get(key, set[str]()))
        for x, keys in columns
        for row, key in enumerate(keys)
    }
    lines = [
        _line(nodes[key], nodes["account", account], count)
        for (account, key), count in sorted(ties.items())
        if key in nodes and ("account", account) in nodes
    ]
    return Ring(width, tallest * ROW + 4, BOX_HEIGHT, list(nodes.values()), lines, len(shares) - len(accounts))


def _most_shared(shared: dict[_Key, set[str]], kinds: Sequence[BoxKind]) -> list[_Key]:
    """The values of these kinds that most accounts share, kind by kind."""
    keys = sorted((key for key in shared if key[0] in kinds), key=lambda key: (-len(shared[key]), key))[:_MOST_SHARED]
    return sorted(keys, key=lambda key: (kinds.index(key[0]), -len(shared[key]), key))


def _node(key: _Key, x: int, y: int, weight: int, accounts: set[str]) -> Node:
    kind, value = key
    label = f"{_WORDS[kind]} {value}".strip()
    return Node(
        kind=kind,
        value=value,
        label=label if len(label) <= _SHOWN else f"{label[: _SHOWN - 1]}…",
        x=x,
        y=y,
        width=_WIDTHS[kind],
        weight=weight,
        shared_by=len(accounts),
    )


def _line(node: Node, account: Node, count: int) -> RingLine:
    """A curve between the facing sides of two boxes."""
    left, right = (node, account) if node.x < account.x else (account, node)
    x1, x2 = left.x + left.width, right.x
    y1, y2 = (box.y + BOX_HEIGHT // 2 for box in (left, right))
    middle = (x1 + x2) // 2
    title = f"{account.label} and {node.label}: {count} verdict{'s' * (count > 1)}"
    return RingLine(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", min(1 + count, 6), title)
