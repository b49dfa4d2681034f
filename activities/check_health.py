"""Ask every service that the app depends on whether it answers, and the pipeline whether it moves."""
# pyright: reportUnknownMemberType=false
# The SDKs answer with untyped properties, which are not looked at.

import asyncio
import time
from collections.abc import Awaitable, Callable

from activities.recent import RecentAnswer
from activities.watching.watch_pipeline import check_pipeline
from fraud.watching.checks import Check
from fraud.watching.health import DependencyHealth, Health
from services import blobs, cosmos, event_hub, names, service_bus
from services.concurrency import first_of

CHECK_SECONDS = 5.0
RECENT_SECONDS = 3.0


async def recent_health() -> Health:
    """The health of this process's services, at most RECENT_SECONDS old. Never raises."""
    return await _recent.get()


async def check_health() -> Health:
    """Ask all services at once, and look at the pipeline, each with a time limit of CHECK_SECONDS. Never raises."""
    pipeline, answers = await asyncio.gather(
        _check_pipeline(), asyncio.gather(*(_check(ask) for ask in _CHECKS.values()))
    )
    dependencies = dict(zip(_CHECKS, answers, strict=True))
    failed = any(answer.status == "failed" for answer in answers)
    if isinstance(pipeline, str):
        return Health("failed", dependencies, problem=pipeline)
    if failed or any(check.state == "standing" for check in pipeline):
        return Health("failed", dependencies, pipeline)
    return Health("ok" if all(check.is_ok for check in pipeline) else "degraded", dependencies, pipeline)


async def _check_pipeline() -> list[Check] | str:
    """Every check, or the reason why the pipeline could not be looked at."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check_pipeline()
    except TimeoutError:
        return f"no look at the pipeline within {CHECK_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - as with a service, the failure is the answer
        cause = first_of(error)
        return f"{type(cause).__name__}: {_first_line(str(cause))}"


async def _check(ask: Callable[[], Awaitable[str | None]]) -> DependencyHealth:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            detail = await ask()
    except TimeoutError:
        return DependencyHealth("failed", _since(started), f"no answer within {CHECK_SECONDS:g} s")
    except Exception as error:  # noqa: BLE001 - whatever a service fails with is the answer to the question
        return DependencyHealth("failed", _since(started), f"{type(error).__name__}: {_first_line(str(error))}")
    return DependencyHealth("ok", _since(started), detail)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1_000, 1)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]


async def _jobs_storage() -> None:
    await (await blobs.workflow_data()).get_container_properties()


async def _warehouse() -> None:
    await (await blobs.warehouse(names.FRAUD_EVENTS)).get_container_properties()


async def _event_hubs() -> None:
    await event_hub.ask()


async def _service_bus() -> str | None:
    return (
        "the dead-letter queue holds messages" if (await service_bus.look_at_queue(dead_letters=True)).count else None
    )


async def _cosmos() -> None:
    await (await cosmos.events()).read()


_CHECKS: dict[str, Callable[[], Awaitable[str | None]]] = {
    names.JOBS_STORAGE: _jobs_storage,
    names.WAREHOUSE: _warehouse,
    names.EVENT_HUBS: _event_hubs,
    names.SERVICE_BUS: _service_bus,
    names.COSMOS: _cosmos,
}

_recent = RecentAnswer(check_health, seconds=RECENT_SECONDS, patience=CHECK_SECONDS)
