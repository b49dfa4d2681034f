"""An order: a plan that this machine sends, with everything chosen, kept in the folder of its name."""

import secrets
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import msgspec

from cli.app_client import AppError
from cli.campaign_tapes import Pages
from fraud.campaigns import is_name
from fraud.load.plan import CampaignPlan
from fraud.load.portions import PORTION_BYTES
from fraud.load.shapes import Constant

_FILE = "order.json"
_TICK = "1s"


class SendingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to send. `run_id` is a property of every event; the events follow from plan, seed and `started`.

    Each tick is shared among the workers by its events' indices, so their number belongs to the order. A worker's
    journal counts portions, so how they are cut does too.
    """

    run_id: str
    seed: int
    started: datetime
    workers: int
    plan: CampaignPlan
    portion_bytes: int = 0
    """The size of a portion; 0 in an order that an earlier version has begun, which cut them by number alone."""


def plan_of_rate(rate: float, count: int) -> CampaignPlan:
    """The plan that sends `count` events evenly, `rate` of them in a second."""
    # Lengths have three decimals: the rate gives way by less than a thousandth, so that the count is exact.
    seconds = max(1, ceil(round(count / rate * 1_000, 6))) / 1_000
    stage = Constant(length=f"{seconds:g}s" if seconds < 1_000 else f"{seconds:.3f}s", rate=count / seconds)
    return CampaignPlan(tick=_TICK, stages=[stage])


def taken(folder: Path, plan: CampaignPlan, workers: int, tapes: dict[str, Pages]) -> SendingOrder:
    """The order in a folder, which is made if absent: a plan without a seed gets one.

    Raises AppError if the folder has the order of another plan, or of another number of workers.
    """
    name = folder.name
    if not is_name(name):
        raise AppError(f"{name[:100]} is not a name: it must be 1 to 63 of a-z, 0-9 and -, not - at either end")
    file = folder / _FILE
    if file.exists():
        order = read_order(folder)
        if order.plan != plan:
            raise AppError(f"{name} was begun with another plan; choose another --name")
        if order.workers != workers:
            raise AppError(f"{name} was begun with --workers {order.workers}; say so again, or choose another --name")
        return order
    seed = secrets.randbits(31) if plan.seed is None else plan.seed
    order = SendingOrder(
        run_id=f"send-{name}",
        seed=seed,
        started=datetime.now(UTC),
        workers=workers,
        plan=plan,
        portion_bytes=PORTION_BYTES,
    )
    for tape, pages in tapes.items():
        _page(folder, tape, 0).parent.mkdir(parents=True, exist_ok=True)
        for number, bodies in enumerate(pages):
            if bodies:
                _page(folder, tape, number).write_bytes(msgspec.json.encode(bodies))
    folder.mkdir(parents=True, exist_ok=True)
    # At last, and whole: an order that is there has all its pages.
    unfinished = file.with_suffix(".new")
    unfinished.write_bytes(msgspec.json.encode(order))
    unfinished.replace(file)
    return order


def read_order(folder: Path) -> SendingOrder:
    """The order in a folder. Raises AppError if it cannot be read."""
    file = folder / _FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=SendingOrder)
    except (OSError, msgspec.DecodeError) as error:
        raise AppError(f"{file} cannot be read: {error}; choose another --name") from error


def read_page(folder: Path, tape: str, number: int) -> list[bytes]:
    """The bodies of a tick of a tape."""
    return msgspec.json.decode(_page(folder, tape, number).read_bytes(), type=list[bytes])


def _page(folder: Path, tape: str, number: int) -> Path:
    return folder / "tapes" / tape / f"{number:05}.json"
