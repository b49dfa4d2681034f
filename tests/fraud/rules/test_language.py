"""The language of rule files: what it has, what it refuses, and what a missing fact does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.rules.language import ExpressionError, Kinds, condition, quantity, template
from fraud.rules.language.tree import MAX_LENGTH

KINDS: Kinds = {"a.number": "number", "b.number": "number", "a.text": "text", "a.flag": "flag"}


def holds(text: str, **facts: Any) -> bool:
    return condition(text, KINDS)({name.replace("_", ".", 1): value for name, value in facts.items()}.get)


def test_facts_are_compared_and_counted_with():
    assert holds("a.number * 2 + 1 >= 7 and a.number < b.number", a_number=3, b_number=4)
    assert not holds("a.number * 2 + 1 > 7", a_number=3)
    assert holds("1 < a.number <= 3", a_number=3)
    assert holds("max(a.number, b.number) - min(a.number, b.number) == abs(-4)", a_number=1, b_number=5)
    assert holds('a.text in ("cash", "card") or a.flag', a_text="card", a_flag=False)


@pytest.mark.parametrize("text", ["a.number > 3", "not a.number > 3", "a.number not in (1, 2)", "a.flag", "not a.flag"])
def test_neither_a_condition_nor_its_negation_holds_where_a_fact_is_missing(text: str):
    assert not holds(text)


def test_a_missing_fact_can_be_asked_for():
    assert holds("not known(a.number)")
    assert holds("known(a.number)", a_number=0)


def test_a_negation_goes_down_to_the_comparisons():
    assert holds("not (a.number > 3 and a.flag)", a_number=3)
    assert not holds("not (a.number > 3 or a.flag)", a_number=3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("__import__('os')", "is not a condition"),
        ("a.number.__class__ == 1", "there is no fact a.number.__class__"),
        ("(lambda: 1)() == 1", "is not a value"),
        ("[x for x in (1, 2)] == 1", "is not a value"),
        ("a.number ** 9 > 1", "is not a value"),
        ("a.number / b.number > 1", "not 0 only"),
        ("a.number / 0 > 1", "not 0 only"),
        ("a.text > 'a'", "only numbers"),
        ("a.text * 9 == 'a'", "only numbers"),
        ("a.number == 'a'", "never equal"),
        ("a.number is None", "known"),
        ("a.flag == True", "write it alone"),
        ("a.number in a.text", "a list of constants"),
        ("a.number in ('a',)", "is never"),
        ("a.number", "compare it"),
        ("a.number >", "not an expression"),
        ("a.numbre > 1", "there is no fact a.numbre; there are a.number, a.text, a.flag"),
        ("f'{a.number}' == 'a'", "is not a value"),
        ("a.number > 1e300", "1e\\+15 at most"),
        ("(a.number := 1) > 0", "not an expression|is not a value"),
        ("open('x') == 'a'", "is not a value"),
        ("min(*a.number) > 1", "2 to 5|is not a value"),
        ("1 > 0 or " * 100 + "a.flag", f"{MAX_LENGTH} characters"),
        ("not " * 40 + "a.flag", "within one another"),
    ],
)
def test_everything_else_is_refused_by_name(text: str, problem: str):
    with pytest.raises(ExpressionError, match=problem):
        condition(text, KINDS)


@given(st.text(max_size=80) | st.text(alphabet="a.numberflgtx()<>=+-*/ 0123456789'\"andornot[],:{}", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_compiled_or_refused_and_what_is_compiled_only_answers(text: str):
    try:
        function = condition(text, KINDS)
    except ExpressionError:
        return
    assert function({"a.number": 1, "b.number": 2, "a.text": "x", "a.flag": True}.get) in (True, False)


def test_a_value_is_missing_where_a_fact_is():
    function, kind = quantity("a.number - b.number", KINDS)
    assert (function({"a.number": 3, "b.number": 1}.get), function({"a.number": 3}.get), kind) == (2, None, "number")


def test_a_text_shows_values_in_their_format_and_says_where_one_is_unknown():
    filled = template("{a.number:,.2f} of {b.number} for {a.text}; {{braces}}", KINDS)
    assert filled({"a.number": 1234.5, "a.text": "x"}.get) == "1,234.50 of unknown for x; {braces}"


def test_a_power_is_shown_as_people_say_it():
    filled = template("once in {a.number:odds}; {b.number:times} times", KINDS)

    assert filled({"a.number": 3.21, "b.number": 2}.get) == "once in 1,600; 7 times"
    assert filled({"a.number": -1, "b.number": 5.99}.get) == "once in 1; 400 times"
    assert (
        filled({"a.number": 1e300, "b.number": float("inf")}.get)
        == "once in a million or more; a million or more times"
    )
    assert filled(lambda _: None) == "once in unknown; unknown times"


@pytest.mark.parametrize(
    "text",
    [
        "{a.text:.2f}",
        "{a.text:odds}",
        "{a.number:oddss}",
        "{a.number!r}",
        "{a.number:>99}",
        "{a.number",
        "{nothing}",
        "{}",
        "",
    ],
)
def test_a_text_that_cannot_be_filled_is_refused(text: str):
    with pytest.raises(ExpressionError):
        template(text, KINDS)
