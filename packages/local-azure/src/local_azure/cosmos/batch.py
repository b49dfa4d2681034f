"""Batches: up to 100 operations, transactional on one partition (all or nothing), or bulk (each for itself).

They come as JSON (the SDKs for Python and JavaScript) or in HybridRow (.NET), and are answered in kind.
"""

import msgspec

from local_azure.core.faults import Held
from local_azure.cosmos import hybrid_row
from local_azure.cosmos.batch_operations import BatchOperation, Result
from local_azure.cosmos.catalog import Container
from local_azure.cosmos.charges import REFUSAL_CHARGE, read_charge
from local_azure.cosmos.documents import Stored
from local_azure.cosmos.errors import CosmosError, bad_request, unsupported
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.items import create_item, delete_item, patch_item, read_item, replace_item, upsert_item
from local_azure.cosmos.partition_key import required
from local_azure.cosmos.ranges import Span, out_of_range
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import Reply, encode

MAX_OPERATIONS = 100
_MULTI_STATUS = 207
_FAILED_DEPENDENCY = 424

_operations = msgspec.json.Decoder(list[BatchOperation])


class Batches:
    """Runs batches."""

    def __init__(self, store: Store, faults: Held[Faults]) -> None:
        self._store = store
        self._faults = faults

    def run_atomic(self, container: Container, partition: str, body: bytes, *, minimal: bool) -> Reply:
        """Run the operations in order: 200 and a result for each, or 207 where one failed and nothing was kept.

        The one that failed has its own status, the others 424. `minimal` leaves written documents out of the answer.
        400 if the batch itself is malformed.
        """
        operations = _parse(body)
        results: list[Result] = []
        try:
            with self._store.atomic():
                for operation in operations:
                    results.append(self._run(container, partition, operation, minimal))
        except CosmosError as error:
            failed = [Result(_FAILED_DEPENDENCY, 0) for _ in operations]
            failed[len(results)] = _refused(error)
            return _reply(_MULTI_STATUS, failed, body)
        return _reply(200, results, body)

    def run_bulk(self, container: Container, span: Span, body: bytes, *, minimal: bool, go_on: bool) -> Reply:
        """Run each operation on the partition that it names: 200, or 207 if any failed.

        Without `go_on` those after the first that failed are not run and have 424. One whose partition lies outside of
        `span`, the range that the request was sent to, is refused: which refusal Azure gives is not documented.
        """
        results: list[Result] = []
        failed = False
        for operation in _parse(body):
            if failed and not go_on:
                results.append(Result(_FAILED_DEPENDENCY, 0))
                continue
            try:
                # No savepoint: an operation by itself writes after all that could refuse it.
                self._faults.now.throttle()
                partition = required(container.key.of_header(operation.partition_key))
                if not span.whole and not span.holds(partition):
                    raise out_of_range()
                results.append(self._run(container, partition, operation, minimal))
            except CosmosError as error:
                failed = True
                results.append(_refused(error))
        return _reply(_MULTI_STATUS if failed else 200, results, body)

    def _run(self, container: Container, partition: str, operation: BatchOperation, minimal: bool) -> Result:
        minimal = minimal or operation.minimal
        body = bytes(operation.resource_body)
        match operation.operation_type:
            case "Create":
                self._faults.now.check_room()
                return _written(201, create_item(container, partition, body), minimal)
            case "Upsert":
                self._faults.now.check_room()
                created, stored = upsert_item(container, partition, body, operation.conditions)
                return _written(201 if created else 200, stored, minimal)
            case "Replace":
                stored = replace_item(container, partition, operation.name(), body, operation.conditions)
                return _written(200, stored, minimal)
            case "Patch":
                stored = patch_item(container, partition, operation.name(), body, operation.conditions)
                return _written(200, stored, minimal)
            case "Delete":
                return Result(204, delete_item(container, partition, operation.name(), operation.conditions))
            case "Read":
                stored = read_item(container, partition, operation.name())
                charge = read_charge(len(stored.body))
                return Result(200, charge, e_tag=stored.etag, resource_body=msgspec.Raw(stored.body))
            case other:
                raise unsupported(f"The batch operation '{other}'")


def _parse(body: bytes) -> list[BatchOperation]:
    if body[:1] == hybrid_row.FIRST_BYTE:
        operations = hybrid_row.read_operations(body)
    else:
        try:
            operations = _operations.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise bad_request(f"The batch is not a list of operations: {problem}") from problem
    if not operations:
        raise bad_request("Batch request has no operations.")
    if len(operations) > MAX_OPERATIONS:
        raise bad_request(
            "Batch request has more operations than what is supported. "
            f"It may have {MAX_OPERATIONS}, not {len(operations)}."
        )
    return operations


def _written(status: int, stored: Stored, minimal: bool) -> Result:
    body = None if minimal else msgspec.Raw(stored.body)
    return Result(status, stored.charge, e_tag=stored.etag, resource_body=body)


def _refused(error: CosmosError) -> Result:
    retry_after = int(error.headers.get("x-ms-retry-after-ms", 0))
    return Result(error.status, REFUSAL_CHARGE, sub_status_code=error.substatus, retry_after_milliseconds=retry_after)


def _reply(status: int, results: list[Result], request: bytes) -> Reply:
    charge = sum(result.request_charge for result in results)
    if request[:1] == hybrid_row.FIRST_BYTE:
        return Reply(status, hybrid_row.write_results(results), {"content-type": "application/octet-stream"}, charge)
    return Reply(status, encode(results), charge=charge)
