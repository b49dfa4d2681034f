"""Small words of the pages: stores without a name, sentences, JSON in JSON, and cases that look alike."""

import re
from typing import Any

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.rows import CaseRow
from fraud.events import UNKNOWN_STORE
from fraud.judging import judged
from fraud.verdicts import case_of
from fraud.windows import Window
from function_app.desk.rendering import pretty, render, sentence, store
from function_app.desk.views.cases import _alike  # pyright: ignore[reportPrivateUsage]
from tests.fraud.builders import WINDOW_ENDING_1010


def row(name: str, store_id: int | str, window: Window = WINDOW_ENDING_1010) -> CaseRow:
    verdict = judged({"id": "a", "event_type": "sale_event"}, store_id, window, None, contents=1)
    case = case_of(name, store_id, window, [verdict], "fraud-events/x.ndjson")
    return msgspec.convert({**msgspec.to_builtins(case), "etag": "1"}, CaseRow)


def inbox(cases: list[CaseRow], **content: Any) -> str:
    """The list of cases as an analyst sees it."""
    names = ("state", "kind", "band", "store", "customer", "assignee", "sort", "from", "to")
    nothing: dict[str, Any] = {
        "counts": {},
        "alike": (),
        "problem": "",
        "wrong": "",
        "token_asked": "",
        "chosen": (),
        "given": {},
        "undecided": (),
        "next_token": None,
    }
    return render(
        "cases.html", me=Caller(name="Ann", role="analyst", by="name"), token="", here="cases", cases=cases,
        asked=dict.fromkeys(names, ""), states=(), kinds={}, bands=(), **{**nothing, **content},
    )  # fmt: skip


def test_a_store_is_named_and_none_is_said_as_none():
    assert [store(7), store(7, "Store"), store("Berlin")] == ["store 7", "Store 7", "store Berlin"]
    assert [store(UNKNOWN_STORE), store(UNKNOWN_STORE, "Store")] == ["no store", "No store"]


def test_what_a_check_says_is_a_sentence():
    assert [sentence("in the last hour"), sentence("Done."), sentence("")] == ["In the last hour.", "Done.", ""]


def test_json_that_is_a_text_of_json_is_shown_as_what_it_holds():
    inner = '{"run_id": "campaign-seen", "batches": 8}'

    assert pretty(msgspec.json.encode(inner).decode()) == pretty(inner)
    assert pretty('"a word"') == '"a word"'
    assert pretty('"not JSON') == '"not JSON'


def test_cases_that_would_read_the_same_are_told_from_one_another_by_their_links_in_the_inbox():
    parts = [row("window-3-x-aa0a1b", 3), row("window-3-x-aa0c1d", 3)]
    swept = [row("window-4-x-aa0e1f", 4), msgspec.structs.replace(row("sweep-4-x-aa0e2f", 4), type="sweep")]
    named = [row("window-6-x-aa0e3f", 6), row("window-t6-x-aa0e4f", "6")]
    others = [row("window-5-x-aa0e5f", 5), msgspec.structs.replace(row("quarantine-5-x-aa0e6f", 5), type="quarantine")]
    cases = [*parts, *swept, *named, *others]
    alike = _alike(cases)
    page = inbox(cases, alike=alike)
    links = re.findall(r'<a href="/desk/cases/[^"]+">(.+?)</a>', page)

    assert alike == {case.id for case in (*parts, *swept, *named)}
    assert len(links) == len({re.sub("<[^>]+>", "", link) for link in links}) == len(cases)


def test_a_form_that_was_refused_keeps_what_was_chosen_and_written():
    cases = [row("window-3-x-aa0a1b", 3), row("window-4-x-aa0c1d", 4)]
    page = inbox(
        cases, problem="Nothing was dismissed: say why.", chosen={"window-4-x-aa0c1d"}, given={"why": "A <promotion>"}
    )

    assert re.findall(r'aria-label="Choose ([^"]+)" checked', page) == ["window-4-x-aa0c1d"]
    assert 'role="alert" id="problem">Nothing was dismissed: say why.' in page
    assert 'value="A &lt;promotion&gt;"' in page
