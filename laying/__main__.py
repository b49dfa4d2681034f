"""`python -m laying EVENTS --settings FILE`: lay a file of events into the archives that a stack of this machine runs.

EVENTS has one JSON per line, `enqueued_time` and `body`, as `detective world` writes it. Prints what was laid as JSON.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import msgspec

from fraud.replay.arrivals import Arrival, Skipped, read_arrivals
from laying.lay import Laid, lay
from services import names
from services.clients import close_clients
from services.connections import is_of_this_machine


class _Settings(msgspec.Struct, frozen=True):
    Values: dict[str, str]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="laying", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", type=Path, metavar="EVENTS")
    parser.add_argument("--settings", type=Path, required=True, metavar="FILE", help="the settings of a running stack")
    options = parser.parse_args()
    values = msgspec.json.decode(options.settings.read_bytes(), type=_Settings).Values
    for name in (names.WAREHOUSE, names.COSMOS):
        if not is_of_this_machine(values.get(name, "")):
            sys.exit(f"{name} in {options.settings} does not lead to this machine: a past is laid nowhere else")
    os.environ.update(values)
    skipped = Skipped()
    with options.events.open("rb") as lines:
        arrivals = sorted(read_arrivals(lines, skipped), key=lambda arrival: arrival.enqueued)
    if skipped.count or not arrivals:
        sys.exit(f"{options.events} is not a file of events: {'; '.join(skipped.first) or 'it is empty'}")
    laid = asyncio.run(_lay(arrivals))
    sys.stdout.write(msgspec.json.encode(laid).decode() + "\n")


async def _lay(arrivals: list[Arrival]) -> Laid:
    try:
        return await lay(arrivals)
    finally:
        await close_clients()


if __name__ == "__main__":
    main()
