"""Integers that no double holds: taken as JSON takes them; what cannot be done with them is undefined or refused."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from local_azure.core.clock import Clock
from local_azure.core.faults import Held
from local_azure.cosmos.batch import Batches
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.items import create_item, read_item, upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query.functions import FUNCTIONS
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.query.statement import read_statement
from local_azure.cosmos.ranges import WHOLE
from local_azure.cosmos.store import Store

HUGE = "1" + "0" * 400
PARTITION = canonical("7")


class Database:
    """A container with one document, whose `n` no double holds; its policy indexes everything."""

    def __init__(self) -> None:
        self.store = Store(Path(":memory:"))
        catalog = Catalog(self.store, Clock())
        settings: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/key"]}}
        settings["indexingPolicy"] = {"includedPaths": [{"path": "/n/?"}, {"path": "/*"}], "excludedPaths": []}
        self.container: Container = catalog.create_container(catalog.create_database({"id": "d"}), settings)
        document = b'{"id": "1", "key": "7", "n": %b, "list": [%b, 2], "s": "abc"}' % (HUGE.encode(), HUGE.encode())
        create_item(self.container, PARTITION, document)

    async def ask(self, sql: str, **parameters: Any) -> list[Any]:
        """The results of a query, in pages of one."""
        named = [{"name": f"@{name}", "value": value} for name, value in parameters.items()]
        statement = read_statement(msgspec.json.encode({"query": sql, "parameters": named}))
        results: list[Any] = []
        token = None
        while token or not results:
            runner = Runner(statement.query, statement.parameters)
            access = runner.access(("key",), None)
            documents = self.container.documents
            rows = TableRows(self.store, documents.table, access, indexes=documents.indexes, key=("key",))
            page = await runner.page(rows, 1, token)
            results += [msgspec.json.decode(item) for item in page.items]
            token = page.continuation
            if not token:
                break
        return results


@pytest.fixture
async def database() -> Database:
    return Database()


async def test_a_document_keeps_a_number_beyond_doubles(database: Database) -> None:
    assert msgspec.json.decode(read_item(database.container, PARTITION, "1").body)["n"] == int(HUGE)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
async def test_no_function_fails_on_a_number_beyond_doubles(database: Database, name: str) -> None:
    for first in ("c.n", "-c.n", "c.list", "c.s"):
        arguments = [first, *["c.n"] * (FUNCTIONS[name].arity[0] - 1)]
        await database.ask(f"SELECT VALUE [{name}({', '.join(arguments)})] FROM c")


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "<", "=", "||", "??"])
async def test_no_operator_fails_on_a_number_beyond_doubles(database: Database, operator: str) -> None:
    for other in ("1", "0.5", "c.n", "-c.n"):
        await database.ask(f"SELECT VALUE [c.n {operator} {other}, {other} {operator} c.n, ~c.n] FROM c")


@pytest.mark.parametrize("expression", ["ABS(c.n)", "FLOOR(c.n)", "SQRT(c.n)", "c.n + 1", "SQUARE(c.n)", "ROUND(c.n)"])
async def test_arithmetic_with_a_number_beyond_doubles_is_undefined(database: Database, expression: str) -> None:
    assert await database.ask(f"SELECT VALUE {expression} FROM c") == []


@pytest.mark.parametrize("other", ["1", "0.5", "-1" + "0" * 399])
@pytest.mark.parametrize("aggregate", ["SUM", "AVG"])
async def test_a_total_that_no_double_holds_is_undefined(database: Database, aggregate: str, other: str) -> None:
    for name in ("0", "2"):
        document = b'{"id": "%b", "key": "7", "n": %b}' % (name.encode(), other.encode())
        upsert_item(database.container, PARTITION, document, ALWAYS)
    assert await database.ask(f"SELECT VALUE {aggregate}(c.n) FROM c") == []


@pytest.mark.parametrize("sign", ["", "-"])
async def test_it_is_one_value_among_others(database: Database, sign: str) -> None:
    for number, value in enumerate(["1e308", "-1e308", "5", '"a"', sign + HUGE], start=2):
        document = b'{"id": "%d", "key": "7", "n": %b}' % (number, value.encode())
        upsert_item(database.container, PARTITION, document, ALWAYS)
    ordered = ["3", "4", "2", "1", "6", "5"] if not sign else ["6", "3", "4", "2", "1", "5"]
    assert await database.ask("SELECT VALUE c.id FROM c ORDER BY c.n") == ordered
    assert await database.ask("SELECT VALUE c.id FROM c WHERE c.n > 1e300") == (
        ["1", "2", "6"] if not sign else ["1", "2"]
    )
    assert await database.ask("SELECT VALUE MAX(c.n) FROM c WHERE IS_NUMBER(c.n)") == [int(HUGE)]
    assert sorted(await database.ask("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.list, @n)", n=int(HUGE))) == ["1"]


@pytest.mark.parametrize("value", [2**53 + 1, 2**64, 2**64 + 1, 10**400])
async def test_a_literal_a_parameter_and_a_document_are_one_value_however_many_digits_they_have(
    database: Database, value: int
) -> None:
    for number, each in enumerate((value - 1, value, value + 1), start=2):
        document = b'{"id": "%d", "key": "7", "n": %d}' % (number, each)
        upsert_item(database.container, PARTITION, document, ALWAYS)
    literals = await database.ask(f"SELECT VALUE c.id FROM c WHERE c.n = {value} AND c.id != '1'")
    parameters = await database.ask("SELECT VALUE c.id FROM c WHERE c.n = @v AND c.id != '1'", v=value)
    assert (literals, parameters) == (["3"], ["3"])
    assert await database.ask(f"SELECT VALUE {value} = @v", v=value) == [True]


@pytest.mark.parametrize("literal", ["1e400", "1" * 5_000, "0x" + "f" * 300])
async def test_a_literal_that_json_does_not_take_is_refused(database: Database, literal: str) -> None:
    with pytest.raises(CosmosError, match="the number is too large") as refusal:
        await database.ask(f"SELECT VALUE {literal}")
    assert refusal.value.status == 400


async def test_it_cannot_be_a_partition_key(database: Database) -> None:
    with pytest.raises(CosmosError, match="a double holds") as refusal:
        database.container.key.of_header(f"[{HUGE}]")
    assert refusal.value.status == 400
    with pytest.raises(CosmosError, match="a double holds"):
        create_item(database.container, PARTITION, b'{"id": "2", "key": %b}' % HUGE.encode())


async def test_in_a_bulk_it_is_refused_for_its_own_operation(database: Database) -> None:
    def created(name: str, key: str) -> dict[str, Any]:
        body = b'{"id": "%b", "key": %b}' % (name.encode(), key.encode())
        return {"operationType": "Create", "partitionKey": f"[{key}]", "resourceBody": msgspec.Raw(body)}

    operations = [created("a", '"7"'), created("b", HUGE), created("c", '"7"')]
    batches = Batches(database.store, Held(Faults()))
    reply = batches.run_bulk(database.container, WHOLE, msgspec.json.encode(operations), minimal=True, go_on=True)

    assert [each["statusCode"] for each in msgspec.json.decode(reply.body)] == [201, 400, 201]
