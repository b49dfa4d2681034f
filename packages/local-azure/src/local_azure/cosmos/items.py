"""The operations on one document, from its JSON: point operations and batches share them."""

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.charges import PATCHED_CHARGE
from local_azure.cosmos.documents import Conditions, Stored
from local_azure.cosmos.patch import patched
from local_azure.cosmos.wire import JsonObject, decode_object

_WHAT = "The document"


def read_item(container: Container, partition: str, name: str) -> Stored:
    """404 if it does not exist."""
    return container.documents.get(partition, name)


def create_item(container: Container, partition: str, body: bytes) -> Stored:
    """409 if the id is taken, 400 for a document that cannot be one or belongs to another partition."""
    return container.documents.create_item(partition, _document(container, partition, body))


def upsert_item(container: Container, partition: str, body: bytes, conditions: Conditions) -> tuple[bool, Stored]:
    """Create or replace; the flag tells whether it was created. The conditions bind only what exists."""
    return container.documents.upsert_item(partition, _document(container, partition, body), conditions)


def replace_item(container: Container, partition: str, name: str, body: bytes, conditions: Conditions) -> Stored:
    """404 if it does not exist, 412 if the conditions do not hold."""
    # A document that does not exist is reported before anything that is wrong with the new one.
    old = container.documents.to_write(partition, name, conditions)
    return container.documents.replace_item(partition, name, old, _document(container, partition, body))


def patch_item(container: Container, partition: str, name: str, body: bytes, conditions: Conditions) -> Stored:
    """404 if it does not exist, 412 if the conditions or the patch's own condition do not hold, 400 for a bad patch."""
    stored = container.documents.get(partition, name)
    conditions.check(stored.etag)
    document = patched(decode_object(stored.body, _WHAT), body, container.key)
    written = container.documents.replace_item(partition, name, stored, document)
    written.charge += PATCHED_CHARGE * written.changed
    return written


def delete_item(container: Container, partition: str, name: str, conditions: Conditions) -> float:
    """The RU that it costs. 404 if the document does not exist, 412 if the conditions do not hold."""
    return container.documents.delete_item(partition, name, conditions)


def _document(container: Container, partition: str, body: bytes) -> JsonObject:
    document = decode_object(body, _WHAT)
    container.key.check_matches(document, partition)
    return document
