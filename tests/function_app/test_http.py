from datetime import datetime

import msgspec
import pytest

from fraud.campaigns import CampaignRequest
from function_app.http import MAX_BODY_BYTES, BadRequestError, json_response, parse_body, problem


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"batches": 0}', "batches"),
        (b'{"seed": "x"}', "seed"),
        (b'{"name": "A B"}', "name"),
        (b'{"batch": 1}', "batch"),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
        (b'{"seed": ' + b"[" * 50_000, "seed"),
        (b'{"name": "' + b"x" * MAX_BODY_BYTES + b'"}', None),
    ],
)
def test_a_bad_body_is_refused_and_its_field_named(body: bytes, field: str | None):
    with pytest.raises(BadRequestError) as error:
        parse_body(CampaignRequest, body)

    assert error.value.field == field
    assert error.value.response().status_code == 400


def test_of_a_time_that_cannot_be_read_the_answer_shows_one_that_can():
    with pytest.raises(BadRequestError, match=r"Expected a time such as 2026-\S+Z - at `\$\.when`") as error:
        parse_body(msgspec.defstruct("Asked", [("when", datetime)]), b'{"when": "2026-12-08T00:00"}')

    assert error.value.field == "when"


def test_an_empty_body_is_an_empty_object():
    assert parse_body(CampaignRequest, b"") == CampaignRequest()


def test_a_problem_is_a_problem_document():
    response = problem(409, "Campaign runs", "stop it", field="name")

    assert response.mimetype == "application/problem+json"
    assert msgspec.json.decode(response.get_body()) == {
        "type": "about:blank",
        "title": "Campaign runs",
        "status": 409,
        "detail": "stop it",
        "field": "name",
    }


def test_a_json_response_says_so():
    response = json_response(CampaignRequest(), status=202)

    assert (response.status_code, response.mimetype) == (202, "application/json")
