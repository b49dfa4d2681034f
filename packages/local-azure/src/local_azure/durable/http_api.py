"""The management API over HTTP: the same for people (`/runtime/webhooks/durabletask/`) and the SDK (`/durabletask/`).

Routes, codes and bodies are those of the extension's HttpApiHandler; `http_errors` has the answers to what went wrong.
"""

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from local_azure.durable import http_query as query
from local_azure.durable.actions import to_json
from local_azure.durable.binding import RPC_BASE, WEBHOOK_BASE, form_decoded
from local_azure.durable.entity_messages import split_scheduler_id
from local_azure.durable.errors import AlreadyExistsError, BadRequestError, UnreadableBodyError
from local_azure.durable.http_errors import Handler, error_body, guarded, json_response
from local_azure.durable.hub import TaskHub
from local_azure.durable.newtonsoft import compact
from local_azure.durable.queries import EntityRow
from local_azure.durable.status import entity_status, instance_status, json_value, whole_seconds

_PARTS = "local_azure.durable.parts"
CONTINUATION = "x-ms-continuation-token"
RETRY_AFTER = "5"
_READER_EXCEPTION = "Newtonsoft.Json.JsonReaderException"
_NO_DELAY = (
    "The value needs to translate in milliseconds to -1 (signifying an infinite timeout), 0, or a positive integer "
    "less than or equal to the maximum allowed timer duration. (Parameter 'delay')"
)
_EMPTY_BODY = "Error reading JToken from JsonReader. Path '', line 0, position 0."


def add_routes(
    app: web.Application,
    hub: TaskHub,
    bases: tuple[str, ...] = (RPC_BASE, WEBHOOK_BASE),
    keyed: Callable[[Handler], Handler] | None = None,
) -> None:
    """Mount the API of a hub under each base path; `keyed` wraps the handlers of the webhooks, which ask for a key."""
    routes = _routes(HttpApi(hub))

    async def dispatch(request: web.Request) -> web.Response:
        # As in the extension the path is decoded first; slashes at its ends do not count, an empty segment does.
        path = form_decoded(request.match_info["rest"]).strip("/")
        for method, pattern, handler in routes:
            if request.method == method and (match := pattern.fullmatch(path)):
                request[_PARTS] = match.groupdict()
                return await guarded(hub, handler)(request)
        return web.Response(status=404)

    for base in bases:
        wrap = keyed if keyed and base == WEBHOOK_BASE else _open
        app.router.add_route("*", base + "{rest:(?s:(/.*)?)}", wrap(dispatch))


def _open(handler: Handler) -> Handler:
    return handler


def _routes(api: "HttpApi") -> list[tuple[str, re.Pattern[str], Handler]]:
    # A segment may hold anything but a slash. The case of the other words does not count.
    name, instance, key, event = (f"(?P<{part}>[^/]+)" for part in ("name", "id", "key", "event"))
    starts, instances, entities = (f"(?i:{kind})" for kind in ("orchestrators", "instances", "entities"))
    operation = "(?P<operation>(?i:terminate|suspend|resume|rewind))"
    routes = [
        ("POST", f"{starts}/{name}", api.start),
        ("POST", f"{starts}/{name}/{instance}", api.start),
        ("GET", instances, api.list_instances),
        ("DELETE", instances, api.purge_by),
        ("GET", f"{instances}/{instance}", api.status),
        ("DELETE", f"{instances}/{instance}", api.purge),
        ("POST", f"{instances}/{instance}/(?i:raiseEvent)/{event}", api.raise_event),
        ("POST", f"{instances}/{instance}/(?i:restart)", api.restart),
        ("POST", f"{instances}/{instance}/{operation}", api.command),
        ("GET", entities, api.list_entities),
        ("GET", f"{entities}/{name}", api.list_entities),
        ("GET", f"{entities}/{name}/{key}", api.entity),
        ("POST", entities, api.signal_nobody),
        ("DELETE", entities, api.signal_nobody),
        ("POST", f"{entities}/{name}", api.signal),
        ("DELETE", f"{entities}/{name}", api.signal),
        ("POST", f"{entities}/{name}/{key}", api.signal),
        ("DELETE", f"{entities}/{name}/{key}", api.signal),
    ]
    return [(method, re.compile(path), handler) for method, path, handler in routes]


