from hypothesis import given
from hypothesis import strategies as st

from fraud.slices import slices


@given(st.lists(st.integers()), st.integers(1, 7))
def test_slices_hold_every_item_once_in_order_and_all_but_the_last_are_full(items: list[int], size: int):
    cut = list(slices(items, size))

    assert [item for part in cut for item in part] == items
    assert all(len(part) == size for part in cut[:-1])
    assert all(0 < len(part) <= size for part in cut)
