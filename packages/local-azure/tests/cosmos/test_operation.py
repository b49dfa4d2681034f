"""The action that a request needs, in the words of Azure's roles."""

import pytest

from local_azure.cosmos.operation import operation
from local_azure.cosmos.request import Request

ITEMS = "dbs/fraud/colls/events/docs"
QUERY = {"content-type": "application/query+json"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "", {}, ("", "readMetadata")),
        ("PUT", "", {}, ("", "PUT account")),
        ("GET", "dbs/fraud", {}, ("", "readMetadata")),
        ("DELETE", "dbs/fraud", {}, ("fraud", "DELETE dbs")),
        ("GET", "dbs/fraud/colls/events", {}, ("fraud/events", "readMetadata")),
        ("GET", "dbs/fraud/colls/events/pkranges", {}, ("fraud/events", "readMetadata")),
        ("POST", "dbs/fraud/colls", {}, ("fraud", "POST colls")),
        ("GET", ITEMS, {}, ("fraud/events", "items/read")),
        ("GET", ITEMS, {"a-im": "Incremental feed"}, ("fraud/events", "readChangeFeed")),
        ("POST", ITEMS, {}, ("fraud/events", "items/create")),
        ("POST", ITEMS, {"x-ms-documentdb-is-upsert": "True"}, ("fraud/events", "items/upsert")),
        ("POST", ITEMS, {"x-ms-cosmos-is-batch-request": "True"}, ("fraud/events", "batch")),
        ("POST", ITEMS, QUERY, ("fraud/events", "executeQuery")),
        ("PATCH", f"{ITEMS}/a", {}, ("fraud/events", "items/replace")),
        ("DELETE", f"{ITEMS}/a", {}, ("fraud/events", "items/delete")),
    ],
)
def test_the_action_of_a_request(method: str, path: str, headers: dict[str, str], expected: tuple[str, str]):
    segments = tuple(path.split("/")) if path else ()

    assert operation(Request(method, segments, headers, b"", "http://localhost")) == expected
