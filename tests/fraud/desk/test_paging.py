import msgspec
import pytest

from fraud.desk.paging import place_in, token_of
from fraud.desk.problems import ProblemError


class Place(msgspec.Struct, frozen=True):
    id: str


def test_a_token_leads_back_to_its_place():
    assert place_in(token_of(Place("a/b?é")), Place) == Place("a/b?é")


@pytest.mark.parametrize("token", ["", "%", "é", "bnVsbA", "W10", "eyJpZCI6MX0", "x" * 2_000])
def test_what_is_not_a_token_is_refused_with_400(token: str):
    with pytest.raises(ProblemError) as refused:
        place_in(token, Place)

    assert (refused.value.status, refused.value.field) == (400, "token")
