"""Transactional batches: up to 100 operations on one partition, all or nothing."""

from collections.abc import Callable

import msgspec

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.documents import Conditions, Stored
from local_azure.cosmos.errors import CosmosError, bad_request, unsupported
from local_azure.cosmos.items import create_item, delete_item, patch_item, read_item, replace_item, upsert_item
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply, encode

MAX_OPERATIONS = 100
WRITE_CHARGE = 6.0
_MULTI_STATUS = 207
_FAILED_DEPENDENCY = 424


class Operation(msgspec.Struct, rename="camel"):
    """One operation as the SDKs send it."""

    operation_type: str
    id: str | None = None
    resource_body: msgspec.Raw = msgspec.Raw(b"")
    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def conditions(self) -> Conditions:
        """The ETags that the operation names."""
        return Conditions(self.if_match, self.if_none_match)

    def name(self) -> str:
        """The id of the document that it is about; 400 if it has none."""
        if not self.id:
            raise bad_request(f"A {self.operation_type} in a batch needs an id.")
        return self.id


class Result(msgspec.Struct, rename="camel", omit_defaults=True):
    """What became of one operation."""

    status_code: int
    request_charge: float
    sub_status_code: int = 0
    e_tag: str = ""
    resource_body: msgspec.Raw | None = None


_operations = msgspec.json.Decoder(list[Operation])


def run_batch(
    store: Store, container: Container, partition: str, body: bytes, *, minimal: bool, check_room: Callable[[], None]
) -> Reply:
    """Run the operations in order: 200 and a result for each, or 207 where one failed and nothing was kept.

    The one that failed has its own status, the others 424. `minimal` leaves written documents out of the answer;
    `check_room` raises if no new document may come. 400 if the batch itself is malformed.
    """
    operations = _parse(body)
    results: list[Result] = []
    try:
        with store.atomic():
            for operation in operations:
                if operation.operation_type in ("Create", "Upsert"):
                    check_room()
                results.append(_run(container, partition, operation, minimal))
    except CosmosError as error:
        failed = [Result(_FAILED_DEPENDENCY, 0) for _ in operations]
        failed[len(results)] = Result(error.status, 0, sub_status_code=error.substatus)
        return Reply(_MULTI_STATUS, encode(failed))
    return Reply(200, encode(results), charge=sum(result.request_charge for result in results))


def _parse(body: bytes) -> list[Operation]:
    try:
        operations = _operations.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"The batch is not a list of operations: {problem}") from problem
    if not operations:
        raise bad_request("A batch needs at least one operation.")
    if len(operations) > MAX_OPERATIONS:
        raise bad_request(f"A batch may have at most {MAX_OPERATIONS} operations, not {len(operations)}.")
    return operations


def _run(container: Container, partition: str, operation: Operation, minimal: bool) -> Result:
    body = bytes(operation.resource_body)
    match operation.operation_type:
        case "Create":
            return _written(201, create_item(container, partition, body), minimal)
        case "Upsert":
            created, stored = upsert_item(container, partition, body, operation.conditions)
            return _written(201 if created else 200, stored, minimal)
        case "Replace":
            return _written(
                200, replace_item(container, partition, operation.name(), body, operation.conditions), minimal
            )
        case "Patch":
            return _written(
                200, patch_item(container, partition, operation.name(), body, operation.conditions), minimal
            )
        case "Delete":
            delete_item(container, partition, operation.name(), operation.conditions)
            return Result(204, WRITE_CHARGE)
        case "Read":
            stored = read_item(container, partition, operation.name())
            return Result(200, 1.0, e_tag=stored.etag, resource_body=msgspec.Raw(stored.body))
        case other:
            raise unsupported(f"The batch operation '{other}'")


def _written(status: int, stored: Stored, minimal: bool) -> Result:
    return Result(status, WRITE_CHARGE, e_tag=stored.etag, resource_body=None if minimal else msgspec.Raw(stored.body))
