"""Session tokens: `range:-1#sequence`, where the sequence is the store's (microseconds since 1970)."""

import time

from local_azure.cosmos.errors import CosmosError, bad_request

READ_SESSION_NOT_AVAILABLE = 1002


def session_token(range_id: str, sequence: int) -> str:
    """The token of an answer."""
    return f"{range_id}:-1#{sequence}"


def check_session_token(header: str | None, reached: int) -> None:
    """404 with sub status 1002 for a token from the future, 400 for a malformed one; `reached` is the last sequence.

    After a restart the last sequence may be forgotten, but none is ahead of the time.
    """
    if not header:
        return
    for token in header.split(","):
        _, separator, version = token.rpartition(":")
        text = version.split("#")[1] if "#" in version else version
        if not separator or not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 20:
            raise bad_request(f"The session token '{token[:100]}' is malformed.")
        if int(text) > reached and int(text) > time.time_ns() // 1000:
            raise CosmosError(
                404,
                "NotFound",
                "The read session is not available for the input session token.",
                READ_SESSION_NOT_AVAILABLE,
            )
