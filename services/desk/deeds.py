"""The journal of the pipeline's operation, kept in the container of cases, in a partition of its own."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from fraud.desk.deeds import Deed
from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.queries import Question
from services import cosmos
from services.desk.stored import read_stored

PARTITION = "_deeds"
"""No store's, as that of outcomes."""
_LISTED = "SELECT TOP @most * FROM c WHERE c.type = 'deed' AND c.id < @before ORDER BY c.id DESC"
_AFTER_ALL = "deed;"
"""Beyond every id: the semicolon follows the colon."""


Outcome = TypeVar("Outcome")


class _Place(msgspec.Struct, frozen=True):
    """The document id of the last deed of a page."""

    id: str


async def keep_deed(deed: Deed) -> None:
    """Write a deed; the same one with its outcome replaces it."""
    document: dict[str, Any] = {
        **msgspec.to_builtins(deed),
        "id": deed.document_id,
        "store_id": PARTITION,
        "type": "deed",
    }
    await (await cosmos.cases()).upsert_item(document)


async def list_deeds(asked: Question) -> Page[Deed]:
    """A page of deeds, the latest first. Raises ProblemError for a bad token."""
    before = place_in(asked.token, _Place).id if asked.token else _AFTER_ALL
    parameters: list[dict[str, object]] = [
        {"name": "@most", "value": asked.limit + 1},
        {"name": "@before", "value": before},
    ]
    query = (await cosmos.cases()).query_items(_LISTED, parameters=parameters, partition_key=PARTITION)
    documents: list[dict[str, Any]] = [document async for document in query]
    shown = documents[: asked.limit]
    rows = [deed for document in shown if (deed := read_stored(document, Deed)) is not None]
    return Page(tuple(rows), token_of(_Place(shown[-1]["id"])) if len(documents) > asked.limit else None)


async def noted(deed: Deed, do: Callable[[], Awaitable[Outcome]], words: Callable[[Outcome], str]) -> Outcome:
    """Do it, between a journal entry that announces it and the same entry with the outcome. Raises what `do` raised."""
    await keep_deed(deed)
    try:
        outcome = await do()
    except Exception as error:
        await keep_deed(msgspec.structs.replace(deed, outcome=f"failed: {type(error).__name__}"))
        raise
    await keep_deed(msgspec.structs.replace(deed, outcome=words(outcome)[:1_000]))
    return outcome
