"""Expressions that the SDKs and their LINQ send, each system function, and numbers as doubles."""

import time

import pytest

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.functions import FUNCTIONS
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.runner import count_of
from local_azure.cosmos.query.syntax import Node, Parameter
from tests.cosmos.query.test_scoped_queries import ask

EXAMPLES: list[tuple[str, object]] = [
    ("IS_DEFINED(null)", True),
    ("IS_NULL(null)", True),
    ("IS_BOOL(1)", False),
    ("IS_NUMBER(1.5)", True),
    ("IS_INTEGER(1.5)", False),
    ("IS_STRING('a')", True),
    ("IS_ARRAY([])", True),
    ("IS_OBJECT({})", True),
    ("IS_PRIMITIVE([])", False),
    ("CONTAINS('abc', 'B', true)", True),
    ("STARTSWITH('abc', 'b')", False),
    ("ENDSWITH('abc', 'c')", True),
    ("STRINGEQUALS('a', 'A', true)", True),
    ("LOWER('Ab')", "ab"),
    ("UPPER('Ab')", "AB"),
    ("LENGTH('abc')", 3),
    ("TRIM('xax', 'x')", "a"),
    ("LTRIM(' a ')", "a "),
    ("RTRIM(' a ')", " a"),
    ("REPLACE('aXa', 'X', '--')", "a--a"),
    ("REVERSE('abc')", "cba"),
    ("LEFT('abc', 2)", "ab"),
    ("RIGHT('abc', 2)", "bc"),
    ("SUBSTRING('abcd', 1, 2)", "bc"),
    ("INDEX_OF('abcabc', 'b', 2)", 4),
    ("CONCAT('a', 'b', 'c')", "abc"),
    ("TOSTRING(true)", "true"),
    ("ABS(-2)", 2),
    ("CEILING(1.2)", 2),
    ("FLOOR(-1.2)", -2),
    ("ROUND(2.5)", 3),
    ("TRUNC(-1.7)", -1),
    ("POWER(2, 10)", 1024),
    ("SQUARE(3)", 9),
    ("SQRT(16)", 4),
    ("SIGN(-7)", -1),
    ("ARRAY_CONTAINS([1, 2], 2)", True),
    ("ARRAY_CONTAINS_ANY([1, 2], 3, 2)", True),
    ("ARRAY_CONTAINS_ALL([1, 2], 3, 2)", False),
    ("ARRAY_CONCAT([1], [2])", [1, 2]),
    ("ARRAY_LENGTH([1, 2])", 2),
    ("ARRAY_SLICE([1, 2, 3], -2)", [2, 3]),
]


