"""`$cbs`: clients put their tokens here before they attach. On loopback any well-formed token is good.

A token is for an address, and that of an entity that does not exist is refused here, as the services do: the SDKs for
Python then raise an error of authentication. That of Service Bus does not say why, so the log does.
Source: AMQP claims-based security (OASIS), as used by Event Hubs and Service Bus.
"""

import logging
from collections.abc import Callable

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.request_response import Reply, Request, Responder

log = logging.getLogger(__name__)
ADDRESS = "$cbs"
_TOKEN_TYPES = ("servicebus.windows.net:sastoken", "jwt")


def tokens(exists: Callable[[str], bool]) -> Responder:
    """Accepts tokens whose address leads to what `exists`; it is given in lower case, without scheme and host."""

    def put_token(request: Request) -> Reply:
        # The signature is not checked: the local broker knows no keys.
        if request.text("operation") != "put-token":
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"$cbs does not know {request.text('operation')!r}")
        if request.text("type") not in _TOKEN_TYPES:
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"the token type must be one of {', '.join(_TOKEN_TYPES)}")
        audience = request.text("name")
        if not audience or not isinstance(request.body, str | bytes) or not request.body:
            raise AmqpError(Condition.INVALID_FIELD, "put-token needs a name (the audience) and a token")
        path = audience.partition("://")[2].partition("/")[2].strip("/").lower()
        if path and not exists(path):
            # Without an error condition: where there is one, the SDK for Python tells neither status nor description.
            reason = f"The messaging entity '{audience[:200]}' could not be found."
            log.warning("%s No token was taken for it: it is not in the entity file.", reason)
            return Reply(404, reason)
        return Reply(202, "Accepted")

    return put_token
