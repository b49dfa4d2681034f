"""Register endpoints: read the request, know the caller, call, answer; refusals as problems."""

import logging
from collections.abc import Iterable

import azure.durable_functions as df
import azure.functions as func
from azure.core.exceptions import AzureError, HttpResponseError
from azure.servicebus.exceptions import ServiceBusError

from fraud.desk.problems import ProblemError
from function_app.access import Access, HttpFunction, with_access
from function_app.api.answers import answer_of, refusal
from function_app.api.endpoint import Call, Endpoint
from function_app.api.requests import read_body, read_etag, read_parameters
from function_app.callers import caller_of_api
from function_app.durable_client import Client
from services.concurrency import first_of

_log = logging.getLogger(__name__)


def register(to: df.Blueprint, endpoints: Iterable[Endpoint]) -> None:
    """Register each endpoint as an HTTP function of its own, which asks for a function key."""
    for endpoint in endpoints:
        if endpoint.needs_client:
            function = to.durable_client_input(client_name="client")(_with_client(endpoint))
        else:
            function = _without_client(endpoint)
        to.function_name(endpoint.name)(
            to.route(endpoint.path, methods=[endpoint.method], trigger_arg_name="request")(function)
        )


def _with_client(endpoint: Endpoint) -> HttpFunction:
    async def run(request: func.HttpRequest, client: Client) -> func.HttpResponse:
        return await respond(endpoint, request, client)

    return _named(endpoint, run)


def _without_client(endpoint: Endpoint) -> HttpFunction:
    async def run(request: func.HttpRequest) -> func.HttpResponse:
        return await respond(endpoint, request, None)

    return _named(endpoint, run)


def _named(endpoint: Endpoint, run: HttpFunction) -> HttpFunction:
    run.__name__ = endpoint.handler.__name__
    run.__doc__ = endpoint.handler.__doc__
    return with_access(run, Access(role=endpoint.role, changes=endpoint.changes))


async def respond(endpoint: Endpoint, request: func.HttpRequest, client: Client | None) -> func.HttpResponse:
    """The answer of an endpoint. A service that is away is 503; an error of ours raises, and the host answers 500."""
    try:
        call = Call(
            caller=caller_of_api(request, endpoint.role, changes=endpoint.changes),
            asked=read_parameters(endpoint.asked, request),
            content=read_body(endpoint.content, request),
            if_match=read_etag(request) if endpoint.needs_etag else None,
            client=client,
        )
        content = await endpoint.handler(call)
    except ProblemError as error:
        return refusal(error)
    except (AzureError, ServiceBusError, TimeoutError, ExceptionGroup) as error:
        reason = first_of(error)
        if not isinstance(reason, AzureError | TimeoutError) or _is_our_fault(reason):
            raise
        # The error's text may hold an address; its type tells the operators what to look at.
        _log.warning("%s: a service does not answer: %s", endpoint.name, type(reason).__name__)
        detail = f"a service that this needs does not answer ({type(reason).__name__}): see api/health, and ask again"
        return refusal(ProblemError(503, "Service away", detail))
    return answer_of(request, content)


def _is_our_fault(error: BaseException) -> bool:
    """True if a service refuses our request as such: sent again, the request would be refused again."""
    return isinstance(error, HttpResponseError) and error.status_code in (400, 401, 403, 404, 413)