@pytest.mark.parametrize(("expression", "value"), EXAMPLES)
async def test_a_function_has_the_value_that_the_service_gives(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == [value]


def test_every_function_has_an_example() -> None:
    assert {expression.partition("(")[0] for expression, _ in EXAMPLES} == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("expression", "value"), [("9007199254740991 + 2", 9007199254740992), ("0x10", 16), ("0xFF -- a comment", 255)]
)
async def test_numbers_are_doubles_and_may_be_hexadecimal(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == [value]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("100 >> 2", 25),
        ("100 << 2", 400),
        ("100 >>> 0", 100),
        ("1 << 33", 2),
        ("1 << 31", -2147483648),
        ("-1 >> 4", -1),
        ("-1 >>> 28", 15),
        ("1 + 1 << 2", 8),
        ("1 << 2 & 4", 4),
        ("1 << 1 > 1", True),
        ("(1 < 2) = (2 > 1)", True),
    ],
)
async def test_bits_are_shifted_as_in_javascript(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == [value]


@pytest.mark.parametrize(
    ("expression", "value"), [("1.0", "1"), ("1.5", "1.5"), ("[1.0, {'a': 2.0}]", '[1,{"a":2}]'), ("-0.5", "-0.5")]
)
async def test_a_text_of_a_whole_number_has_no_point(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE ToString({expression})") == [value]


@pytest.mark.parametrize("name", ["REGEXMATCH", "DATETIMEADD", "STRINGTONUMBER", "SETUNION", "LOG", "ST_DISTANCE"])
async def test_any_other_function_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(CosmosError, match=f"The function {name} is not supported"):
        await ask(f"SELECT VALUE {name}('a', 'b')")


async def test_limit_may_be_the_largest_number_of_32_bits() -> None:
    assert len(await ask("SELECT VALUE c.id FROM c OFFSET 0 LIMIT 2147483647")) == 3


@pytest.mark.parametrize("operator", ["ARRAY_CONTAINS([{}], {})", "{1} IN ({0})"])
@pytest.mark.parametrize(
    ("constants", "wanted", "value"),
    [
        ("'a', 'b'", "'b'", True),
        ("'a', 'b'", "'c'", False),
        ("1, 'a'", "'1'", False),
        ("1, 2", "1.0", True),
        ("1.0", "1", True),
        ("1", "true", False),
        ("true", "1", False),
        ("null", "null", True),
        ("'a'", "undefined", None),
        ("undefined", "'a'", False),
        ("0", "-0.0", True),
        ("18446744073709551617", "18446744073709551616", False),
    ],
)
async def test_a_value_is_one_of_constants_if_it_equals_one(
    operator: str, constants: str, wanted: str, value: object
) -> None:
    text = operator.format(constants, wanted)
    assert await ask(f"SELECT VALUE {text}") == ([] if value is None else [value])


def test_a_list_of_many_constants_is_looked_up_and_not_gone_through() -> None:
    many = list(range(20_000))
    select = parse("SELECT VALUE ARRAY_CONTAINS(@many, c.n) FROM c").select
    assert isinstance(select, Node)
    compiled = Compiler({"@many": many}).compile(select)
    began = time.perf_counter()
    answers = [compiled({"n": number}) for number in range(10_000, 30_000)]
    assert answers == [number < 20_000 for number in range(10_000, 30_000)]
    assert time.perf_counter() - began < 5, "to go through them takes minutes"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[1, 2][1.0]", 2),
        ("[1, 2][0.5]", None),
        ("[1, 2][2.0]", None),
        ("ARRAY_SLICE([1, 2, 3], 1.0, 1.0)", [2]),
        ("ARRAY_SLICE([1, 2, 3], -1.0)", [3]),
        ("ARRAY_SLICE([1, 2, 3], 0.5)", None),
    ],
)
async def test_a_whole_double_is_an_index(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == ([] if value is None else [value])


def test_a_whole_double_bounds_the_results() -> None:
    assert count_of(Parameter("@n"), {"@n": 1.0}, "TOP") == 1
    for other in (0.5, -1.0, 2.0**31, "1"):
        with pytest.raises(CosmosError, match="a whole number"):
            count_of(Parameter("@n"), {"@n": other}, "TOP")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("LENGTH('😀')", 2),
        ("LENGTH('ä')", 1),
        ("LEFT('😀b', 2)", "😀"),
        ("LEFT('😀b', 1)", "\ufffd"),
        ("LEFT('äb', 1)", "ä"),
        ("RIGHT('b😀', 2)", "😀"),
        ("RIGHT('😀b', 9)", "😀b"),
        ("RIGHT('😀b', -1)", ""),
        ("SUBSTRING('a😀b', 3, 5)", "b"),
        ("SUBSTRING('a😀b', 9, 5)", ""),
        ("INDEX_OF('a😀b', 'b')", 3),
        ("INDEX_OF('a😀ba', 'a', 2)", 4),
        ("INDEX_OF('a😀b', 'b', 3)", 3),
        ("INDEX_OF('a😀b', '😀', 2)", -1),
        ("INDEX_OF('äb', 'b', 9)", -1),
        ("REVERSE('a😀')", "😀a"),
    ],
)
async def test_texts_are_counted_in_units_of_utf_16_and_reversed_by_characters(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == [value]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("NOT NOT 3", None),
        ("NOT NOT true", True),
        ("NOT NOT NOT true", False),
        ("NOT NOT NOT 3", None),
        ("NOT " * 999 + "true", False),
        ("REPLACE('abc', '', 'x')", None),
        ("ARRAY_CONTAINS([1], 1, undefined)", True),
        ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1}, undefined)", False),
        ("ARRAY_CONTAINS([1], 1, 1)", None),
        ("ROUND(0.49999999999999994)", 0),
        ("ROUND(0.5)", 1),
        ("ROUND(-0.5)", -1),
        ("ROUND(-2.5)", -3),
        ("ROUND(4503599627370497)", 4503599627370497),
        ("ROUND(4503599627370495.5)", 4503599627370496),
    ],
)
async def test_an_expression_is_worth_what_microsofts_evaluator_says(expression: str, value: object) -> None:
    assert await ask(f"SELECT VALUE {expression}") == ([] if value is None else [value])
