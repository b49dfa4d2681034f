from datetime import datetime, timedelta

import msgspec
import pytest

from fraud.judging import judged
from fraud.snoozes import Snooze, are_alike, asleep_in, silenced, snoozed_for
from fraud.verdicts import Reason, Verdict, case_of, from_ndjson, to_ndjson
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body

SNOOZE = Snooze(
    number=1,
    rule="HIGH_VALUE",
    customer="12",
    since=WINDOW.start,
    until=WINDOW.end,
    who="Ana",
    why="a business that fills its stock",
)
REASONS = (Reason("HIGH_VALUE", 30, "10 pieces are worth 9,000.00"), Reason("HIGH_LOSS", 25, "much is given away"))


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (WINDOW.start, WINDOW.end, True),
        (WINDOW.start + timedelta(seconds=1), WINDOW.end, False),
        (WINDOW.start - timedelta(days=1), WINDOW.start, False),
        (WINDOW.start - timedelta(days=1), WINDOW.start + timedelta(seconds=1), True),
    ],
)
def test_a_snooze_holds_for_windows_that_begin_after_it_was_made_and_before_its_end(
    since: datetime, until: datetime, holds: bool
):
    assert bool(asleep_in([msgspec.structs.replace(SNOOZE, since=since, until=until)], WINDOW)) is holds


@pytest.mark.parametrize(
    ("woken", "holds"),
    [
        (WINDOW.start, False),
        (WINDOW.start + timedelta(seconds=1), True),
        (WINDOW.start + timedelta(days=1), True),
    ],
)
def test_a_snooze_that_is_woken_holds_for_windows_that_began_before_and_its_reason_stays(woken: datetime, holds: bool):
    ended = msgspec.structs.replace(SNOOZE, woken=woken)

    assert bool(asleep_in([ended], WINDOW)) is holds
    assert silenced(REASONS, snoozed_for({"cust_id": 12}, [ended])) == silenced(
        REASONS, snoozed_for({"cust_id": 12}, [SNOOZE])
    )


def test_a_snooze_that_an_earlier_version_wrote_is_read_and_ends_when_it_said():
    written = msgspec.json.encode(SNOOZE)

    assert b"woken" not in written
    assert msgspec.json.decode(written, type=Snooze).end == WINDOW.end


@pytest.mark.parametrize(
    ("snooze", "event", "is_silent"),
    [
        (SNOOZE, {"cust_id": 12}, True),
        (SNOOZE, {"cust_id": 12.0}, True),
        (SNOOZE, {"cust_id": 13}, False),
        (SNOOZE, {"cust_id": [12]}, False),
        (SNOOZE, {"store_id": 12}, False),
        (msgspec.structs.replace(SNOOZE, customer=None, store="3"), {"store_id": 3, "cust_id": 12}, True),
        (msgspec.structs.replace(SNOOZE, customer=None, store="3"), {"store_id": 4}, False),
        (msgspec.structs.replace(SNOOZE, customer=None, store="3"), {"store_id": None}, False),
    ],
)
def test_only_the_customer_or_the_store_that_it_names_is_silent(
    snooze: Snooze, event: dict[str, object], is_silent: bool
):
    value, loss = silenced(REASONS, snoozed_for(event, [snooze]))

    assert (value.weight, loss) == (0 if is_silent else 30, REASONS[1])


def test_a_silenced_reason_says_until_when_by_whom_and_why():
    value, _ = silenced(REASONS, snoozed_for({"cust_id": 12}, [SNOOZE]))

    assert value.evidence == (
        "10 pieces are worth 9,000.00; snoozed until 2026-01-02 10:10 by Ana: a business that fills its stock"
    )


def test_a_verdict_loses_the_points_of_a_snoozed_rule_and_keeps_its_reason():
    event = msgspec.json.decode(event_body("a", price=900.0, qty=10, cust_id=12))
    awake = judged(event, 3, WINDOW, None)
    asleep = judged(event, 3, WINDOW, None, asleep=[SNOOZE])

    (points,) = (reason.weight for reason in awake.reasons if reason.rule == "HIGH_VALUE")
    assert asleep.score == awake.score - points < awake.score
    assert [reason.rule for reason in asleep.reasons] == [reason.rule for reason in awake.reasons]


def quiet_sale() -> Verdict:
    """A verdict of a band that counts, although the rule on its value is snoozed."""
    event = msgspec.json.decode(event_body("a", price=900.0, qty=10, cust_id=12))
    return msgspec.structs.replace(judged(event, 3, WINDOW, None, asleep=[SNOOZE]), band="medium")


def test_a_rule_that_is_snoozed_has_not_spoken_so_it_is_no_hit_of_its_case_and_no_label():
    verdict = quiet_sale()
    case = case_of("window-3", 3, WINDOW, [verdict], "fraud-events/x")

    assert "HIGH_VALUE" in {reason.rule for reason in verdict.reasons}
    assert verdict.rules
    assert "HIGH_VALUE" not in {*verdict.rules, *case.stakes.rules, *case.top[0].rules}
    assert case.stakes.rules == dict.fromkeys(sorted(verdict.rules), 1)


def test_a_reason_that_no_snooze_silenced_is_written_as_before():
    loud, quiet = msgspec.json.encode(REASONS[0]), to_ndjson([quiet_sale()])

    assert loud == b'{"rule":"HIGH_VALUE","weight":30,"evidence":"10 pieces are worth 9,000.00"}'
    assert quiet.count(b'"snoozed":true') == 1
    assert from_ndjson(quiet) == [quiet_sale()]


def test_verdicts_from_before_the_mark_say_the_same_and_a_mark_that_somebody_has_made_does_not():
    again = silenced(REASONS, snoozed_for({"cust_id": 12}, [SNOOZE]))
    before = (msgspec.structs.replace(again[0], snoozed=False), again[1])
    forged = (again[0], msgspec.structs.replace(again[1], snoozed=True))

    assert are_alike(again, again)
    assert are_alike(before, again)
    assert not are_alike(forged, again)
    assert not are_alike(REASONS, again)
