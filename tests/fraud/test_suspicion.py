import pytest

from fraud.suspicion import is_suspicious


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
