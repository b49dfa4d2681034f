"""Questions in SQL: read-only, within bounds, over rows that producers have written as they liked."""

import json
from pathlib import Path
from typing import Any

import pytest

from fraud.desk.sql_questions import QUESTIONS
from questions.archives import VIEWS
from questions.asking import ask, named_views
from questions.bounds import Bounds, TooMuchError, WrongQuestionError

WINDOW = {"window_start": "2026-01-02T10:00:00Z", "window_end": "2026-01-02T10:05:00Z"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "events": [
        {"event_id": "a", "enqueued": "2026-01-02T10:01:00+00:00", "body": {"id": "a"}, "store_id": 7},
        {"event_id": "a", "enqueued": "2026-01-02T10:02:00+00:00", "body": {"id": "a", "x": 1}, "store_id": "seven"},
        {"event_id": None, "enqueued": "2026-01-02T10:03:00+00:00", "body": "no json", "price": {"odd": []}},
    ],
    "suspicious": [
        {"event_id": name, "store_id": 7, "WindowStart": WINDOW["window_start"], "WindowEnd": WINDOW["window_end"]}
        for name in ("a", "b")
    ],
    "verdicts": [
        {
            **WINDOW,
            "event_id": "a",
            "store_id": 7,
            "score": 95,
            "band": "high",
            "reasons": [
                {"rule": "ASLEEP", "weight": 0, "evidence": "much", "snoozed": True},
                {"rule": "HIGH_LOSS", "weight": 25, "evidence": "much"},
            ],
            "event": {"cust_id": 12},
            "source": "archive",
            "case_id": "w",
        }
    ],
    "shadow_verdicts": [
        {"event_id": "a", "band": "low", "event": {"cust_id": 12}, "rule_set": "trial@1", "case_id": "w"},
    ],
    "quarantine": [{"reason": "not JSON", "enqueued_time": "2026-01-02T10:03:00Z"}],
    "cases": [{**WINDOW, "id": "w", "store_id": 7, "stakes": {"at_stake": 12_345}}, {**WINDOW, "id": "old"}],
    "reports": [{"run": "reconcile-1", "verdict": "balanced", "sentence": "All is well."}],
}


class Archives:
    """The archives as files, and the views of them that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.rows = {**ROWS}

    def view(self, name: str) -> Path:
        self.asked.append(name)
        path = self.folder / name
        path.write_text("\n".join(map(json.dumps, self.rows[name])))
        return path


@pytest.fixture
def archives(tmp_path: Path) -> Archives:
    return Archives(tmp_path)


def answers(archives: Archives, text: str, **bounds: Any) -> list[tuple[Any, ...]]:
    return ask(text, archives.view, Bounds(**bounds)).rows


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("frauds-by-store", ("7", "2026-01-02", 1, 95)),
        ("never-judged", ("b", "7")),
        ("never-captured", None),
        ("money-by-store", ("7", 1, 123.45)),
        ("rules", ("HIGH_LOSS", 1, 1, 0, 0)),
        ("busy-customers", ("12", 1, 95)),
        ("events-per-minute", ("2026-01-02 10:01:00", 1)),
        ("reused-ids", ("a", 2)),
        ("quarantined", ("not JSON", 1)),
        ("shadow-changes", ("high", "low", "trial@1", 1)),
        ("nights", ("reconcile-1", "balanced", "All is well.")),
    ],
)
def test_every_question_with_a_name_is_answered(archives: Archives, name: str, first: tuple[Any, ...] | None):
    rows = answers(archives, QUESTIONS[name].text)

    if first is None:
        assert rows == []
    else:
        shown = [
            str(value)[: len(expected)] if isinstance(expected, str) else value
            for value, expected in zip(rows[0], first, strict=False)
        ]
        assert tuple(shown) == first


def test_never_captured_is_what_was_archived_and_no_capture_blob_that_was_fetched_could_hold(archives: Archives):
    verdict = {**ROWS["verdicts"][0], "window_start": "2026-01-02T10:05:00Z", "event_id": "lost"}
    early = {**verdict, "window_start": "2026-01-02T00:05:00Z", "event_id": "before the hours that were fetched"}
    by_id = {**verdict, "source": "quarantine", "event_id": "in a captured array"}
    by_place = {**verdict, "source": "quarantine", "event_id": "p1-900/2"}
    archives.rows["verdicts"] = [verdict, early, by_id, by_place]

    captured = answers(archives, QUESTIONS["never-captured"].text)
    archives.rows["events"] = []
    without_capture = answers(archives, QUESTIONS["never-captured"].text)

    assert [row[0] for row in captured] == ["lost"]
    assert {row[0] for row in without_capture} == {"lost", "before the hours that were fetched"}


def test_eleven_questions_have_a_name():
    assert len(QUESTIONS) == 11
    assert {view for question in QUESTIONS.values() for view in named_views(question.text)} == set(VIEWS)


def test_only_what_a_question_names_is_fetched(archives: Archives):
    answers(archives, "SELECT count(*) FROM Verdicts JOIN cases ON true")

    assert archives.asked == ["verdicts", "cases"]


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE cases",
        "SELECT 1; DROP TABLE cases",
        "COPY (SELECT 1) TO 'x.csv'",
        "INSERT INTO cases SELECT * FROM cases",
        "SET enable_external_access = true",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
    ],
)
def test_nothing_but_a_select_is_asked(archives: Archives, text: str):
    with pytest.raises(WrongQuestionError, match="one SELECT"):
        answers(archives, text)


@pytest.mark.parametrize(
    "text", ["SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/hostname'", "SELECT getenv('HOME')"]
)
def test_no_file_and_no_setting_of_this_machine_can_be_read(archives: Archives, text: str):
    with pytest.raises(WrongQuestionError):
        answers(archives, text)


def test_who_names_no_view_is_told_the_views_and_none_of_duckdbs_own_tables(archives: Archives):
    with pytest.raises(WrongQuestionError) as refused:
        answers(archives, "SELECT * FROM description")

    assert str(refused.value).startswith("there is no view description; there are events, suspicious, verdicts,")
    assert "Did you mean" not in str(refused.value)


def test_a_long_answer_is_cut_and_says_so(archives: Archives):
    answer = ask("SELECT * FROM range(1000)", archives.view, Bounds(rows=10))

    assert (len(answer.rows), answer.is_cut) == (10, True)


def test_a_query_without_end_is_ended(archives: Archives):
    with pytest.raises(TooMuchError, match="no answer within") as too_much:
        answers(
            archives,
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE sin(a.range + b.range) > 2",
            seconds=0.3,
        )
    assert too_much.value.bound == "seconds"


def test_a_query_that_takes_more_memory_than_it_may_have_is_told(archives: Archives):
    with pytest.raises(TooMuchError, match="memory"):
        answers(archives, "SELECT list(range) FROM range(30000000)", memory_megabytes=128)


def test_a_wrong_question_is_told_with_its_place(archives: Archives):
    with pytest.raises(WrongQuestionError, match="kase"):
        answers(archives, "SELECT kase FROM cases")
