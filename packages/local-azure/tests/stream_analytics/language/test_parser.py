"""The tree of a query."""

from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import DEFAULT_OUTPUT, parse
from local_azure.stream_analytics.language.position import Position
from local_azure.stream_analytics.language.tree import Column, Comparison, Constant, Expression, Logical, Not, Query

NOWHERE = Position(1, 1)


def condition(text: str) -> Expression:
    stated = parse(f"SELECT a FROM events WHERE {text}").outputs[0].select.where
    assert stated is not None
    return stated


def column(*path: str) -> Column:
    return Column(NOWHERE, path)


def number(value: int) -> Constant:
    return Constant(NOWHERE, value)


def test_and_binds_closer_than_or_and_not_closer_than_both():
    a, b, c = (Comparison(NOWHERE, "=", column(name), number(1)) for name in "abc")
    assert condition("a = 1 OR NOT b = 1 AND c = 1") == Logical(
        NOWHERE, "or", (a, Logical(NOWHERE, "and", (Not(NOWHERE, b), c)))
    )


def test_between_is_two_comparisons():
    bounds = Comparison(NOWHERE, ">=", column("a"), number(1)), Comparison(NOWHERE, "<=", column("a"), number(3))
    assert condition("a BETWEEN 1 AND 3") == Logical(NOWHERE, "and", bounds)


def test_equal_trees_are_equal_wherever_they_stand():
    assert condition("a > 50   AND b = 1") == condition("a > 50 AND\n b = 1")


def test_a_select_without_into_goes_to_the_output_named_output():
    assert [output.name for output in parse("SELECT a FROM events").outputs] == [DEFAULT_OUTPUT]


def test_a_column_is_named_after_its_last_part_and_a_call_after_its_function():
    items = (
        parse("SELECT a.b.c, COUNT(*), x AS y, z w FROM e GROUP BY TumblingWindow(minute, 1)").outputs[0].select.items
    )
    assert [item.name for item in items] == ["c", "count", "y", "w"]


def resolved(text: str) -> Query:
    return check(parse(text), ["Events"], ["Out"])


def test_names_of_inputs_steps_and_outputs_do_not_mind_their_case():
    query = resolved("WITH Step AS (SELECT a FROM EVENTS) SELECT a INTO out FROM step")
    assert query.steps[0].select.source.name == "Events"
    assert query.outputs[0].name == "Out"


def test_the_alias_of_a_source_is_stripped_from_its_columns():
    query = resolved("SELECT e.store.id AS i, events.b, c.d AS f INTO out FROM Events e WHERE e.x = 1")
    assert [item.expression for item in query.outputs[0].select.items] == [
        column("store", "id"),
        column("b"),
        column("c", "d"),
    ]
    assert query.outputs[0].select.where == Comparison(NOWHERE, "=", column("x"), number(1))
