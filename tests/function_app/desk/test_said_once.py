"""Reasons that a case says once, and not with each verdict."""

import msgspec

from fraud.verdicts import Reason, Verdict
from function_app.desk.said_once import said_once
from tests.function_app.desk.test_ring import verdict

NO_PROFILES = Reason("NO_PROFILES", 0, "there are no profiles yet")
FLAGGED = Reason("FLAGGED", 20, "a sale at 60 % off")


def judged(*reasons: Reason) -> Verdict:
    return msgspec.structs.replace(verdict(), reasons=reasons)


def test_a_reason_without_points_that_each_verdict_has_is_said_once():
    assert said_once([judged(FLAGGED, NO_PROFILES), judged(), judged(NO_PROFILES)]) == [NO_PROFILES]


def test_a_reason_with_points_or_of_some_verdicts_alone_stays_with_them():
    other = Reason("NO_PROFILES", 0, "they end yesterday")

    assert said_once([judged(FLAGGED), judged(FLAGGED)]) == []
    assert said_once([judged(NO_PROFILES), judged(other)]) == []
    assert said_once([judged(NO_PROFILES)]) == []
