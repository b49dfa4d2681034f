"""An evening is a labelled world in two parts, and its labels are in neither."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cli.demo.evening import HOURS, LULL, Evening, make_evening, next_cut
from fraud.load.plan import problems
from fraud.load.shapes import Tape
from fraud.replay.arrivals import Skipped, read_arrivals
from fraud.suspicion import is_suspicious

CUT = datetime(2026, 11, 27, 19, tzinfo=UTC)


@pytest.fixture(scope="module")
def evening() -> Evening:
    return make_evening(42, CUT)


def test_what_is_laid_ends_where_what_is_sent_begins(evening: Evening):
    past = list(read_arrivals(evening.past, Skipped()))

    assert len({arrival.enqueued.date() for arrival in past}) == 3
    assert max(arrival.enqueued for arrival in past) <= CUT
    assert min(moment for moment, _ in evening.live) > CUT
    assert max(moment for moment, _ in evening.live) <= CUT + timedelta(hours=HOURS)


def test_the_plan_sends_every_event_and_nothing_of_its_label(evening: Evening):
    now = CUT + LULL

    plan, tapes = evening.campaign(now)

    (pages,) = tapes.values()
    bodies = [msgspec.json.decode(body) for page in pages for body in page]
    assert problems(plan) == []
    assert [body["id"] for body in bodies] == [event.id for _, event in evening.live]
    # An event that the hub takes just after the cut was made before it.
    assert {now <= datetime.fromisoformat(body["ts"]) <= now + timedelta(minutes=8) for body in bodies[60:]} == {True}
    sent = b"".join(body for page in pages for body in page) + b"".join(evening.past)
    assert not [its.ring for its in evening.truth.values() if its.ring and its.ring.encode() in sent]
    (stage,) = plan.stages
    assert isinstance(stage, Tape)
    assert stage.seconds == 480


def test_the_truth_counts_what_must_be_flagged_and_what_a_fraud_hides(evening: Evening):
    flagged = {
        event.id
        for _, event in evening.live
        if is_suspicious(event.event_type, event.discount, event.priority_shipping)
    }
    frauds = [its for its in evening.truth.values() if its.is_fraud]

    assert evening.must_be_flagged == len(flagged)
    assert len({its.scenario for its in frauds}) >= 5
    assert {its.is_flagged for its in frauds} == {True, False}


@pytest.mark.parametrize(
    ("now", "cut"),
    [
        (CUT - timedelta(hours=19), CUT),
        (CUT + LULL - timedelta(seconds=1), CUT),
        (CUT + LULL, CUT + timedelta(days=1)),
    ],
)
def test_an_evening_begins_at_the_next_seven(now: datetime, cut: datetime):
    assert next_cut(now) == cut
