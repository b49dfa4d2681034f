"""Conditions: three-valued logic, and which values compare."""

import pytest

from tests.stream_analytics.running import holds

EVENT = {"n": 5, "f": 5.0, "s": "abc", "t": True, "x": None, "r": {"a": 1}, "l": [1], "d": "2026-03-05T10:00:00Z"}

TRUE = [
    "n = 5",
    "n = 5.0",
    "f = n",
    "n <> 4",
    "n != 4",
    "n > 4",
    "n >= 5",
    "n < 6",
    "n <= 5",
    "n !< 5",
    "n !> 5",
    "4 < n",
    "5 = n",
    "s = 'abc'",
    "s > 'abb'",
    "t = 1",
    "t = t",
    "t > 0",
    "NOT t = 0",
    "x IS NULL",
    "missing IS NULL",
    "n IS NOT NULL",
    "n IN (1, 5)",
    "n NOT IN (1, 2)",
    "n BETWEEN 5 AND 6",
    "n NOT BETWEEN 6 AND 9",
    "s LIKE 'a%'",
    "s LIKE '_b_'",
    "s NOT LIKE 'b%'",
    "n = 5 AND s = 'abc'",
    "n = 4 OR s = 'abc'",
    "NOT (n = 4 OR n = 6)",
    "r.a = 1",
    "r.a.b IS NULL",
    "r IS NOT NULL",
    "s.a IS NULL",
    "System.Timestamp() = d",
    "d = System.Timestamp()",
    "d <= '2026-03-05T10:00:00Z'",
    "CAST(d AS datetime) < '2026-03-06'",
    "CASE WHEN n > 3 THEN 1 ELSE 0 END = 1",
    "EventEnqueuedUtcTime = d",
    "PartitionId = 0",
]

NEITHER_TRUE_NOR_FALSE = [
    "x = 5",
    "x <> 5",
    "x > 5",
    "missing = 5",
    "x = x",
    "x = NULL",
    "n = NULL",
    "x IN (1, 2)",
    "x BETWEEN 1 AND 9",
    "x LIKE '%'",
    "n = x",
    "n = 'five'",
    "s = 5",
    "s > 5",
    "t = 'true'",
    "r = 5",
    "l = 5",
    "r = r",
    "n LIKE '5'",
    "s = System.Timestamp()",
    "n = System.Timestamp()",
    "missing.a.b = 1",
]


@pytest.mark.parametrize("condition", TRUE)
def test_true_conditions_hold_and_their_opposites_do_not(condition: str):
    assert holds(condition, EVENT)
    assert not holds(f"NOT ({condition})", EVENT)


@pytest.mark.parametrize("condition", NEITHER_TRUE_NOR_FALSE)
def test_a_comparison_with_null_or_with_another_type_is_unknown(condition: str):
    assert not holds(condition, EVENT)
    assert not holds(f"NOT ({condition})", EVENT)


def test_unknown_beside_true_and_false():
    assert holds("x = 1 OR n = 5", EVENT)
    assert not holds("x = 1 AND n = 5", EVENT)
    assert holds("NOT (x = 1 AND n = 4)", EVENT)
    assert not holds("NOT (x = 1 OR n = 4)", EVENT)


def test_a_json_boolean_is_a_bit_that_equals_one():
    assert holds("[priority_shipping] = 1", {"priority_shipping": True})
    assert not holds("[priority_shipping] = 1", {"priority_shipping": False})
    assert not holds("[priority_shipping] = 1", {"priority_shipping": "true"})
