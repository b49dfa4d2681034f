"""A page has at most 4 MB, unless it is one result; nothing is lost where it ends."""

from typing import Any

import msgspec
import pytest

from local_azure.cosmos.query.paging import MAX_PAGE_BYTES, Page
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import ListRows
from local_azure.cosmos.query.runner import Runner

LARGE = [
    msgspec.json.encode({"id": f"{number}", "n": -number, "pad": "x" * 1_500_000, "l": [1, 2]}) for number in range(5)
]


async def pages(sql: str, size: int = 1_000) -> list[Page]:
    """All pages of a query over five documents of 1.5 MB."""
    asked: list[Page] = []
    token: str | None = None
    while token or not asked:
        asked.append(await Runner(parse(sql), {}).page(ListRows(LARGE), size, token))
        token = asked[-1].continuation
    return asked


@pytest.mark.parametrize(
    ("sql", "ids"),
    [
        ("SELECT * FROM c", "01234"),
        ("SELECT c.id, c.pad FROM c ORDER BY c.n", "43210"),
        ("SELECT c.id, c.pad FROM c GROUP BY c.id, c.pad", "01234"),
        ("SELECT DISTINCT c.id, c.pad FROM c", "01234"),
        ("SELECT c.id, c.pad, l FROM c JOIN l IN c.l", "0011223344"),
        ("SELECT c.id, c.pad FROM c OFFSET 1 LIMIT 3", "123"),
    ],
)
async def test_a_page_of_several_results_has_at_most_4_mb(sql: str, ids: str) -> None:
    asked = await pages(sql)
    results: list[Any] = [msgspec.json.decode(item) for page in asked for item in page.items]

    assert sorted(each["id"] for each in results) == sorted(ids)
    assert max(sum(map(len, page.items)) for page in asked) <= MAX_PAGE_BYTES
    assert len(asked) == -(-len(ids) // 2), "two documents go into 4 MB"


async def test_a_result_of_more_than_4_mb_has_a_page_of_its_own() -> None:
    asked = await pages("SELECT c.id, [c.pad, c.pad, c.pad] AS pads FROM c")
    assert [len(page.items) for page in asked] == [1] * 5
