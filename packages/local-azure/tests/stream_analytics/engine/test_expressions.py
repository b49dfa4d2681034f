"""Values of expressions: arithmetic, CASE, CAST, dates, functions."""

import math

import pytest

from tests.stream_analytics.running import rows_of, value_of

EVENT = {"n": 7, "m": -7, "f": 2.5, "s": "abc", "t": True, "x": None, "r": {"a": [1]}, "big": 2**63 - 1}

VALUES = {
    "1 + 2 * 3": 7,
    "(1 + 2) * 3": 9,
    "-n": -7,
    "- -n": 7,
    "+n": 7,
    "n / 2": 3,
    "m / 2": -3,
    "n % 4": 3,
    "m % 4": -3,
    "n / 2.0": 3.5,
    "n - f": 4.5,
    "n / 0": None,
    "n % 0": None,
    "f % 2": 0.5,
    "-f % 2": -0.5,
    "1.0 % 0.1": 0.09999999999999995,
    "1e308 % 1e-5": math.fmod(1e308, 1e-5),
    "x + 1": None,
    "'a' + s": "aabc",
    "t + 1": 2,
    "CASE WHEN n > 5 THEN 'high' ELSE 'low' END": "high",
    "CASE WHEN x = 1 THEN 1 END": None,
    "CASE s WHEN 'x' THEN 1 WHEN 'abc' THEN 2 ELSE 3 END": 2,
    "CAST('12' AS bigint)": 12,
    "CAST(2.9 AS bigint)": 2,
    "CAST(t AS bigint)": 1,
    "CAST('1.5e1' AS float)": 15.0,
    "CAST(n AS nvarchar(max))": "7",
    "CAST(t AS nvarchar(max))": "true",
    "CAST(r AS nvarchar(max))": '{"a":[1]}',
    "CAST('true' AS bit)": True,
    "CAST(0 AS bit)": False,
    "CAST(x AS bigint)": None,
    "CAST('2026-03-05' AS datetime)": "2026-03-05T00:00:00.0000000Z",
    "CAST(r AS record)": {"a": [1]},
    "TRY_CAST('NaN' AS float)": None,
    "TRY_CAST('abc' AS bigint)": None,
    "TRY_CAST(r AS bigint)": None,
    "TRY_CAST(r AS array)": None,
    "TRY_CAST(r.a AS array)": [1],
    "TRY_CAST('9223372036854775808' AS bigint)": None,
    "TRY_CAST(s AS datetime)": None,
    "TRY_CAST('maybe' AS bit)": None,
    "TRY_CAST('1e999' AS float)": None,
    "System.Timestamp()": "2026-03-05T10:00:00.0000000Z",
    "System.Timestamp": "2026-03-05T10:00:00.0000000Z",
    "DATEADD(minute, -5, System.Timestamp())": "2026-03-05T09:55:00.0000000Z",
    "DATEADD(ms, 1, '2026-03-05T10:00:00Z')": "2026-03-05T10:00:00.0010000Z",
    "DATEADD(day, x, System.Timestamp())": None,
    "DATEDIFF(minute, '2026-03-05T09:59:59Z', System.Timestamp())": 1,
    "DATEDIFF(day, '2026-03-04T23:59:59Z', System.Timestamp())": 1,
    "DATEDIFF(second, x, System.Timestamp())": None,
    "UPPER(s)": "ABC",
    "LOWER('ABC')": "abc",
    "LEN(s)": 3,
    "LEN('a  ')": 1,
    "LEN(' a')": 2,
    "LEN('\U0001f600\u20ac')": 3,
    "GetType(s)": "nvarchar(max)",
    "GetType(n)": "bigint",
    "GetType(1.5)": "float",
    "GetType(missing_everywhere)": None,
    "GetType(System.Timestamp())": "datetime",
    "LEN(x)": None,
    "TRIM('  a ')": "a",
    "SUBSTRING(s, 2, 1)": "b",
    "SUBSTRING(s, 1, 99)": "abc",
    "SUBSTRING(s, 9, 1)": "",
    "SUBSTRING(x, 1, 1)": None,
    "CHARINDEX('c', s)": 3,
    "CHARINDEX('z', s)": 0,
    "REPLACE(s, 'b', 'xx')": "axxc",
    "REPLACE(s, '', 'y')": "abc",
    "CONCAT(s, '-', n, x, t, f)": "abc-7true2.5",
    "CONCAT('', System.Timestamp())": "2026-03-05T10:00:00.0000000Z",
    "COALESCE(x, s, 'z')": "abc",
    "COALESCE(x, x)": None,
    "NULLIF(n, 7)": None,
    "NULLIF(n, 8)": 7,
    "ABS(m)": 7,
    "FLOOR(f)": 2.0,
    "CEILING(f)": 3.0,
    "ROUND(2.345, 2)": 2.35,
    "ROUND(-2.5)": -3.0,
    "ROUND(n, -1)": 10,
    "ROUND(-15, -1)": -20,
    "ROUND(123456, -5)": 100000,
    "ROUND(150000.0, -5)": 200000.0,
    "ROUND(t, 2)": 1,
    "ROUND(big, 2)": 2**63 - 1,
    "ROUND(1e308, 5)": 1e308,
    "ROUND(4503599627370497.0)": 4503599627370497.0,
    "n > 5": True,
    "n < 5": False,
    "x > 5": None,
    "r.a": [1],
    "missing": None,
}


@pytest.mark.parametrize("expression", VALUES)
def test_the_value_of_an_expression(expression: str):
    value = value_of(expression, EVENT)
    assert value == VALUES[expression]
    assert type(value) is type(VALUES[expression])


@pytest.mark.parametrize(
    "expression",
    [
        "n + s",
        "s * 2",
        "r + 1",
        "CAST(s AS bigint)",
        "CAST(r AS datetime)",
        "LEN(n)",
        "ROUND(s, 2)",
        "big + 1",
        "ROUND(big, -1)",
        "big * big",
        "DATEADD(minute, 1, s)",
        "DATEADD(day, 9999999, System.Timestamp())",
        "DATEDIFF(minute, s, s)",
        "UPPER(r)",
        "CONCAT(r, s)",
        "SUBSTRING(s, 1, -1)",
        "1e308 * 10",
        "REPLACE(REPLACE(s, 'a', s), s, CONCAT(s, r))",
    ],
)
def test_a_value_of_the_wrong_type_keeps_its_event_out_and_no_other(expression: str):
    events = ("10:00", EVENT), ("10:00", {"n": 1, "s": "1", "x": 1})
    assert rows_of(f"SELECT CASE WHEN x = 1 THEN 1 ELSE {expression} END AS value INTO out FROM events", *events) == [
        {"value": 1}
    ]


def test_a_shard_can_be_computed_for_group_by():
    query = """
        SELECT store_id, cust_id % 4 AS shard, SUBSTRING(id, 1, 1) AS first, COLLECT(id) AS ids INTO out FROM events
        GROUP BY store_id, cust_id % 4, SUBSTRING(id, 1, 1), PartitionId, TumblingWindow(minute, 5)
    """
    events = [("10:01", {"store_id": 1, "cust_id": number, "id": f"{number:x}"}) for number in (3, 7, 8)]
    assert rows_of(query, *events) == [
        {"store_id": 1, "shard": 3, "first": "3", "ids": ["3"]},
        {"store_id": 1, "shard": 3, "first": "7", "ids": ["7"]},
        {"store_id": 1, "shard": 0, "first": "8", "ids": ["8"]},
    ]
