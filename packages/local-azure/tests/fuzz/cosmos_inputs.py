"""Requests to Cosmos as a hostile client writes them: documents, queries, patches, batches in both formats, headers."""

import json
import struct
import zlib
from typing import Any, NamedTuple
from urllib.parse import quote

from local_azure.cosmos.query.functions import FUNCTIONS
from local_azure.testing.chance import Chance
from tests.cosmos.signed import DOCS, signed

STORES = ("7", "8", "")
IDS = ("a", "b", "c", "d", "e")
_SEGMENT = bytes.fromhex("81f0d8ff7f010a000000")
_RECORD = bytes.fromhex("81f1d8ff7f")
_OPERATION = bytes.fromhex("817054e17f")
_OPERATION_NAMES = ("Create", "Upsert", "Replace", "Read", "Delete", "Patch")
_COLLECTION = "/dbs/fraud/colls/events"


class Asked(NamedTuple):
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def document(chance: Chance) -> dict[str, Any]:
    """A document, mostly one that is taken."""
    fields = {"id": chance.choice(IDS), "store_id": chance.choice(STORES), "qty": chance.number(), "tags": [1, "x"]}
    fields["more"] = chance.value()
    return chance.altered(fields) if chance.one_in(2) else fields


def expression(chance: Chance, depth: int = 3) -> str:
    """An expression of the query language."""
    match chance.randrange(12 if depth else 4):
        case 0:
            return chance.of(
                "c.id", "c.qty", "c.tags", "c.more", "c", "c['store_id']", "c.a.b", "c.tags[0]", "@p", "c._ts"
            )
        case 1:
            return json.dumps(chance.text(), ensure_ascii=False)
        case 2:
            return str(chance.number())
        case 3:
            return chance.of("null", "true", "undefined", "[]", "{}", "'it''s'", "0x1F", "1e9", "[1, 2]", '{"a": 1}')
        case 4 | 5 | 6:
            name = chance.choice(list(FUNCTIONS))
            arity = FUNCTIONS[name].arity
            count = chance.choice(arity) if arity[-1] < 5 and not chance.one_in(10) else chance.randrange(4)
            return f"{name}({', '.join(expression(chance, depth - 1) for _ in range(count))})"
        case 7:
            operator = chance.of(
                "+", "-", "*", "/", "%", "=", "!=", "<", ">=", "AND", "OR", "||", "??", "&", "|", "^", "<<"
            )
            return f"({expression(chance, depth - 1)} {operator} {expression(chance, depth - 1)})"
        case 8:
            pattern = json.dumps(chance.of("%", "a_%", "[a-z]", "[^", "%" * 20, chance.text()))
            return f"({expression(chance, depth - 1)} {chance.of('LIKE', 'NOT LIKE')} {pattern})"
        case 9:
            choices = ", ".join(expression(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
            return f"({expression(chance, depth - 1)} {chance.of('IN', 'NOT IN')} ({choices}))"
        case 10:
            parts = [expression(chance, depth - 1) for _ in range(3)]
            return chance.of("({} BETWEEN {} AND {})", "({} ? {} : {})").format(*parts)
        case _:
            inner = query(chance, depth - 1)
            return chance.of(
                f"EXISTS({inner})", f"ARRAY({inner})", f"NOT ({expression(chance, depth - 1)})", f"({inner})"
            )


def query(chance: Chance, depth: int = 2) -> str:
    """A query, mostly one that can be parsed."""
    columns = chance.of(
        "*", "VALUE 1", f"VALUE {expression(chance, depth)}", f"{expression(chance, depth)} AS x, c.id",
        "DISTINCT VALUE c.qty",
        f"{chance.of('COUNT', 'SUM', 'MIN', 'MAX', 'AVG')}({expression(chance, 1)}) AS n", "VALUE COUNT(1)",
        "TOP 3 c.id",
        "TOP @p *",
    )  # fmt: skip
    source = chance.of("c", "c", "c", "c JOIN t IN c.tags", "t IN c.tags", "c.more", "(SELECT * FROM c) AS c")
    text = f"SELECT {columns} FROM {source}"
    if chance.one_in(2):
        text += f" WHERE {expression(chance, depth)}"
    if chance.one_in(6):
        text += f" GROUP BY {chance.of('c.qty', 'c.store_id, c.qty', expression(chance, 1))}"
    if chance.one_in(4):
        text += f" ORDER BY {chance.of('c.qty', 'c.id DESC', 'c.qty, c.id', 'c._ts ASC', expression(chance, 1))}"
    if chance.one_in(4):
        text += f" OFFSET {chance.of(0, 1, -1, 2**40)} LIMIT {chance.of(0, 1, 10, 2**31 - 1)}"
    if chance.one_in(10):
        return chance.damaged(text.encode()).decode(errors="replace")
    return text


def query_body(chance: Chance) -> bytes:
    """The body of a request that asks a query."""
    body: dict[str, Any] = {"query": query(chance), "parameters": [{"name": "@p", "value": chance.value(2)}]}
    return chance.json(chance.altered(body) if chance.one_in(8) else body)


def patch(chance: Chance) -> dict[str, Any]:
    """The body of a patch."""
    paths = ("/qty", "/tags/0", "/tags/-", "/more/x", "/id", "/store_id", "/_ts", "", "/", "//", "/a~1b", chance.text())
    steps = [
        {
            "op": chance.of("add", "set", "replace", "remove", "incr", "increment", "move", chance.text()),
            "path": chance.choice(paths),
            "value": chance.value(2),
        }
        for _ in range(chance.randrange(1, 4))
    ]
    body: dict[str, Any] = {"operations": [chance.altered(step) if chance.one_in(4) else step for step in steps]}
    if chance.one_in(4):
        body["condition"] = f"FROM c WHERE {expression(chance, 1)}"
    return chance.altered(body) if chance.one_in(8) else body


def batch(chance: Chance) -> bytes:
    """The body of a batch, in JSON."""
    operations: list[Any] = []
    for _ in range(chance.randrange(4)):
        kind = chance.choice(_OPERATION_NAMES)
        operation: dict[str, Any] = {"operationType": kind, "id": chance.choice(IDS), "partitionKey": '["7"]'}
        if kind not in ("Delete", "Read"):
            operation["resourceBody"] = patch(chance) if kind == "Patch" else document(chance) | {"store_id": "7"}
        operations.append(chance.altered(operation) if chance.one_in(4) else operation)
    return chance.json(operations)


def hybrid_batch(chance: Chance) -> bytes:
    """The body of a batch in HybridRow: rows with right checksums, whose content may be bent."""
    body = _SEGMENT
    for _ in range(chance.randrange(4)):
        fields = [chance.of(b'["7"]', b"[]", chance.randbytes(3)), b"", chance.choice(IDS).encode(), b""]
        fields.append(chance.json(document(chance)))
        mask, variable = 3, b""
        for bit, field in enumerate(fields, start=2):
            if chance.one_in(2):
                mask |= 1 << bit
                variable += _length(len(field)) + field
        row = _OPERATION + struct.pack("<Bii", mask, chance.of(0, 1, 2, 4, 5, 20, 99), 2) + variable
        for _ in range(chance.randrange(3)):
            row += chance.of(b"\x14\x09\x01*", b"\x03\x0c", b"\x02\x05", b"\x07\x0b\1\0\0\0", chance.randbytes(3))
        row = chance.damaged(row) if chance.one_in(4) else row
        body += _RECORD + struct.pack("<II", len(row), zlib.crc32(row)) + row
    return chance.damaged(body) if chance.one_in(10) else body


def _length(count: int) -> bytes:
    encoded = bytearray()
    while count > 0x7F:
        encoded.append(count & 0x7F | 0x80)
        count >>= 7
    return bytes([*encoded, count])


def request(chance: Chance) -> Asked:
    """A signed request of any kind."""
    kind = chance.of(
        "create", "upsert", "read", "replace", "patch", "delete", "batch", "hybrid", "query", "query", "plan"
    )
    if chance.one_in(6):
        kind = chance.of(
            "feed", "changes", "ranges", "container", "containers", "offers", "database", "purge", "anything"
        )
    method, path, headers, body = _parts(chance, kind)
    key = chance.choice(STORES) if not chance.one_in(10) else chance.text()
    if not chance.one_in(8):
        headers["x-ms-documentdb-partitionkey"] = json.dumps([key])
    for _ in range(chance.of(0, 0, 0, 1, 2)):
        headers[chance.choice(_HEADERS)] = chance.of("true", "0", "-1", "*", '"x"', "2147483648", chance.text())
    clean = {name: value.encode("ascii", "replace").decode().translate(_NO_CONTROL) for name, value in headers.items()}
    signature = signed(method, path) if not chance.one_in(40) else {"authorization": "type%3dmaster"}
    return Asked(method, quote(path, safe="/"), signature | clean, body)


_NO_CONTROL = dict.fromkeys((*range(32), 127), "_")
_HEADERS = (
    "x-ms-max-item-count", "x-ms-continuation", "x-ms-session-token", "x-ms-consistency-level", "x-ms-version",
    "prefer",
    "x-ms-documentdb-partitionkeyrangeid", "x-ms-documentdb-partitionkey", "if-match", "if-none-match", "a-im",
    "x-ms-start-epk", "x-ms-end-epk", "x-ms-documentdb-query-enablecrosspartition", "x-ms-documentdb-is-upsert",
    "x-ms-documentdb-populatequerymetrics", "x-ms-cosmos-is-query-plan-request", "x-ms-offer-throughput",
    "x-ms-cosmos-batch-atomic",
    "x-ms-documentdb-responsecontinuationtokenlimitinkb", "x-ms-cosmos-intended-collection-rid", "content-type",
)  # fmt: skip


def _parts(chance: Chance, kind: str) -> tuple[str, str, dict[str, str], bytes]:
    item = f"{DOCS}/{chance.choice(IDS)}"
    crossing = {"x-ms-documentdb-query-enablecrosspartition": "true", "content-type": "application/query+json"}
    as_batch = {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-atomic": chance.of("True", "False")}
    match kind:
        case "create":
            return "POST", DOCS, {}, chance.json(document(chance))
        case "upsert":
            return "POST", DOCS, {"x-ms-documentdb-is-upsert": "true"}, chance.json(document(chance))
        case "read":
            return "GET", item, {}, b""
        case "replace":
            return "PUT", item, {}, chance.json(document(chance))
        case "patch":
            return "PATCH", item, {}, chance.json(patch(chance))
        case "delete":
            return "DELETE", item, {}, b""
        case "batch":
            return "POST", DOCS, as_batch, batch(chance)
        case "hybrid":
            return "POST", DOCS, as_batch, hybrid_batch(chance)
        case "query":
            return "POST", DOCS, crossing | {"x-ms-documentdb-isquery": "true"}, query_body(chance)
        case "plan":
            return "POST", DOCS, crossing | {"x-ms-cosmos-is-query-plan-request": "True"}, query_body(chance)
        case "feed":
            return "GET", DOCS, {}, b""
        case "changes":
            return "GET", DOCS, {"a-im": "Incremental Feed"}, b""
        case "ranges":
            return "GET", f"{_COLLECTION}/pkranges", {}, b""
        case "container":
            definition = chance.altered({"id": "events", "partitionKey": {"paths": ["/store_id"], "kind": "Hash"}})
            return chance.of("GET", "PUT"), _COLLECTION, {}, chance.json(definition)
        case "containers":
            name = chance.of("a1", "a2", "a3")
            key = {"paths": [chance.of("/k", "k", "/a/b", "")], "kind": chance.of("Hash", "MultiHash")}
            definition = chance.altered({"id": name, "partitionKey": key, "defaultTtl": chance.of(-1, 1, 0)})
            if chance.one_in(3):
                return "DELETE", f"/dbs/fraud/colls/{name}", {}, b""
            return "POST", "/dbs/fraud/colls", {}, chance.json(definition)
        case "offers":
            return chance.of("GET", "POST", "PUT"), chance.of("/offers", "/offers/x"), {}, chance.json(chance.value())
        case "database":
            return (
                chance.of("GET", "POST"),
                chance.of("/dbs", "/dbs/fraud"),
                {},
                chance.json({"id": chance.of("fraud", "b")}),
            )
        case "purge":
            return "POST", f"{_COLLECTION}/operations/partitionkeydelete", {}, b""
        case _:
            words = (
                "dbs",
                "fraud",
                "colls",
                "events",
                "docs",
                "a",
                "..",
                "%2e",
                "operations",
                "_local",
                "faults",
                "sprocs",
            )
            return chance.of("GET", "PUT", "POST", "HEAD"), "/" + "/".join(chance.sample_of(words)), {}, b"[]"
