"""Faults on demand, to see how an application bears them: `/_local/faults`, with GET and POST, in JSON.

Azure has no such address. A part keeps its faults in a `Held`, and serves them with `serving_faults` or at this path of
its own address.
"""

import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from local_azure.core.http_guard import foreign
from local_azure.core.process import LOOPBACK

log = logging.getLogger(__name__)
PATH = "/_local/faults"
_MAX_BODY_BYTES = 10_000
F = TypeVar("F", bound=msgspec.Struct)


class FaultsRefusedError(ValueError):
    """The body of a POST is not what the struct of the faults describes."""


class Held(Generic[F]):
    """The faults of a part as they are now: a frozen struct, replaced as a whole."""

    def __init__(self, faults: F) -> None:
        self.now = faults

    def told(self) -> bytes:
        """The answer to GET, and to a POST that was taken: JSON."""
        return msgspec.json.encode(self.now)

    def take(self, body: bytes) -> None:
        """Set all faults as the body of a POST says. Raises FaultsRefusedError, and nothing has changed."""
        try:
            self.now = msgspec.json.decode(body, type=type(self.now))
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise FaultsRefusedError(f"The faults are malformed: {problem}") from problem
        log.info("faults: %s", self.now)


@contextlib.asynccontextmanager
async def serving_faults(held: Held[F], port: int) -> AsyncGenerator[int]:
    """Serve them on a port of loopback (0 picks a free one) while the context lasts; gives the port's number.

    POST sets all faults: those that its body does not name are off. 400 for a body that the struct does not allow, 403
    for a request that a web page has sent, or that was meant for another host. Raises OSError if the port is taken.
    """
    app = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[_only_this_machine])

    async def tell(_: web.Request) -> web.Response:
        return web.Response(body=held.told(), content_type="application/json")

    async def take(request: web.Request) -> web.Response:
        try:
            held.take(await request.read())
        except FaultsRefusedError as problem:
            raise web.HTTPBadRequest(text=f"{problem}\n") from problem
        return await tell(request)

    app.router.add_get(PATH, tell)
    app.router.add_post(PATH, take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@web.middleware
async def _only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page in a browser of this machine reaches loopback too, by another name or from another origin."""
    if reason := foreign(request.headers):
        raise web.HTTPForbidden(text=f"Refused: {reason}\n")
    return await handler(request)
