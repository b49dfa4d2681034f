"""Expressions that the SDKs and their LINQ send, and numbers as doubles."""

import pytest

from tests.cosmos.query.test_scoped_queries import ask


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("9007199254740991 + 2", 9007199254740992),
        ("0x10", 16),
        ("0xFF -- a comment", 255),
        ("TRIM('xax', 'x')", "a"),
        ("LTRIM(' a ')", "a "),
        ("INDEX_OF('abcabc', 'b', 2)", 4),
        ("REPLACE('aXa', 'X', '--')", "a--a"),
        ("POWER(2, 10)", 1024),
        ("ARRAY_CONCAT([1], [2])", [1, 2]),
        ("ARRAY_CONTAINS_ANY([1, 2], 3, 2)", True),
        ("ARRAY_CONTAINS_ALL([1, 2], 3, 2)", False),
    ],
)
async def test_an_expression_has_the_value_that_the_service_gives(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == [value]


async def test_limit_may_be_the_largest_number_of_32_bits() -> None:
    assert len(await ask("SELECT VALUE c.id FROM c OFFSET 0 LIMIT 2147483647")) == 3
