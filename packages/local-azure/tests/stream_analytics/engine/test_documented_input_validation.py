"""The worked example of `input-validation.md`: TRY_CAST, and two outputs with opposite conditions."""

from typing import Any

from tests.stream_analytics.running import feed, finish, policy, running

READINGS: list[dict[str, Any]] = [
    {
        "deviceId": 1,
        "readingTimestamp": "2026-03-05T10:00:00",
        "readingStr": "A String",
        "readingNum": 1.7145,
        "readingArray": ["A", "B"],
    },
    {"deviceId": 2, "readingTimestamp": "2026-03-05T10:01:00", "readingNum": 2.378, "readingArray": ["C"]},
    {
        "deviceId": 3,
        "readingTimestamp": "2026-03-05T10:01:20",
        "readingStr": "A Third String",
        "readingNum": "NaN",
        "readingArray": ["D", "E", "F"],
    },
    {
        "deviceId": 4,
        "readingTimestamp": "2026-03-05T10:02:10",
        "readingStr": "A Forth String",
        "readingNum": 1.2126,
        "readingArray": {},
    },
]

QUERY = """
WITH readingsValidated AS (
    SELECT
        -- Rename incoming fields, used for audit and debugging
        deviceId AS in_deviceId, readingNum AS in_readingNum, readingArray AS in_readingArray,
        -- Try casting fields in their expected type
        TRY_CAST(deviceId AS bigint) as deviceId,
        TRY_CAST(readingTimestamp AS datetime) as readingTimestamp,
        TRY_CAST(readingStr AS nvarchar(max)) as readingStr,
        TRY_CAST(readingNum AS float) as readingNum,
        TRY_CAST(readingArray AS array) as readingArray
    FROM events TIMESTAMP BY readingTimestamp
),
readingsToBeProcessed AS (
    SELECT deviceId, readingTimestamp, readingStr, readingNum, readingArray
    FROM readingsValidated
    WHERE readingStr IS NOT NULL AND readingArray IS NOT NULL
),
readingsToBeRejected AS (
    SELECT * FROM readingsValidated
    WHERE NOT (readingStr IS NOT NULL AND readingArray IS NOT NULL)
)
SELECT * INTO Debug1 FROM readingsToBeProcessed
SELECT * INTO Debug2 FROM readingsToBeRejected
"""


def test_the_outputs_are_those_of_the_documentation():
    work = running(QUERY, policy(late=3600))
    feed(work, *(("10:03", reading) for reading in READINGS))
    assert finish(work) == {
        "Debug1": [
            {
                "deviceId": 1,
                "readingTimestamp": "2026-03-05T10:00:00.0000000Z",
                "readingStr": "A String",
                "readingNum": 1.7145,
                "readingArray": ["A", "B"],
            },
            {
                "deviceId": 3,
                "readingTimestamp": "2026-03-05T10:01:20.0000000Z",
                "readingStr": "A Third String",
                "readingNum": None,
                "readingArray": ["D", "E", "F"],
            },
        ],
        "Debug2": [
            {
                "in_deviceId": 2,
                "in_readingNum": 2.378,
                "in_readingArray": ["C"],
                "deviceId": 2,
                "readingTimestamp": "2026-03-05T10:01:00.0000000Z",
                "readingStr": None,
                "readingNum": 2.378,
                "readingArray": ["C"],
            },
            {
                "in_deviceId": 4,
                "in_readingNum": 1.2126,
                "in_readingArray": {},
                "deviceId": 4,
                "readingTimestamp": "2026-03-05T10:02:10.0000000Z",
                "readingStr": "A Forth String",
                "readingNum": 1.2126,
                "readingArray": None,
            },
        ],
    }
