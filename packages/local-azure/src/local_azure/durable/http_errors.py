"""The extension's answers to a request that cannot be carried out."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from local_azure.durable import http_query as query
from local_azure.durable.errors import (
    AlreadyExistsError,
    BadRequestError,
    ClientError,
    InvalidStateError,
    NotFoundError,
    PreconditionError,
    UnreadableBodyError,
)
from local_azure.durable.hub import TaskHub
from local_azure.durable.newtonsoft import compact

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]
_BROKEN = "Something went wrong while processing your request"


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response with a JSON body, as compact as Newtonsoft writes it."""
    return web.Response(text=compact(value), status=status, headers=headers, content_type="application/json")


def error_body(message: str, detail: str, exception: str) -> dict[str, Any]:
    """The body with which the extension tells of an exception; its stack is left out."""
    return {"Message": message, "ExceptionMessage": detail, "ExceptionType": exception}


def guarded(hub: TaskHub, handler: Handler) -> Handler:
    """Answer a client's faults in the extension's form, and log what was refused with the peer."""

    async def guarded_handler(request: web.Request) -> web.Response:
        try:
            _check_hub(hub, request)
            return await handler(request)
        except ClientError as error:
            answer = _answer(error)
            if answer.status in {400, 500}:
                _log_refused(request, str(error))
            return answer
        except query.QueryTooLargeError:
            _log_refused(request, "the body is too large")
            message = f"The request is too large: at most {query.MAX_BODY} bytes are taken"
            return json_response({"Message": message}, 413)
        except query.TooSlowError:
            _log_refused(request, "the body did not come in time")
            limit = f"a body must come within {query.BODY_SECONDS:.0f} s"
            return json_response({"Message": f"The request is too slow: {limit}"}, 408)
        except sqlite3.Error as error:
            log.exception("%s: %s could not be served", request.remote, request.path[:200])
            return json_response({"Message": f"The task hub cannot be used now: {error}"}, 503)

    return guarded_handler


def _answer(error: ClientError) -> web.Response:
    if isinstance(error, BadRequestError) and error.detail:
        return json_response(error_body(str(error), error.detail, error.exception), 400)
    if isinstance(error, BadRequestError | AlreadyExistsError):
        return json_response({"Message": str(error)}, 400 if isinstance(error, BadRequestError) else 409)
    if isinstance(error, InvalidStateError | UnreadableBodyError):
        status = 400 if isinstance(error, UnreadableBodyError) else 500
        return json_response(error_body(_BROKEN, str(error), error.exception), status)
    if isinstance(error, PreconditionError) or (isinstance(error, NotFoundError) and error.told):
        return json_response(str(error), 412 if isinstance(error, PreconditionError) else 404)
    return web.Response(status=404 if isinstance(error, NotFoundError) else 410)


def _check_hub(hub: TaskHub, request: web.Request) -> None:
    asked = query.parameters(request).get("taskHub")
    if asked and asked.lower() != hub.settings.hub_name.lower():
        raise BadRequestError(f"there is no task hub {asked[:64]!r} here, only {hub.settings.hub_name!r}")


def _log_refused(request: web.Request, reason: str) -> None:
    log.warning("%s: %s refused: %s", request.remote, request.path[:200], reason[:200])
