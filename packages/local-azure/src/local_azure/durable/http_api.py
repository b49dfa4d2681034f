"""The management API over HTTP: the same for people (`/runtime/webhooks/durabletask/`) and the SDK (`/durabletask/`).

Routes, codes and bodies are those of the extension's HttpApiHandler as the SDK of 1.x reads them.
"""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from local_azure.durable import http_query as query
from local_azure.durable.actions import to_json
from local_azure.durable.binding import RPC_BASE, WEBHOOK_BASE
from local_azure.durable.entity_messages import split_scheduler_id
from local_azure.durable.errors import (
    AlreadyExistsError,
    BadRequestError,
    ClientError,
    NotFoundError,
    WrongStateError,
)
from local_azure.durable.hub import TaskHub
from local_azure.durable.status import instance_status, json_value, whole_seconds

log = logging.getLogger(__name__)

CONTINUATION = "x-ms-continuation-token"
RETRY_AFTER = "5"
Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application, hub: TaskHub, bases: tuple[str, ...] = (RPC_BASE, WEBHOOK_BASE)) -> None:
    """Mount the API of a hub under each base path."""
    api = HttpApi(hub)
    for base in bases:
        for method, path, handler in _routes(api):
            app.router.add_route(method, base + path, _guarded(hub, handler))


def _routes(api: "HttpApi") -> list[tuple[str, str, Handler]]:
    # A segment may hold anything but a slash; aiohttp's own pattern leaves out braces.
    name, instance, key, event = (f"{{{part}:[^/]+}}" for part in ("name", "id", "key", "event"))
    return [
        ("POST", f"/orchestrators/{name}", api.start),
        ("POST", f"/orchestrators/{name}/{instance}", api.start),
        ("GET", "/instances", api.list_instances),
        ("GET", "/instances/", api.list_instances),
        ("DELETE", "/instances", api.purge_by),
        ("DELETE", "/instances/", api.purge_by),
        ("GET", f"/instances/{instance}", api.status),
        ("DELETE", f"/instances/{instance}", api.purge),
        ("POST", f"/instances/{instance}/{{operation:(?i:raiseEvent)}}/{event}", api.raise_event),
        ("POST", f"/instances/{instance}/{{operation:(?i:restart)}}", api.restart),
        ("POST", f"/instances/{instance}/{{operation:(?i:terminate|suspend|resume|rewind)}}", api.command),
        ("GET", "/entities", api.list_entities),
        ("GET", "/entities/", api.list_entities),
        ("GET", f"/entities/{name}", api.list_entities),
        ("GET", f"/entities/{name}/{key}", api.entity),
        ("POST", f"/entities/{name}/{key}", api.signal),
        ("DELETE", f"/entities/{name}/{key}", api.signal),
    ]


