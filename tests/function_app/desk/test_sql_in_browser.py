"""Questions in SQL in a browser: one with a name, one of one's own, refused ones, and one that takes too long."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.function_app.desk.browsing import Visitor, visitor_of
from tests.function_app.desk.conftest import HOSTILE_IDS

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]
UNENDING = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE sin(a.range + b.range) > 2"
JUDGED = "SELECT event_id, case_id, band, score FROM verdicts WHERE store_id = '3' ORDER BY event_id"
_PATIENCE = 75_000
"""Milliseconds: a question may take a minute, and is ended then."""


@pytest.fixture
def visitor(browser: Browser, desk: str) -> Iterator[Visitor]:
    for visitor in visitor_of(browser, desk):
        visitor.page.set_default_timeout(_PATIENCE)
        visitor.go("/desk/sql")
        yield visitor


def ask(visitor: Visitor, text: str, button: str = "Ask") -> None:
    visitor.page.locator("#text").fill(text)
    visitor.page.locator("#ask").get_by_role("button", name=button, exact=True).click()


def test_a_question_with_a_name_is_answered_and_ids_lead_to_the_case_and_the_event(visitor: Visitor):
    page = visitor.page
    page.get_by_role("button", name="Ask: The money at stake in cases, by store").click()
    expect(page.locator("#answer thead")).to_contain_text("at_stake")
    assert page.locator("#answer tbody tr").count() > 1

    ask(visitor, JUDGED)
    seen = page.locator("#answer tbody td:first-child").all_inner_texts()
    links = [page.locator(f"#answer a[href^='/desk/{start}']").first for start in ("cases/window-3-", "trace?id=")]
    case, event = (link.get_attribute("href") or "" for link in links)
    visitor.go(case)
    expect(page.locator("h1")).to_contain_text("tore 3")
    visitor.go(event)
    expect(page.locator("h1")).to_have_text(seen[0])

    assert set(HOSTILE_IDS) <= set(seen)
    assert page.evaluate("window.ran") is None
    assert visitor.complaints == []


def test_going_back_to_an_answer_shows_it_again_and_sends_no_form(visitor: Visitor):
    page = visitor.page
    ask(visitor, JUDGED)
    expect(page.locator("#answer")).to_be_visible()
    page.locator("#answer a[href^='/desk/cases/window-3-']").first.click()
    expect(page.locator("h1")).to_contain_text("tore 3")
    page.go_back()

    expect(page.locator("#answer tbody tr").first).to_be_visible()
    expect(page.locator("#text")).to_have_value(JUDGED)
    page.reload()
    expect(page.locator("#answer tbody tr").first).to_be_visible()
    assert visitor.complaints == []


def test_an_answer_with_hostile_values_fits_every_window(visitor: Visitor):
    ask(visitor, "SELECT event_id, event, reasons, case_id FROM verdicts WHERE store_id = '3'")
    expect(visitor.page.locator("#answer")).to_be_visible()

    assert (visitor.look("sql-answer"), visitor.complaints) == ([], [])


def test_an_answer_is_kept_as_csv_and_as_json(visitor: Visitor, tmp_path: Path):
    for button, name in (("Answer as CSV", "answer.csv"), ("as JSON", "answer.json")):
        with visitor.page.expect_download() as kept:
            ask(visitor, "SELECT 7 AS number, '=1+1' AS text", button)
        assert kept.value.suggested_filename == name
        kept.value.save_as(tmp_path / name)

    with (tmp_path / "answer.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["number", "text"], ["7", "'=1+1"]]
    assert json.loads((tmp_path / "answer.json").read_text())["rows"] == [[7, "=1+1"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("COPY (SELECT 1) TO '/tmp/x.csv'", "one SELECT"),
        ("ATTACH '/tmp/x.db'", "one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("SELECT kase FROM cases", "kase"),
    ],
)
def test_what_may_not_or_cannot_be_asked_is_refused_in_words(visitor: Visitor, text: str, words: str):
    ask(visitor, text)

    expect(visitor.page.get_by_role("alert")).to_contain_text(words)
    expect(visitor.page.locator("#text")).to_have_value(text)
    assert visitor.page.locator("#answer").count() == 0
    assert "root:" not in visitor.page.content()


@pytest.mark.timeout(240)
def test_a_query_that_runs_too_long_is_ended_and_said_and_the_next_one_is_answered(visitor: Visitor):
    ask(visitor, UNENDING)
    expect(visitor.page.get_by_role("alert")).to_contain_text("no answer within", timeout=_PATIENCE)

    ask(visitor, "SELECT 1 AS answer")
    expect(visitor.page.locator("#answer tbody td")).to_have_text("1")


def test_of_two_who_ask_at_once_the_second_is_told_to_wait(browser: Browser, desk: str, visitor: Visitor):
    for second in visitor_of(browser, desk):
        second.go("/desk/sql")
        visitor.page.locator("#text").fill(UNENDING)
        visitor.page.locator("#ask").get_by_role("button", name="Ask", exact=True).click(no_wait_after=True)
        visitor.page.wait_for_timeout(500)
        ask(second, "SELECT 1")
        expect(second.page.get_by_role("alert")).to_contain_text("Another question is being asked")
