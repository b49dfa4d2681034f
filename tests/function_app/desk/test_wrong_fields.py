"""Fields that cannot be taken, in words."""

from typing import Any

import msgspec
import pytest

from fraud.campaigns import CampaignRequest
from fraud.desk.problems import bad_request
from fraud.desk.queries import CaseQuery, EventQuery
from function_app.api.deciding import Decision
from function_app.desk.wrong_fields import wrong_field


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        (CaseQuery, {"customer": "abc"}, "Customer must be a whole number."),
        (CaseQuery, {"customer": "99999999999999999"}, "Customer must be at most 9,007,199,254,740,991."),
        (CaseQuery, {"state": "lost"}, "State is none of those that there are."),
        (EventQuery, {"from": "yesterday"}, "From must be a time like 2026-01-31T10:00:00Z."),
        (EventQuery, {"sku": "1.5"}, "Sku must be a whole number."),
        (EventQuery, {"gateway": "x" * 256}, "Gateway has at most 255 characters."),
        (CampaignRequest, {"batches": "0"}, "Batches must be at least 1."),
        (CampaignRequest, {"bad_event_ratio": "much"}, "Bad event ratio must be a number."),
        (Decision, {"outcome": "confirmed", "why": ""}, "Why is missing."),
        (Decision, {"outcome": "confirmed"}, "Why is missing."),
        (Decision, {"outcome": "confirmed", "why": " \n"}, "Why is missing."),
        (CaseQuery, {"from": "9999-12-31T23:59:59-12:00"}, "From must be a time like 2026-01-31T10:00:00Z."),
        (EventQuery, {"to": "0001-01-01T00:00:00+14:00"}, "To must be a time like 2026-01-31T10:00:00Z."),
    ],
)
def test_a_person_is_told_which_field_is_wrong_and_what_it_must_be(kind: Any, given: dict[str, str], says: str):
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(given, kind, strict=False)

    assert wrong_field(refused.value).says == says


def test_a_field_is_called_as_its_label_is_and_a_refusal_of_ours_is_a_sentence():
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert({"from": "x"}, EventQuery)

    assert wrong_field(refused.value, {"from": "Arrived from"}).says.startswith("Arrived from must be a time")
    assert wrong_field(bad_request("customer", "name a store")).says == "Name a store."
    assert wrong_field(bad_request("customer", "name a store")).name == "customer"
