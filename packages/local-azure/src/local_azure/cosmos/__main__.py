"""`python -m local_azure.cosmos --state DIR`: Cosmos DB for NoSQL on 127.0.0.1."""

import argparse
import asyncio
from pathlib import Path

import msgspec

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.core.faults import Held
from local_azure.core.process import LOOPBACK, CannotStartError, announce_ready, arguments, run
from local_azure.cosmos.authorization import AccountKey
from local_azure.cosmos.bootstrap import read_bootstrap
from local_azure.cosmos.control import Control
from local_azure.cosmos.endpoint import Endpoint
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.service import Service

DEFAULT_PORT = 8081


def main() -> None:
    """Read the options and serve until a signal comes."""
    parser = arguments("local_azure.cosmos", "Cosmos DB for NoSQL on this machine, for the unmodified SDKs.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="N", help="0 takes a free one")
    parser.add_argument("--account-key", default=COSMOS_KEY, metavar="KEY", help="base64; default: the emulator's")
    parser.add_argument("--bootstrap", type=Path, metavar="FILE", help="databases and containers to create if absent")
    parser.add_argument("--throttle-rate", type=float, default=0.0, metavar="SHARE", help="answer this share with 429")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="MS", help="delay every document operation")
    parser.add_argument(
        "--enforce-throughput", action="store_true", help="answer 429 once a container has spent its RU/s"
    )
    options = parser.parse_args()
    run("cosmos", options.log_level, lambda stop: _serve(options, stop))


async def _serve(options: argparse.Namespace, stop: asyncio.Event) -> None:
    asked = {"throttle_rate": options.throttle_rate, "latency_ms": options.latency_ms}
    try:
        faults = Held(msgspec.convert(asked, Faults))
        key = AccountKey(options.account_key)
    except ValueError as problem:
        raise CannotStartError(str(problem)) from problem
    bootstrap = None if options.bootstrap is None else read_bootstrap(options.bootstrap)
    service = Service(options.state, Clock.from_environment(), key, faults, enforced=options.enforce_throughput)
    try:
        await service.prepare(bootstrap)
        endpoint = Endpoint(service.answer, Control(faults, service.charges).answer)
        port = await endpoint.listen(LOOPBACK, options.port)
        announce_ready("cosmos", f"http://{LOOPBACK}:{port}/")
        await stop.wait()
        await endpoint.close()
    finally:
        service.close()


if __name__ == "__main__":
    main()
