"""The cost of a query in the headers that a client may ask for: ServerSideMetricsTokenizer of the SDK for .NET."""

import base64
from collections.abc import Iterable, Iterator

import msgspec

from local_azure.cosmos.charges import query_charge
from local_azure.cosmos.query.syntax import Between, Binary, In, Like, Logical, Node, Path, Query
from local_azure.cosmos.wire import encode


class Metrics(msgspec.Struct, frozen=True):
    """Times in seconds; `loaded` counts the documents that were read for the page."""

    compiling: float
    total: float
    loaded: int
    loaded_bytes: int
    results: list[bytes]

    @property
    def charge(self) -> float:
        """The RU of the page."""
        return query_charge(self.loaded, self.loaded_bytes)


def query_metrics(metrics: Metrics) -> str:
    """`x-ms-documentdb-query-metrics`. The steps that this part does not have by themselves took no time."""
    running = max(0.0, metrics.total - metrics.compiling)
    # What was answered without reading a document was answered from an index alone.
    used = min(1.0, len(metrics.results) / metrics.loaded) if metrics.loaded else float(bool(metrics.results))
    values = {
        "totalExecutionTimeInMs": f"{metrics.total * 1000:.2f}",
        "queryCompileTimeInMs": f"{metrics.compiling * 1000:.2f}",
        "queryLogicalPlanBuildTimeInMs": "0.00",
        "queryPhysicalPlanBuildTimeInMs": "0.00",
        "queryOptimizationTimeInMs": "0.00",
        "VMExecutionTimeInMs": f"{running * 1000:.2f}",
        "indexLookupTimeInMs": "0.00",
        "instructionCount": "0",
        "documentLoadTimeInMs": f"{running * 1000:.2f}",
        "systemFunctionExecuteTimeInMs": "0.00",
        "userFunctionExecuteTimeInMs": "0.00",
        "retrievedDocumentCount": str(metrics.loaded),
        "retrievedDocumentSize": str(metrics.loaded_bytes),
        "outputDocumentCount": str(len(metrics.results)),
        "outputDocumentSize": str(sum(len(result) for result in metrics.results)),
        "writeOutputTimeInMs": "0.00",
        "indexUtilizationRatio": f"{used:.2f}",
    }
    return ";".join(f"{name}={value}" for name, value in values.items())


def index_metrics(query: Query, key_paths: Iterable[tuple[str, ...]]) -> str:
    """`x-ms-cosmos-index-utilization`: the index paths that could serve the query's WHERE, in base64.

    `key_paths` are those of the partition key if the request names one: so is the partition looked up.
    """
    used = [
        {
            "FilterExpression": "",
            "IndexSpec": path,
            "FilterPreciseSet": True,
            "IndexPreciseSet": True,
            "IndexImpactScore": "High",
        }
        for path in dict.fromkeys([*map(_index_path, key_paths), *index_paths(query)])
    ]
    report = {
        "UtilizedSingleIndexes": used,
        "PotentialSingleIndexes": [],
        "UtilizedCompositeIndexes": [],
        "PotentialCompositeIndexes": [],
    }
    return base64.b64encode(encode(report)).decode()


def index_paths(query: Query) -> list[str]:
    """The properties that WHERE compares, as paths of an index, `/store_id/?`, without doubles."""
    paths = dict.fromkeys(_compared(query.where))
    if not query.scoped:
        return list(paths)
    start = f"/{query.root}/"
    return [path.removeprefix(start[:-1]) for path in paths if path.startswith(start)]


def _compared(node: Node | None) -> Iterator[str]:
    match node:
        case Logical(_, operands):
            for operand in operands:
                yield from _compared(operand)
        case Binary(_, left, right):
            yield from _path(left)
            yield from _path(right)
        case In(value, _) | Between(value, _, _) | Like(value, _, _):
            yield from _path(value)
        case _:
            return


def _path(node: Node) -> Iterator[str]:
    if isinstance(node, Path) and node.steps:
        yield _index_path("[]" if isinstance(step, int) else step for step in node.steps)


def _index_path(names: Iterable[str]) -> str:
    return "/" + "/".join(names) + "/?"
