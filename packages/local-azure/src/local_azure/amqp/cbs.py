"""`$cbs`: clients put their tokens here before they attach. On loopback any well-formed token is good.

Source: AMQP claims-based security (OASIS), as used by Event Hubs and Service Bus.
"""

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.request_response import Reply, Request

ADDRESS = "$cbs"
_TOKEN_TYPES = ("servicebus.windows.net:sastoken", "jwt")


def put_token(request: Request) -> Reply:
    """Accept a token. Its signature is not checked: the local broker knows no keys."""
    if request.text("operation") != "put-token":
        raise AmqpError(Condition.NOT_IMPLEMENTED, f"$cbs does not know {request.text('operation')!r}")
    if request.text("type") not in _TOKEN_TYPES:
        raise AmqpError(Condition.NOT_IMPLEMENTED, f"the token type must be one of {', '.join(_TOKEN_TYPES)}")
    if not request.text("name") or not isinstance(request.body, str | bytes) or not request.body:
        raise AmqpError(Condition.INVALID_FIELD, "put-token needs a name (the audience) and a token")
    return Reply(202, "Accepted")
