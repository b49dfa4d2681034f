"""The service's refusals: an HTTP status, a code, a message, and the sub status that the SDKs act upon.

Sub statuses: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
"""

OWNER_NOT_FOUND = 1003
PARTITION_KEY_MISMATCH = 1001
PARTITION_FULL = 1014
CONTAINER_RECREATED = 1024
THROTTLED = 3200


class CosmosError(Exception):
    """A request that is refused; `code` is the short name in the error body, `headers` go with the response."""

    def __init__(
        self, status: int, code: str, message: str, substatus: int = 0, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.substatus = substatus
        self.headers = headers or {}
        self.members: dict[str, str] = {}
        """More members of the error body."""


def bad_request(message: str, substatus: int = 0) -> CosmosError:
    """400: the request is malformed, or asks for something that this part does not support."""
    return CosmosError(400, "BadRequest", message, substatus)


def unsupported(what: str) -> CosmosError:
    """400 for a feature of Azure that this part does not have."""
    return bad_request(f"{what} is not supported by the local Cosmos DB.")


def unauthorized(message: str) -> CosmosError:
    """401: no signature, or one that was not made with the account's key."""
    return CosmosError(401, "Unauthorized", message)


def not_found(what: str, name: str) -> CosmosError:
    """404: nothing has this name."""
    return CosmosError(404, "NotFound", f"Resource Not Found. {what} '{name}' does not exist in the system.")


def owner_not_found(what: str, name: str) -> CosmosError:
    """404 with sub status 1003 for something whose database or container does not exist."""
    message = f"Resource Not Found. {what} '{name}': owner resource does not exist."
    return CosmosError(404, "NotFound", message, OWNER_NOT_FOUND)


def container_recreated(name: str) -> CosmosError:
    """400 with sub status 1024: the client remembers an earlier container of this name, and must read it anew."""
    return bad_request(f"The container '{name}' is not the one that the request was meant for.", CONTAINER_RECREATED)


def conflict(what: str, name: str) -> CosmosError:
    """409: the id is taken."""
    return CosmosError(409, "Conflict", f"{what} with the id '{name}' already exists in the system.")


def precondition_failed() -> CosmosError:
    """412: If-Match, If-None-Match or a patch condition does not hold."""
    return CosmosError(412, "PreconditionFailed", "One of the specified pre-conditions is not met.")


def partition_full() -> CosmosError:
    """403 with sub status 1014: the documents of this value of the partition key have reached 20 GB."""
    return CosmosError(
        403,
        "Forbidden",
        "The partition key has reached 20 GB (asked for through the local faults).",
        PARTITION_FULL,
    )


def too_large(message: str) -> CosmosError:
    """413: more bytes than a document or a request may have."""
    return CosmosError(413, "RequestEntityTooLarge", message)


def throttled(retry_after_ms: int, reason: str = "asked for through the local faults") -> CosmosError:
    """429 with the time after which the SDK tries again."""
    return CosmosError(
        429,
        "TooManyRequests",
        f"The request rate is too large ({reason}).",
        THROTTLED,
        {"x-ms-retry-after-ms": str(retry_after_ms)},
    )
