"""A part that cannot start."""

import asyncio

from local_azure.core.process import CannotStartError, arguments, run


async def serve(stop: asyncio.Event) -> None:
    raise CannotStartError("the moon is in the wrong quarter")


arguments("refuses", "A part for tests.").parse_args()
run("refuses", "INFO", serve)
