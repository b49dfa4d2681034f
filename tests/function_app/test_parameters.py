"""The parameters of the API as its schema has them, though msgspec would read more into a text."""

import azure.functions as func
import pytest

from fraud.desk.problems import ProblemError
from fraud.desk.queries import CaseQuery
from function_app.api.requests import read_parameters


def asked(**parameters: str) -> CaseQuery:
    return read_parameters(CaseQuery, func.HttpRequest("GET", "/api/cases", params=parameters, body=b""))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("from", "null", "has no value"),
        ("customer", "null", "has no value"),
        ("to", "0.5", "is not a time such as"),
        ("to", "yesterday", "Expected a time such as 2026-"),
        ("band", "red", "one of high, low, medium, unresolved"),
        ("sort", "store", "one of amount, time"),
        ("state", "done", "one of .*undecided"),
    ],
)
def test_a_text_that_its_schema_lacks_is_refused_by_name(name: str, text: str, words: str):
    with pytest.raises(ProblemError, match=words) as refusal:
        asked(**{name: text})

    assert (refusal.value.status, refusal.value.field) == (400, name)


def test_a_time_and_a_number_are_read():
    question = asked(to="2026-03-04T10:00:00Z", customer="7")

    assert question.end is not None
    assert (question.end.hour, question.customer) == (10, 7)
