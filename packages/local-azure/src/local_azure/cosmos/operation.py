"""The data action that a request needs, in the words of Azure's roles for data.

Source: "Data plane security reference" of Azure Cosmos DB for NoSQL. A patch needs `items/replace`; a transactional
batch needs what its operations need, and is named as such.
"""

from local_azure.cosmos.request import Request

_ITEM = {"GET": "items/read", "PUT": "items/replace", "PATCH": "items/replace", "DELETE": "items/delete"}


def operation(request: Request) -> tuple[str, str]:
    """The container that a request is about, as `database/container`, and the action; both may be of the account."""
    match request.segments:
        case ("dbs", database, "colls", name, "docs"):
            return f"{database}/{name}", _on_items(request)
        case ("dbs", database, "colls", name, "docs", _):
            return f"{database}/{name}", _ITEM.get(request.method, request.method)
        case ("dbs", database, "colls", name, *_) if request.method == "GET":
            return f"{database}/{name}", "readMetadata"
        case _ if request.method == "GET":
            return "", "readMetadata"
        case ():
            return "", f"{request.method} account"
        case segments:
            return "/".join(segments[1:4:2]), f"{request.method} {request.resource}"


def _on_items(request: Request) -> str:
    if request.flag("x-ms-cosmos-is-batch-request"):
        return "batch"
    if request.method == "GET":
        return "readChangeFeed" if request.headers.get("a-im") else "items/read"
    if request.is_query:
        return "executeQuery"
    return "items/upsert" if request.flag("x-ms-documentdb-is-upsert") else "items/create"