class HttpApi:
    """The handlers. A ClientError that they raise is answered by `_guarded`."""

    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub
        self._client = hub.client

    async def start(self, request: web.Request) -> web.Response:
        """Start an orchestrator: 202 with the management URLs; with `timeout` wait for its end."""
        body = await query.json_body(request)
        instance_id = self._client.start(
            request.match_info["name"], body, request.match_info.get("id"), request.query.get("version")
        )
        return await self._started(request, instance_id)

    async def restart(self, request: web.Request) -> web.Response:
        """Start an instance again: 202 with the management URLs; 400 if there is no such instance."""
        new_id = query.flag(request, "restartWithNewInstanceId", default=True)
        instance_id = self._client.restart(request.match_info["id"], new_id=new_id)
        return await self._started(request, instance_id)

    async def _started(self, request: web.Request, instance_id: str) -> web.Response:
        timeout, interval = query.span(request, "timeout"), query.span(request, "pollingInterval")
        if timeout is not None and interval is not None:
            if interval > timeout:
                raise BadRequestError(f"Total timeout {timeout} should be bigger than retry timeout {interval}")
            if await self._hub.wait_until_finished(instance_id, timeout):
                instance = self._client.status(instance_id)
                if instance.status == "Completed":
                    return _json(json_value(instance.output))
                return _json(instance_status(instance))
        urls = self._hub.management_urls(str(request.url.origin()), instance_id)
        return _json(urls, 202, {"Location": urls["statusQueryGetUri"], "Retry-After": "10"})

    async def status(self, request: web.Request) -> web.Response:
        """The status of an instance: 202 while it runs, 200 when it has ended, 500 for a failed one if asked for."""
        instance = self._client.status(request.match_info["id"])
        history = self._client.history(instance.id) if query.flag(request, "showHistory") else None
        payload = instance_status(
            instance,
            show_input=query.flag(request, "showInput", default=True),
            history=history,
            show_output=query.flag(request, "showHistoryOutput"),
        )
        if not instance.is_finished:
            return _json(payload, 202, {"Location": str(request.url), "Retry-After": RETRY_AFTER})
        angry = instance.status == "Failed" and query.flag(request, "returnInternalServerErrorOnFailure")
        return _json(payload, 500 if angry else 200)

    async def list_instances(self, request: web.Request) -> web.Response:
        """A page of statuses; the next page's token is in a header."""
        found, token = self._client.instances(
            query.instance_filter(request), query.page_size(request), request.headers.get(CONTINUATION)
        )
        show_input = query.flag(request, "showInput", default=True)
        return _page([instance_status(instance, show_input=show_input) for instance in found], token)

    async def purge(self, request: web.Request) -> web.Response:
        """Delete an ended instance: 200 with the count, 404 for none, 412 for one that runs."""
        try:
            return _json({"instancesDeleted": self._client.purge(request.match_info["id"])})
        except WrongStateError as error:
            return _json(str(error), 412)

    async def purge_by(self, request: web.Request) -> web.Response:
        """Delete the ended instances that meet the conditions: 200 with the count, 404 for none."""
        conditions = query.instance_filter(request)
        if conditions.created_from is None:
            raise BadRequestError("Please provide value for 'createdTimeFrom' parameter.")
        deleted = await self._client.purge_by(conditions)
        return _json({"instancesDeleted": deleted}, 200 if deleted else 404)

    async def raise_event(self, request: web.Request) -> web.Response:
        """Send an event: 202; 404 for no instance, 410 for one that has ended, 400 for what is no JSON."""
        if request.content_type != "application/json":
            raise BadRequestError("Only application/json request content is supported")
        body = await query.json_body(request)
        self._client.raise_event(request.match_info["id"], request.match_info["event"], body or "null")
        return web.Response(status=202)

    async def command(self, request: web.Request) -> web.Response:
        """Terminate, suspend, resume or rewind: 202; 404 for no instance, 410 for one in the wrong state."""
        operation = getattr(self._client, request.match_info["operation"].lower())
        operation(request.match_info["id"], request.query.get("reason", ""))
        return web.Response(status=202)

    async def entity(self, request: web.Request) -> web.Response:
        """The state of an entity: 200, or 404."""
        state = self._client.entity_state(request.match_info["name"], _key(request))
        return web.Response(text=state, content_type="application/json")

    async def signal(self, request: web.Request) -> web.Response:
        """Signal an entity: 202. DELETE is the operation `delete`."""
        operation = "delete" if request.method == "DELETE" else request.query.get("op", "")
        if request.content_type == "application/json" or not request.can_read_body:
            body = await query.json_body(request)
        else:
            body = to_json(await query.text_body(request))
        self._client.signal_entity(request.match_info["name"], _key(request), operation, body)
        return web.Response(status=202)

    async def list_entities(self, request: web.Request) -> web.Response:
        """A page of entities, of one name or all; with `fetchState` their states."""
        bounds = (query.moment(request, "lastOperationTimeFrom"), query.moment(request, "lastOperationTimeTo"))
        found, token = self._client.entities(
            request.match_info.get("name", ""), bounds, query.page_size(request), request.headers.get(CONTINUATION)
        )
        fetch_state = query.flag(request, "fetchState")
        rows: list[dict[str, Any]] = []
        for row in found:
            name, key = split_scheduler_id(row.id)
            entity: dict[str, Any] = {"entityId": {"name": name, "key": key}}
            entity["lastOperationTime"] = whole_seconds(row.updated)
            if fetch_state:
                entity["state"] = json_value(row.state)
            rows.append(entity)
        return _page(rows, token)


def _key(request: web.Request) -> str:
    """The key of an entity; `$` in a URL stands for the empty key."""
    key = request.match_info["key"]
    return "" if key == "$" else key


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=to_json(value), status=status, headers=headers, content_type="application/json")


def _page(rows: list[dict[str, Any]], token: str | None) -> web.Response:
    return _json(rows, headers={CONTINUATION: token} if token else None)


_STATUS_OF: dict[type[ClientError], int] = {
    NotFoundError: 404,
    AlreadyExistsError: 409,
    WrongStateError: 410,
    BadRequestError: 400,
}


def _guarded(hub: TaskHub, handler: Handler) -> Handler:
    """Answer what a client got wrong in the extension's form, and log it with the peer."""

    async def guarded(request: web.Request) -> web.Response:
        try:
            _check_hub(hub, request)
            return await handler(request)
        except ClientError as error:
            status = _STATUS_OF[type(error)]
            if status == 400:
                _log_refused(request, str(error))
            return _error(status, "One or more of the arguments submitted is incorrect", str(error))
        except query.TooLargeError:
            _log_refused(request, "the body is too large")
            return _error(413, "The request is too large", f"at most {query.MAX_BODY} bytes are taken")
        except query.TooSlowError:
            _log_refused(request, "the body did not come in time")
            return _error(408, "The request is too slow", f"a body must come within {query.BODY_SECONDS:.0f} s")
        except sqlite3.Error as error:
            log.exception("%s: %s could not be served", request.remote, request.path[:200])
            return _error(503, "The task hub cannot be used", f"the task hub cannot be used now: {error}")

    return guarded


def _check_hub(hub: TaskHub, request: web.Request) -> None:
    asked = request.query.get("taskHub")
    if asked and asked.lower() != hub.settings.hub_name.lower():
        raise BadRequestError(f"there is no task hub {asked[:64]!r} here, only {hub.settings.hub_name!r}")


def _log_refused(request: web.Request, reason: str) -> None:
    log.warning("%s: %s refused: %s", request.remote, request.path[:200], reason[:200])


def _error(status: int, message: str, detail: str) -> web.Response:
    if status != 400:
        # The SDK puts the whole body into the message of its exception.
        return _json(detail, status)
    return _json({"Message": message, "ExceptionMessage": detail, "ExceptionType": "System.ArgumentException"}, status)
