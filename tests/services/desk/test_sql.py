"""A question in SQL has a process of its own, which is ended in time, and takes no more than it may have."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psutil
import pytest

from fraud.desk.problems import ProblemError
from questions.messages import AskReply
from services.desk import sql
from services.desk.sql import LIMITS, ask_archives
from services.settings import settings

pytestmark = pytest.mark.slow
UNENDING = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE sin(a.range + b.range) > 2"
GREEDY = "SELECT length(repeat('x', 1000000000))"
"""DuckDB takes 2 GB for it under a limit of 256 MB, and cannot be interrupted meanwhile."""


async def asked(text: str, rows: int = 10, **limits: Any) -> AskReply:
    """The answer, for which a busy machine may take its time unless a test says otherwise."""
    now = datetime(2026, 1, 2, 10, tzinfo=UTC)
    limits = {"seconds": 110, **limits}
    return await ask_archives(text, timedelta(hours=1), rows, now, msgspec.structs.replace(LIMITS, **limits))


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def children() -> list[str]:
    commands = [" ".join(child.cmdline()) for child in psutil.Process().children() if child.status() != "zombie"]
    return [command for command in commands if "questions.process" in command]


async def test_a_question_is_answered_in_json_s_own_types():
    reply = await asked(
        "SELECT 7 AS number, 'text' AS word, TIMESTAMP '2026-01-02 10:00:00' AS moment, NULL AS nothing, "
        "9007199254740993 AS exact, 'nan'::DOUBLE AS odd, {'a': [1, 2]} AS nested, 1.50::DECIMAL(9, 2) AS price"
    )

    assert reply.columns == ["number", "word", "moment", "nothing", "exact", "odd", "nested", "price"]
    assert reply.rows == [[7, "text", "2026-01-02T10:00:00", None, "9007199254740993", None, {"a": [1, 2]}, "1.50"]]
    assert (reply.kind, reply.is_cut) == ("answered", False)


async def test_a_long_answer_is_cut_by_rows_and_by_bytes():
    by_rows = await asked("SELECT * FROM range(1000)")
    by_bytes = await asked("SELECT repeat('x', 300000) FROM range(9)", answer_megabytes=1)

    assert (len(by_rows.rows), by_rows.is_cut) == (10, True)
    assert (len(by_bytes.rows), by_bytes.is_cut) == (3, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELEC 1", "syntax error"),
        ("COPY (SELECT 1) TO '/tmp/x.csv'", "one SELECT"),
        ("ATTACH '/tmp/x.db'", "one SELECT"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("SELECT * FROM read_text('/proc/self/environ')", "disabled by configuration"),
        ("SELECT * FROM 'https://example.com/x.parquet'", ""),
    ],
)
async def test_a_question_that_cannot_be_asked_is_told_in_words(text: str, problem: str):
    reply = await asked(text)

    assert (reply.kind, reply.rows) == ("wrong", [])
    assert problem in reply.problem


async def test_a_query_that_takes_too_long_is_ended_and_said():
    interrupted = await asked(UNENDING, query_seconds=0.5)
    ended = await asked(UNENDING, seconds=3)

    assert (interrupted.kind, interrupted.problem) == ("too much", "no answer within 0.5 s")
    assert (ended.kind, ended.problem) == ("too much", "no answer within 3 s: it was ended")
    assert children() == []


async def test_what_duckdb_does_not_bound_the_operating_system_bounds():
    reply = await asked(GREEDY)

    assert reply.kind == "too much"
    assert "memory" in reply.problem


async def test_one_question_is_asked_at_a_time_and_the_next_one_is_told_so():
    first = asyncio.create_task(asked(UNENDING, seconds=4))
    await asyncio.sleep(0)
    with pytest.raises(ProblemError) as busy:
        await asked("SELECT 1")
    await first

    assert (busy.value.status, busy.value.title) == (429, "Another question is being asked")
    assert (await asked("SELECT 1")).rows == [[1]]


async def test_whoever_goes_away_takes_the_process_along():
    question = asyncio.create_task(asked(UNENDING))
    while not children():
        await asyncio.sleep(0.05)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question

    assert children() == []
    assert (await asked("SELECT 1")).rows == [[1]]


@pytest.mark.usefixtures("_elsewhere")
async def test_nothing_is_asked_where_a_setting_or_the_lack_of_duckdb_forbids_it(monkeypatch: pytest.MonkeyPatch):
    assert sql.why_not_asked() == ""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert "DuckDB is not installed" in sql.why_not_asked()

    monkeypatch.setenv("SQL_PAGE", "false")
    settings.cache_clear()
    assert "SQL_PAGE" in sql.why_not_asked()
    with pytest.raises(ProblemError) as refused:
        await asked("SELECT 1")
    assert refused.value.status == 503
