"""The documents of one container: a table of its own, keyed by id and partition.

| column | |
|---|---|
| row | made of the store's sequence, so it never comes twice; feeds and pages go in its order; it makes the `_rid` |
| partition, id | the key; the partition is the canonical text of `partition_key` |
| expires | Azure's second in which the document is gone, or NULL |
| body | the JSON as it is answered, system properties included; packed (`core/packing.py`) |
"""

import msgspec

from local_azure.core.clock import Clock
from local_azure.cosmos import resource_ids
from local_azure.cosmos.charges import create_charge, replace_charge
from local_azure.cosmos.container_settings import MAX_TTL
from local_azure.cosmos.errors import bad_request, conflict, not_found, precondition_failed, too_large
from local_azure.cosmos.index_terms import Terms
from local_azure.cosmos.path_index import Indexes, Policy
from local_azure.cosmos.store import Store
from local_azure.cosmos.usage import Usage
from local_azure.cosmos.wire import (
    MAX_DOCUMENT_BYTES,
    JsonObject,
    JsonValue,
    check_nesting,
    decode_object,
    encode,
)

MAX_ID_BYTES = 1023


class Stored(msgspec.Struct):
    """A document as it lies in the table; `body` is JSON, `charge` the RU of the write that has put it there."""

    row: int
    etag: str
    body: bytes
    charge: float = 0.0
    changed: int = 0
    """The indexed terms that a replacement has changed."""