class HttpApi:
    """The handlers. A ClientError that they raise is answered by `guarded`."""

    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub
        self._client = hub.client

    async def start(self, request: web.Request) -> web.Response:
        """Start an orchestrator: 202 with the management URLs; with `timeout` wait for its end."""
        body = await query.json_body(request)
        instance_id = self._client.start(
            _part(request, "name"), body, _part(request, "id") or None, query.parameters(request).get("version")
        )
        return await self._started(request, instance_id)

    async def restart(self, request: web.Request) -> web.Response:
        """Start an instance again: 202 with the management URLs; 400 for an unknown one, 409 for one that runs."""
        new_id = query.flag(request, "restartWithNewInstanceId", default=True)
        try:
            instance_id = self._client.restart(_part(request, "id"), new_id=new_id)
            return await self._started(request, instance_id)
        except BadRequestError as error:
            # Whatever argument is wrong, also one of the waiting.
            message = "InstanceId does not match a valid orchestration instance."
            raise BadRequestError(message, str(error)) from error
        except AlreadyExistsError as error:
            message = "A non-terminal instance with this instance ID already exists."
            exception = "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException"
            return json_response(error_body(message, str(error), exception), 409)

    async def _started(self, request: web.Request, instance_id: str) -> web.Response:
        timeout, interval = query.span(request, "timeout"), query.span(request, "pollingInterval")
        if timeout is not None and interval is not None:
            if interval > timeout:
                raise BadRequestError(
                    f"Total timeout {timeout:.15g} should be bigger than retry timeout {interval:.15g}"
                )
            if interval < 0:
                raise BadRequestError(_NO_DELAY)
            if await self._hub.wait_until_finished(instance_id, timeout):
                instance = self._client.status(instance_id)
                if instance.status == "Completed":
                    return json_response(json_value(instance.output))
                return json_response(instance_status(instance))
        urls = self._hub.management_urls(str(request.url.origin()), instance_id)
        location = urls["statusQueryGetUri"].replace("%7E", "~")  # .NET's Uri undoes this one
        return json_response(urls, 202, {"Location": location, "Retry-After": "10"})

    async def status(self, request: web.Request) -> web.Response:
        """The status of an instance: 202 while it runs, 200 when it has ended, 500 for a failed one if asked for."""
        if _part(request, "id").startswith("@"):
            return self._entity_status(request)
        instance = self._client.status(_part(request, "id"))
        history = self._client.history(instance.id) if query.flag(request, "showHistory") else None
        payload = instance_status(
            instance,
            show_input=query.flag(request, "showInput", default=True),
            history=history,
            show_output=query.flag(request, "showHistoryOutput"),
        )
        if not instance.is_finished:
            return json_response(payload, 202, {"Location": str(request.url), "Retry-After": RETRY_AFTER})
        as_error = instance.status == "Failed" and query.flag(request, "returnInternalServerErrorOnFailure")
        return json_response(payload, 500 if as_error else 200)

    def _entity_status(self, request: web.Request) -> web.Response:
        payload = entity_status(
            self._client.entity(_part(request, "id")),
            show_input=query.flag(request, "showInput", default=True),
            show_history=query.flag(request, "showHistory"),
        )
        return json_response(payload, 202, {"Location": str(request.url), "Retry-After": RETRY_AFTER})

    async def list_instances(self, request: web.Request) -> web.Response:
        """A page of statuses; the next page's token is in a header."""
        conditions = query.instance_filter(request)
        if "Unknown" in conditions.statuses:
            # The extension's own name, which its storage does not have. Purges ignore it.
            message = "One or more of the arguments submitted is incorrect"
            raise BadRequestError(message, "Requested value 'Unknown' was not found.")
        rows, token = self._client.instances(conditions, query.page_size(request), request.headers.get(CONTINUATION))
        show_input = query.flag(request, "showInput", default=True)
        statuses = [
            entity_status(row, show_input=show_input)
            if isinstance(row, EntityRow)
            else instance_status(row, show_input=show_input)
            for row in rows
        ]
        return _page(statuses, token)

    async def purge(self, request: web.Request) -> web.Response:
        """Delete an ended instance: 200 with the count, 404 for an unknown one, 412 for one that runs."""
        return json_response({"instancesDeleted": self._client.purge(_part(request, "id"))})

    async def purge_by(self, request: web.Request) -> web.Response:
        """Delete the ended instances that meet the conditions: 200 with the count, 404 if nothing met them."""
        conditions = query.instance_filter(request)
        if conditions.created_from is None:
            return json_response("Please provide value for 'createdTimeFrom' parameter.", 400)
        deleted = await self._client.purge_by(conditions)
        return json_response({"instancesDeleted": deleted}) if deleted else web.Response(status=404)

    async def raise_event(self, request: web.Request) -> web.Response:
        """Send an event: 202; 404 for an unknown instance, 410 for one that has ended, 400 for any body but JSON."""
        self._client.check_runs(_part(request, "id"))
        if request.content_type != "application/json":
            raise BadRequestError("Only application/json request content is supported")
        try:
            body = await query.json_body(request)
        except UnreadableBodyError as error:
            raise BadRequestError("Invalid JSON content", str(error), _READER_EXCEPTION) from error
        if body is None:
            raise BadRequestError("Invalid JSON content", _EMPTY_BODY, _READER_EXCEPTION)
        value = compact(json_value(body))
        self._client.raise_event(_part(request, "id"), _part(request, "event"), value)
        return web.Response(status=202)

    async def command(self, request: web.Request) -> web.Response:
        """Terminate, suspend, resume or rewind: 202; 404 for an unknown instance, 410 or 412 in the wrong state."""
        operation = getattr(self._client, _part(request, "operation").lower())
        operation(_part(request, "id"), query.parameters(request).get("reason"))
        return web.Response(status=202)

    async def entity(self, request: web.Request) -> web.Response:
        """The state of an entity: 200, or 404."""
        state = self._client.entity_state(_part(request, "name"), _key(request))
        return json_response(json_value(state))

    async def signal(self, request: web.Request) -> web.Response:
        """Signal an entity: 202. DELETE is the operation `delete`; a path without a key means the empty one."""
        operation = "delete" if request.method == "DELETE" else query.parameters(request).get("op", "")
        if request.content_type == "application/json" or not request.can_read_body:
            try:
                body = await query.json_body(request)
            except UnreadableBodyError as error:
                raise BadRequestError(f"Could not parse JSON content: {error}") from error
        else:
            body = to_json(await query.text_body(request))
        self._client.signal_entity(_part(request, "name"), _key(request), operation, body)
        return web.Response(status=202)

    async def signal_nobody(self, _: web.Request) -> web.Response:
        """Refuse a signal without a name."""
        message = "Invalid entity id: entity name must not be a null or empty string. (Parameter 'entityName')"
        raise BadRequestError(message)

    async def list_entities(self, request: web.Request) -> web.Response:
        """A page of entities, of one name or all; with `fetchState` their states."""
        bounds = (query.moment(request, "lastOperationTimeFrom"), query.upper_bound(request, "lastOperationTimeTo"))
        page, token = self._client.entities(
            _part(request, "name"), bounds, query.page_size(request), request.headers.get(CONTINUATION)
        )
        fetch_state = query.flag(request, "fetchState")
        rows: list[dict[str, Any]] = []
        for row in page:
            name, key = split_scheduler_id(row.id)
            entity: dict[str, Any] = {"entityId": {"name": name, "key": key}}
            entity["lastOperationTime"] = whole_seconds(row.updated)
            entity["state"] = json_value(row.state) if fetch_state else None
            rows.append(entity)
        return _page(rows, token)


def _key(request: web.Request) -> str:
    """The key of an entity; `$` in a URL stands for the empty key."""
    key = _part(request, "key")
    return "" if key == "$" else key


def _part(request: web.Request, name: str) -> str:
    """A part of the path, empty if the route has none."""
    parts: dict[str, str] = request[_PARTS]
    return parts.get(name, "")


def _page(rows: list[dict[str, Any]], token: str | None) -> web.Response:
    return json_response(rows, headers={CONTINUATION: token or ""})
