"""The grammar of windows."""

import pytest

from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.tree import Window
from local_azure.stream_analytics.language.units import TICKS_PER_MINUTE, TICKS_PER_SECOND


def window_of(text: str) -> tuple[int, int, int]:
    window = parse(f"SELECT COUNT(*) FROM events GROUP BY {text}").outputs[0].select.window
    assert isinstance(window, Window)
    return window.size, window.hop, window.offset


@pytest.mark.parametrize(
    ("text", "size", "hop", "offset"),
    [
        ("TumblingWindow(minute, 5)", 300, 300, 0),
        ("tumblingwindow(mi, 5, 1)", 300, 300, 60),
        ("TumblingWindow(Duration(hour, 1), Offset(minute, -5))", 3600, 3600, -300),
        ("HoppingWindow(second, 10, 5)", 10, 5, 0),
        ("HoppingWindow(second, 10, 5, 1)", 10, 5, 1),
        ("HoppingWindow(Duration(minute, 2), Hop(second, 30), Offset(second, 1))", 120, 30, 1),
    ],
)
def test_every_way_to_write_a_window(text: str, size: int, hop: int, offset: int):
    assert window_of(text) == (size * TICKS_PER_SECOND, hop * TICKS_PER_SECOND, offset * TICKS_PER_SECOND)


def test_the_window_may_stand_anywhere_among_the_keys():
    select = parse("SELECT a FROM events GROUP BY a, TumblingWindow(minute, 1), b").outputs[0].select
    assert select.window is not None
    assert select.window.size == TICKS_PER_MINUTE
    assert len(select.keys) == 2
