"""Serving an aiohttp application on 127.0.0.1 inside a test's own event loop.

from local_azure.testing import serving

async def test_an_alert_is_posted():
    app = web.Application()
    app.router.add_post("/alerts", take_alert)
    async with serving(app) as url:
        await alert(f"{url}/alerts")
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application) -> AsyncGenerator[str]:
    """Its address, without a slash at the end. The server does not wait for clients that still send when it ends."""
    runner = web.AppRunner(app, lingering_time=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
