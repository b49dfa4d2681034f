from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fraud.slices import slices, slices_within


@given(st.lists(st.integers()), st.integers(1, 7))
def test_slices_hold_every_item_once_in_order_and_all_but_the_last_are_full(items: list[int], size: int):
    cut = list(slices(items, size))

    assert [item for part in cut for item in part] == items
    assert all(len(part) == size for part in cut[:-1])
    assert all(0 < len(part) <= size for part in cut)


@given(st.lists(st.integers(0, 20)), st.integers(1, 5), st.integers(1, 30))
def test_slices_within_a_size_hold_every_item_in_order_and_are_cut_only_where_the_next_one_has_no_room(
    sizes: list[int], most: int, size: int
):
    cut = list(slices_within(sizes, most, size, lambda own: own))
    assert [own for part in cut for own in part] == sizes
    assert all(0 < len(part) <= most and (sum(part) <= size or len(part) == 1) for part in cut)
    assert all(len(part) == most or sum(part) + later[0] > size for part, later in pairwise(cut))
