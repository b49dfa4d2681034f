"""DISTINCT and GROUP BY page by page, while documents are written and deleted."""

import asyncio
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_azure.cosmos.query import distinct
from local_azure.cosmos.query.paging import Page
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import ListRows
from local_azure.cosmos.query.runner import Runner

QUERIES = [
    "SELECT DISTINCT VALUE c.k FROM c",
    "SELECT VALUE c.k FROM c GROUP BY c.k",
    "SELECT DISTINCT VALUE k FROM c JOIN k IN c.ks",
    "SELECT VALUE k FROM c JOIN k IN c.ks GROUP BY k",
]
VALUES = st.sampled_from([None, True, 1, 2, 1.5, "a", "b", "c", "ä"])
CHANGES = st.lists(st.lists(st.tuples(st.integers(0, 11), st.one_of(st.just("gone"), VALUES)), max_size=3), max_size=9)


async def page(sql: str, values: list[Any], size: int, token: str | None) -> Page:
    """A page over documents that have the values."""
    documents = [msgspec.json.encode({} if value == "gone" else {"k": value, "ks": [value]}) for value in values]
    return await Runner(parse(sql), {}).page(ListRows(documents), size, token)


@example(sql=QUERIES[0], values=["a", "b", "c", "a"], changes=[[(0, "gone")]], size=1)
@example(sql=QUERIES[1], values=["a", "b", "c"], changes=[[(0, "gone")], [(1, "a")]], size=1)
@given(
    sql=st.sampled_from(QUERIES),
    values=st.lists(VALUES, min_size=1, max_size=12),
    changes=CHANGES,
    size=st.integers(1, 3),
)
def test_no_value_comes_twice_and_none_is_lost_whose_documents_stay_as_they_are(
    sql: str, values: list[Any], changes: list[list[tuple[int, Any]]], size: int
) -> None:
    def key(value: Any) -> tuple[str, Any]:
        return type(value).__name__, value

    now, touched, left = list(values), set[tuple[str, Any]](), list(changes)
    answers: list[Any] = []
    token: str | None = None
    while token or not answers:
        answer = asyncio.run(page(sql, now, size, token))
        answers += [msgspec.json.decode(item) for item in answer.items]
        token = answer.continuation
        if token is None:
            break
        for place, value in left.pop(0) if left else ():
            if place < len(now):
                touched |= {key(now[place]), key(value)}
                now[place] = value
    times = Counter(map(key, answers))

    assert set(times.values()) <= {1}
    assert {key(value) for value in values} - touched <= times.keys()


@pytest.mark.parametrize("sql", QUERIES)
async def test_results_come_as_their_documents_do_where_one_page_has_them_all(sql: str) -> None:
    answer = await page(sql, ["b", "a", "b", "c", 1, 1.0], 4, None)
    assert (answer.items, answer.continuation) == ([b'"b"', b'"a"', b'"c"', b"1"], None)


async def test_distinct_results_need_no_room_but_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "MAX_DISTINCT", 30)
    monkeypatch.setattr(distinct, "_SPARE", 5)
    values = [f"{number}" for number in range(100)] * 2
    answers: list[bytes] = []
    token: str | None = None
    while token or not answers:
        answer = await page(QUERIES[0], values, 10, token)
        answers, token = answers + answer.items, answer.continuation
    assert len(set(answers)) == len(answers) == 100