class Conditions(msgspec.Struct, frozen=True):
    """The ETags that a request names."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, etag: str) -> None:
        """412 unless a document with this ETag may be written."""
        if self.if_match is not None and self.if_match not in ("*", etag):
            raise precondition_failed()
        if self.if_none_match is not None and self.if_none_match in ("*", etag):
            raise precondition_failed()


ALWAYS = Conditions()


class DocumentTable:
    """Reads and writes the documents of one container."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        number: int,
        *,
        link: str,
        resource_prefix: bytes,
        default_ttl: int | None,
        policy: Policy,
    ) -> None:
        self._store = store
        self._clock = clock
        self._link = link
        self._prefix = resource_prefix
        self._default_ttl = default_ttl
        self.table = f"document_{number}"
        self.dropped = False
        self.indexes = Indexes(store, self.table, policy)
        self.usage = Usage(store, number, self.table)
        self._packer = store.dictionaries.packer(self.table, self.usage.documents)
        self._terms = Terms(policy)
        self._has_changes = False
        self._find = f"SELECT row, etag, body FROM {self.table} WHERE id = ? AND partition = ?"
        self._find_etag = f"SELECT row, etag FROM {self.table} WHERE id = ? AND partition = ?"
        self._insert = (
            f"INSERT INTO {self.table} (row, partition, id, etag, expires, body) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id, partition) DO NOTHING"
        )
        self._update = f"UPDATE {self.table} SET etag = ?, expires = ?, body = ? WHERE row = ?"

    def create(self) -> None:
        """Make the table, its indexes (by key, by partition in row order, by expiry) and the figures of its usage."""
        self._store.write(
            f"CREATE TABLE {self.table} (row INTEGER PRIMARY KEY, partition TEXT NOT NULL, id TEXT NOT NULL, "
            "etag TEXT NOT NULL, expires INTEGER, body BLOB NOT NULL)"
        )
        self._store.write(f"CREATE UNIQUE INDEX {self.table}_key ON {self.table} (id, partition)")
        self._store.write(f"CREATE INDEX {self.table}_partition ON {self.table} (partition)")
        self._store.write(f"CREATE INDEX {self.table}_expires ON {self.table} (expires) WHERE expires IS NOT NULL")
        self.usage.keep()

    def drop(self) -> None:
        """Forget every document, also those that a query is still reading."""
        self.dropped = True
        self.indexes.drop()
        self._store.write(f"DROP TABLE {self.table}")
        self._store.forget_dictionaries(self.table)
        self._store.give_back_soon()
        self.usage.drop()

    def last_row(self) -> int:
        """The highest row, 0 of an empty table."""
        return self._store.execute(f"SELECT coalesce(max(row), 0) FROM {self.table}").fetchone()[0]

    def get(self, partition: str, name: str) -> Stored:
        """404 if it does not exist."""
        stored = self._stored(partition, name)
        if stored is None:
            raise not_found("Entity with the specified id", name)
        return stored

    def create_item(self, partition: str, document: JsonObject) -> Stored:
        """409 if the id is taken in its partition."""
        name = checked_id(document)
        return self._add(partition, name, document)

    def upsert_item(self, partition: str, document: JsonObject, conditions: Conditions = ALWAYS) -> tuple[bool, Stored]:
        """Create or replace; the flag tells whether it was created. 412 if the conditions do not hold."""
        name = checked_id(document)
        stored = self._stored(partition, name)
        if stored is None:
            return True, self._add(partition, name, document)
        conditions.check(stored.etag)
        return False, self._overwrite(stored, document)

    def to_write(self, partition: str, name: str, conditions: Conditions = ALWAYS) -> Stored:
        """A document that may be written. 404 if it does not exist, 412 if the conditions do not hold."""
        stored = self.get(partition, name)
        conditions.check(stored.etag)
        return stored

    def replace_item(self, partition: str, name: str, old: Stored, document: JsonObject) -> Stored:
        """Replace a document; the new one may have another id. 409 if that one is taken."""
        new_name = checked_id(document)
        if new_name == name:
            return self._overwrite(old, document)
        if self._store.execute(self._find_etag, (new_name, partition)).fetchone():
            raise conflict("Entity", new_name)
        stored = self._overwrite(old, document)
        self._store.write(f"UPDATE {self.table} SET id = ? WHERE row = ?", (new_name, old.row))
        return stored

    def delete_item(self, partition: str, name: str, conditions: Conditions = ALWAYS) -> float:
        """The RU that it costs. 404 if the document does not exist, 412 if the conditions do not hold."""
        old = self.to_write(partition, name, conditions)
        self._store.next_sequence()  # the session token after it is another
        self._store.write(f"DELETE FROM {self.table} WHERE row = ?", (old.row,))
        return create_charge(len(old.body), self._terms.of(decode_object(old.body, "The document")))

    def delete_partition(self, partition: str) -> None:
        """Delete every document with this value of the partition key."""
        self._store.next_sequence()
        self._store.write(f"DELETE FROM {self.table} WHERE partition = ?", (partition,))
        self._store.give_back_soon()

    def prepare_changes(self) -> None:
        """Make the index of the change feed, which only its readers pay for."""
        if not self._has_changes:
            self._store.write(f"CREATE INDEX IF NOT EXISTS {self.table}_changes ON {self.table} (etag)")
            self._has_changes = True

    def name_of(self, resource_id: str) -> str:
        """The id of the document with this `_rid`; 404 if it does not exist."""
        try:
            row = resource_ids.row_of(self._prefix, resource_id)
            named = self._store.execute(f"SELECT id FROM {self.table} WHERE row = ?", (row,)).fetchone()
        except (ValueError, OverflowError):
            named = None
        if named is None:
            raise not_found("Entity with the specified resource id", resource_id)
        return named[0]

    def purge(self) -> int:
        """Delete what has expired; the number of documents."""
        now = int(self._clock.timestamp())
        due = self._store.execute(f"SELECT 1 FROM {self.table} WHERE expires <= ? LIMIT 1", (now,)).fetchone()
        if due is None:
            return 0
        return self._store.write(f"DELETE FROM {self.table} WHERE expires <= ?", (now,)).rowcount

    def follow(self, policy: Policy) -> None:
        """Have the indexes of another policy, and charge by it."""
        self.indexes.follow(policy)
        self._terms = Terms(policy)

    def set_default_ttl(self, default_ttl: int | None) -> None:
        """Take a new default; each document's expiry is computed anew from its `_ts` and its own TTL."""
        self._default_ttl = default_ttl
        if default_ttl is None:
            self._store.write(f"UPDATE {self.table} SET expires = NULL")
            return
        self._store.write(
            f"UPDATE {self.table} SET expires = CASE WHEN ttl > 0 THEN ts + ttl END FROM (SELECT row AS r, "
            "coalesce(json_extract(json, '$.ttl'), ?) AS ttl, json_extract(json, '$._ts') AS ts "
            f"FROM (SELECT row, plain(body) AS json FROM {self.table})) WHERE row = r",
            (default_ttl,),
        )

    def _stored(self, partition: str, name: str) -> Stored | None:
        columns = self._store.execute(self._find, (name, partition)).fetchone()
        if columns is None:
            return None
        row, etag, body = columns
        return Stored(row, etag, self._store.plain(body))

    def _add(self, partition: str, name: str, document: JsonObject) -> Stored:
        sequence = self._store.next_sequence()
        stored, expires, packed = self._stamp(sequence, sequence, document)
        values = (sequence, partition, name, stored.etag, expires, packed)
        if not self._store.write(self._insert, values).rowcount:
            raise conflict("Entity", name)
        self.usage.add(1, len(stored.body))
        stored.charge = create_charge(len(stored.body), self._terms.of(document))
        return stored

    def _overwrite(self, old: Stored, document: JsonObject) -> Stored:
        stored, expires, packed = self._stamp(old.row, self._store.next_sequence(), document)
        stored.changed = self._terms.changed(decode_object(old.body, "The document"), document)
        stored.charge = replace_charge(len(old.body), len(stored.body), stored.changed)
        self._store.write(self._update, (stored.etag, expires, packed, old.row))
        self.usage.add(0, len(stored.body) - len(old.body))
        return stored

    def _stamp(self, row: int, sequence: int, document: JsonObject) -> tuple[Stored, int | None, bytes]:
        """Give the document its system properties; the JSON, the second in which it expires, the JSON packed."""
        now = int(self._clock.timestamp())
        resource_id = resource_ids.of_document(self._prefix, row)
        etag = f'"{sequence:016x}"'
        document["_rid"] = resource_id
        document["_self"] = f"{self._link}docs/{resource_id}/"
        document["_etag"] = etag
        document["_attachments"] = "attachments/"
        document["_ts"] = now
        body = _encoded(document)
        if len(body) > MAX_DOCUMENT_BYTES:
            raise too_large(f"The document has {len(body)} bytes; {MAX_DOCUMENT_BYTES} are allowed.")
        expires = self._expiry(document, now)
        packed = self._packer.pack(body)
        if self._packer.is_due:
            self._store.outside_of_batches(self._learn)
        self._store.keys.expect(packed, document, len(body))
        return Stored(row, etag, body), expires, packed

    def _learn(self) -> None:
        if self._packer.is_due:
            self._packer.learn(self._store.write)

    def _expiry(self, document: JsonObject, now: int) -> int | None:
        own: JsonValue = document.get("ttl", self._default_ttl or -1)
        if type(own) is not int or not (own == -1 or 0 < own <= MAX_TTL):
            raise bad_request(f"The ttl of a document must be -1 or between 1 and {MAX_TTL} seconds, not {own!r}.")
        ttl = -1 if self._default_ttl is None else own
        return now + ttl if ttl > 0 else None


def _encoded(document: JsonObject) -> bytes:
    """The JSON of a document. 400 if a patch has nested it deeper than a document may be that is read again."""
    try:
        body = encode(document)
    except RecursionError as problem:
        raise bad_request("The document is nested too deep.") from problem
    check_nesting(body, "The document")
    return body


def checked_id(document: JsonObject) -> str:
    """The id of a document; 400 if it is missing or cannot be one.

    The documentation forbids `/`, `\\`, `?` and `#`; the service takes them on creation, and cannot find again by its
    address what has a slash (CosmosItemIdEncodingTests of the SDK for .NET).
    """
    name = document.get("id")
    if not isinstance(name, str) or not name:
        raise bad_request("The required property 'id' is missing, empty or not a string.")
    if len(name) > MAX_ID_BYTES or len(name.encode()) > MAX_ID_BYTES:
        raise bad_request(
            f"The input name is invalid: it has more than {MAX_ID_BYTES} bytes. Ensure to provide a unique non-empty "
            f"string less than '{MAX_ID_BYTES + 1}' characters."
        )
    return name
