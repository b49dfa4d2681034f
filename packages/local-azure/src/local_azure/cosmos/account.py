"""The account as a client reads it first: one region, which is this process, and the consistency that it gives."""

from local_azure.cosmos.header_checks import DEFAULT_CONSISTENCY
from local_azure.cosmos.query.lexer import MAX_QUERY_BYTES
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import Reply, encode

_QUERY_ENGINE = {
    # Only that there are members matters to the SDK for .NET, which hands them to a query engine of its own.
    "maxSqlQueryInputLength": MAX_QUERY_BYTES,
    "maxJoinsPerSqlQuery": 10,
    "maxLogicalAndPerSqlQuery": 2000,
    "maxLogicalOrPerSqlQuery": 2000,
    "maxUdfRefPerSqlQuery": 10,
    "maxInExpressionItemsCount": 16000,
    "queryMaxInMemorySortDocumentCount": 500,
    "maxQueryRequestTimeoutFraction": 0.9,
    "sqlAllowNonFiniteNumbers": False,
    "sqlAllowAggregateFunctions": True,
    "sqlAllowSubQuery": True,
    "sqlAllowScalarSubQuery": True,
    "allowNewKeywords": True,
    "sqlAllowLike": True,
    "sqlAllowGroupByClause": True,
    "maxSpatialQueryCells": 12,
    "spatialMaxGeometryPointCount": 256,
    "sqlDisableOptimizationFlags": 0,
    "sqlAllowTop": True,
    "enableSpatialIndexing": True,
}
"""As azure-cosmos-dotnet-v3 has them in MockDocumentClient."""


def account(request: Request) -> Reply:
    """`GET /`"""
    if request.method != "GET":
        raise request.method_not_allowed()
    regions = [{"name": "Local", "databaseAccountEndpoint": _endpoint(request.base_url)}]
    properties = {
        "_self": "",
        "id": "local",
        "_rid": "local",
        "media": "//media/",
        "addresses": "//addresses/",
        "_dbs": "//dbs/",
        "writableLocations": regions,
        "readableLocations": regions,
        "enableMultipleWriteLocations": False,
        "userConsistencyPolicy": {"defaultConsistencyLevel": DEFAULT_CONSISTENCY},
        "userReplicationPolicy": {"asyncReplication": False, "minReplicaSetSize": 1, "maxReplicasetSize": 1},
        "systemReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 1},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": encode(_QUERY_ENGINE).decode(),
    }
    return Reply(200, encode(properties))


def _endpoint(asked: str) -> str:
    """The address that a client goes on with, as Microsoft's emulator tells it: an IP where it was asked as localhost.

    Microsoft's tests tell two regions apart by that. The port is the one asked for, which may be a forwarded one.
    """
    return f"{asked.replace('//localhost', '//127.0.0.1', 1)}/"
