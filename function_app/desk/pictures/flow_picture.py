"""The picture of the pipeline: a box for each joint, a line for each way from one to the next.

It is laid out twice, for wide and for narrow windows, in pixels that a browser scales.
"""

from collections.abc import Mapping

import msgspec

WIDTH, HEIGHT = 168, 84
"""Of a box."""
GAP_X, GAP_Y = 44, 26


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box: its number and rate as text, and where it leads; `wrong` if a person is needed."""

    name: str
    label: str
    number: str
    rate: str
    note: str
    href: str
    moves: bool
    wrong: bool = False

    @property
    def spoken(self) -> str:
        """All of it as text, for screen readers."""
        return ", ".join(text for text in (f"{self.label}: {self.number}", self.rate, self.note) if text)


class Placed(msgspec.Struct, frozen=True):
    """A box at its place."""

    box: Box
    x: int
    y: int


class Way(msgspec.Struct, frozen=True):
    """A line from box to box as an SVG path; it is animated while events pass."""

    path: str
    moves: bool


class Picture(msgspec.Struct, frozen=True):
    """Boxes and lines, and the size of the whole."""

    kind: str
    width: int
    height: int
    width_of_box: int
    height_of_box: int
    boxes: list[Placed]
    ways: list[Way]


WAYS = (
    ("sent", "captured"),
    ("sent", "archived"),
    ("sent", "flagged"),
    ("archived", "quarantined"),
    ("flagged", "windows"),
    ("windows", "judged"),
    ("judged", "alerts"),
    ("windows", "dead_letters"),
)
_WIDE = {
    "sent": (0, 1),
    "captured": (1, 0),
    "archived": (1, 1),
    "quarantined": (2, 1),
    "flagged": (1, 2),
    "windows": (2, 2),
    "judged": (3, 2),
    "alerts": (4, 2),
    "dead_letters": (3, 1),
    "reconciled": (4, 0),
}
"""Column and row of each box."""
_NARROW = {
    "sent": (0, 0),
    "captured": (1, 0),
    "archived": (0, 1),
    "quarantined": (1, 1),
    "flagged": (0, 2),
    "windows": (0, 3),
    "dead_letters": (1, 3),
    "judged": (0, 4),
    "alerts": (1, 4),
    "reconciled": (1, 2),
}


def pictures(boxes: Mapping[str, Box]) -> list[Picture]:
    """The wide and the narrow picture of the same boxes."""
    return [_picture("wide", boxes, _WIDE), _picture("narrow", boxes, _NARROW)]


def _picture(kind: str, boxes: Mapping[str, Box], grid: Mapping[str, tuple[int, int]]) -> Picture:
    places = {
        name: Placed(box, 4 + grid[name][0] * (WIDTH + GAP_X), 4 + grid[name][1] * (HEIGHT + GAP_Y))
        for name, box in boxes.items()
    }
    columns, rows = (max(cell[axis] for cell in grid.values()) + 1 for axis in (0, 1))
    ways = [
        Way(_path(places[start], places[end]), boxes[end].moves)
        for start, end in WAYS
        if start in places and end in places
    ]
    return Picture(
        kind,
        columns * (WIDTH + GAP_X) - GAP_X + 8,
        rows * (HEIGHT + GAP_Y) - GAP_Y + 8,
        WIDTH,
        HEIGHT,
        list(places.values()),
        ways,
    )


def _path(start: Placed, end: Placed) -> str:
    """A curve from the side of one box to the facing side of another."""
    if end.x == start.x:
        x, y = start.x + WIDTH // 2, start.y + HEIGHT
        return f"M{x} {y}V{end.y}"
    x1, y1 = start.x + WIDTH, start.y + HEIGHT // 2
    x2, y2 = end.x, end.y + HEIGHT // 2
    if x2 < x1:
        return f"M{start.x + 24} {start.y + HEIGHT}V{end.y}"
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
