import json

import msgspec

from fraud.desk.case_file import case_file, digest_of, to_json
from fraud.desk.changes import commented
from fraud.desk.rows import CaseDetails
from fraud.judging import judged
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body
from tests.fraud.desk.cases import ANA, NOON, a_case

EVIL = "<img src=x onerror=alert(1)>"
VERDICT = judged(json.loads(event_body(EVIL)), 3, WINDOW, None, contents=2)
ENTRY = commented(a_case(), ANA, NOON, EVIL).entry
FILE = case_file(CaseDetails(case=a_case(), verdicts=(VERDICT,), verdicts_in_all=1, journal=(ENTRY,)), NOON)


def test_a_reader_can_tell_that_nothing_of_the_file_has_changed():
    content = json.loads(to_json(FILE))

    assert {name: digest_of(content[name]) for name in content["digests"]} == content["digests"]
    assert content["digest"] == digest_of(content["digests"])
    content["verdicts"][0]["score"] = 0
    assert digest_of(content["verdicts"]) != content["digests"]["verdicts"]


def test_the_same_case_makes_the_same_file():
    again = msgspec.structs.replace(FILE)

    assert to_json(again) == to_json(FILE)


def test_a_journal_that_somebody_has_touched_is_said_in_the_file_too():
    details = CaseDetails(
        case=a_case(), verdicts=(), verdicts_in_all=0, journal=(), journal_problem="it lacks <b>1</b>"
    )
    file = case_file(details, NOON)

    assert json.loads(to_json(file))["journal_problem"] == "it lacks <b>1</b>"
