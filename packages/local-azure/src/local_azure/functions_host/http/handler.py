"""One request to an HTTP function: find the function, read the body, call it, answer."""

import logging

from aiohttp import web

from local_azure.core.http_bodies import Bodies, BodyRefusedError
from local_azure.functions_host.host_json import HttpOptions
from local_azure.functions_host.http.convert import to_sdk_request, to_web_response
from local_azure.functions_host.http.keys import Keys, level_of, unauthorized
from local_azure.functions_host.http.limits import BODIES, Admission, RefusedRequestError
from local_azure.functions_host.http.routes import Match, RouteTable
from local_azure.functions_host.invocation.context import Invocation, Out, TraceContext
from local_azure.functions_host.invocation.invoker import InvocationError

_LOG = logging.getLogger(__name__)


class HttpFunctions:
    """Answers every request that no built-in route takes."""

    def __init__(self, routes: RouteTable, options: HttpOptions, keys: Keys | None = None) -> None:
        self._routes = routes
        self._keys = keys
        self._options = options
        self._admission = Admission(options)
        self._bodies = Bodies(BODIES)
        self.draining = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer of the function, 401 without a right key, or an RFC 9457 problem.

        Problems are 400, 404, 405, 408, 413, 429, 500 and 503.
        """
        try:
            response = await self._answer(request)
        except (BodyRefusedError, RefusedRequestError) as refusal:
            _LOG.warning("%s refused: %s %s", request.remote, refusal.status, refusal)
            response = problem(refusal.status, str(refusal))
            response.force_close()
        for name, value in self._options.custom_headers.items():
            response.headers[name] = value
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.draining:
            raise RefusedRequestError(503, "the host is stopping")
        match = self._routes.find(request.method, request.rel_url.raw_path)
        if not isinstance(match, Match):
            if not match:
                return problem(404, f"no function answers {request.rel_url.raw_path[:200]}")
            answer = problem(405, f"{request.method} is not among {', '.join(sorted(match))}")
            answer.headers["Allow"] = ", ".join(sorted(match))
            return answer
        if self._keys and not self._keys.allow(level_of(match.caller.function.trigger.text("authLevel")), request):
            return unauthorized()
        async with self._admission.admit(), self._bodies.received(request) as body:
            return await self._call(request, match, body)

    async def _call(self, request: web.Request, match: Match, body: bytes) -> web.StreamResponse:
        caller, function = match.caller, match.caller.function
        try:
            sdk_request = to_sdk_request(request, match.values, body)
        except ValueError as error:
            raise RefusedRequestError(400, f"the request cannot be understood: {error}") from error
        invocation = Invocation(_trace_of(request))
        outputs: dict[str, Out] = {}
        try:
            result = await caller.call(lambda: sdk_request, invocation, outputs)
            if function.returns is None:
                result = next((out.get() for out in outputs.values()), None)
                return web.Response(status=204) if result is None else to_web_response(result)
            return to_web_response(result)
        except InvocationError as error:
            caller.log_failure(error)
        except (TypeError, ValueError) as error:
            _LOG.error("%s (%s) gave no usable answer: %s", function.name, invocation.id, error)
        return problem(500, f"function {function.name} failed", invocationId=invocation.id)


def problem(status: int, detail: str, **more: str) -> web.Response:
    """An error as `application/problem+json` (RFC 9457)."""
    return web.json_response(
        {"status": status, "title": web.Response(status=status).reason, "detail": detail, **more},
        status=status,
        content_type="application/problem+json",
    )


def _trace_of(request: web.Request) -> TraceContext:
    if parent := request.headers.get("traceparent"):
        return TraceContext(parent, request.headers.get("tracestate", ""))
    return TraceContext.new()
