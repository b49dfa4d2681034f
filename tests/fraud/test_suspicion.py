import pytest

from fraud.suspicion import is_suspicious, store_of


@pytest.mark.parametrize(
    ("event_type", "discount", "priority", "expected"),
    [
        ("sale_event", 51, True, True),
        ("sale_event", 50.01, True, True),
        ("sale_event", 50, True, False),
        ("sale_event", 75, False, False),
        ("inventory_event", 75, True, False),
        ("sale_event", 75, 1, True),
        ("sale_event", 75, 2, False),
        ("sale_event", 75, "true", False),
        ("sale_event", "75", True, False),
        ("sale_event", True, True, False),
        ("sale_event", None, True, False),
        (None, 75, True, False),
    ],
)
def test_a_sale_with_priority_and_more_than_half_off_is_suspicious(
    event_type: object, discount: object, priority: object, expected: bool
):
    assert is_suspicious(event_type, discount, priority) is expected


@pytest.mark.parametrize(
    ("value", "store"),
    [
        (7, 7),
        (7.0, 7),
        ("7", 7),
        (True, 1),
        (-3, -3),
        (2**53 - 1, 2**53 - 1),
        (2**53, None),
        (7.5, None),
        (float("inf"), None),
        ("7.0", None),
        ("Rome", None),
        ("\u0667", None),
        ("9" * 400, None),
        (None, None),
        ([7], None),
        ({"id": 7}, None),
    ],
)
def test_a_store_has_one_normal_form_and_whatever_is_none_counts_as_no_store(value: object, store: int | None):
    assert store_of(value) == store
    assert type(store_of(value)) in (int, type(None))
