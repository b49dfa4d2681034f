"""The page of a case as a file: who and what first, every verdict with its reasons, and the JSON that was digested."""

import json
import re
from html import unescape
from typing import Any

import msgspec

from fraud.desk.case_file import case_file, digest_of
from fraud.desk.changes import commented
from fraud.desk.linking import Linked
from fraud.desk.rows import CaseDetails
from fraud.judging import judged, unresolved
from fraud.verdicts import Reason
from function_app.api.filing import case_page
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body
from tests.fraud.desk.cases import ANA, NOON, a_case

EVIL = "<img src=x onerror=alert(1)>"
VERDICT = judged(json.loads(event_body(EVIL, price=900.0, qty=10, cust_id=12)), 3, WINDOW, None, contents=2)
ENTRY = commented(a_case(), ANA, NOON, EVIL).entry


def page_of(**changes: Any) -> str:
    details = CaseDetails(case=a_case(), verdicts=(VERDICT,), verdicts_in_all=1, journal=(ENTRY,))
    details = msgspec.structs.replace(details, **changes)
    return case_page(details, case_file(details, NOON)).decode()


def test_texts_of_others_are_texts_on_it():
    page = page_of()

    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 2


def test_it_begins_with_who_and_what_and_gives_each_sale_in_words():
    page = page_of(linked=Linked(headline="2 accounts, one store"))

    assert "<h1>2 accounts, one store</h1>" in page
    assert "customer 12, 10 at 900.00, 60 % off, paid by upi" in page
    assert "<h1>1 flagged event</h1>" in page_of()


def test_the_heaviest_reason_of_a_verdict_comes_first():
    light, heavy = Reason("A", 3, "a light one"), Reason("B", 30, "a heavy one")
    page = page_of(verdicts=(msgspec.structs.replace(VERDICT, reasons=(light, heavy)),))

    assert page.index("a heavy one") < page.index("a light one")


def test_the_json_lies_in_it_as_it_was_digested():
    page = page_of()
    (text,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    content = json.loads(unescape(text))

    assert {part: digest_of(content[part]) for part in content["digests"]} == content["digests"]
    assert content["digest"] in page.replace(text, "")


def test_a_journal_that_somebody_has_touched_is_said():
    page = page_of(journal=(), journal_problem="it lacks <b>1</b>")

    assert "Somebody has touched it: it lacks &lt;b&gt;1&lt;/b&gt;." in page
    assert "Nobody has done anything yet." in page


def test_an_event_that_was_not_found_is_said_to_be_so():
    assert "The event has not been found." in page_of(verdicts=(unresolved("e", 3, WINDOW),))
