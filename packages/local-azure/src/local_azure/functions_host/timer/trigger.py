"""Runs one timer function: at its times by Azure's clock, at start if asked, and at once if a run was missed.

Runs of a function never overlap. Source: the timer trigger's documentation and the extension's `TimerListener`.
"""

import asyncio
import contextlib
import logging
from datetime import datetime
from pathlib import Path

import msgspec
from azure.functions.timer import TimerRequest

from local_azure.core.clock import Clock
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.invoker import HostStoppingError
from local_azure.functions_host.settings import expand
from local_azure.functions_host.timer.schedule import Schedule
from local_azure.functions_host.timer.status import NEVER, ScheduleStatus, StatusFile

_LOG = logging.getLogger(__name__)


class TimerTrigger:
    """The schedule of one function."""

    def __init__(self, caller: Caller, state: Path, clock: Clock) -> None:
        """Raises ValueError or MissingSettingError if the schedule cannot be used."""
        function = caller.function
        properties = function.trigger.properties
        self.function = function
        self._caller = caller
        self._clock = clock
        self._schedule = Schedule.parse(expand(function.trigger.text("schedule")))
        for warning in self._schedule.warnings:
            _LOG.warning("function %s: its schedule: %s", function.name, warning)
        self._run_on_startup = bool(properties.get("runOnStartup"))
        monitored = properties.get("useMonitor") is not False and self._schedule.is_worth_monitoring(clock.now())
        self._file = StatusFile(state, function.name) if monitored else None
        self._one_at_a_time = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._status: ScheduleStatus | None = None

    async def run(self) -> None:
        """Run the function at its times until cancelled."""
        now = self._clock.now()
        due = self._first_due(now)
        if due <= now:
            _LOG.info("%s missed its run of %s; running it now", self.function.name, due)
            await self.fire(past_due=True)
        elif self._run_on_startup:
            await self.fire(past_due=False)
        while not self._stopping.is_set():
            # A run that took longer than the interval is followed by the next at once, as on Azure.
            if not await self._waited_until(self._next):
                return
            await self.fire(past_due=False, planned=self._next)

    async def stop(self) -> None:
        """Start no more runs and wait for the one that runs."""
        self._stopping.set()
        async with self._one_at_a_time:
            return

    async def _waited_until(self, moment: datetime) -> bool:
        """True if the moment has come before the host stops."""
        waiting = asyncio.create_task(self._clock.sleep_until(moment.timestamp()))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            stopping.cancel()
        return not self._stopping.is_set()

    async def fire(self, *, past_due: bool = False, planned: datetime | None = None) -> None:
        """Run the function now and reckon its next time from the start of this run."""
        async with self._one_at_a_time:
            now = self._clock.now()
            started = max(now, planned or now)  # the clock's rounding must not make one time occur twice
            with contextlib.suppress(HostStoppingError):  # then this run is made up for at the next start
                await self._caller.succeeds(lambda: self._request(past_due=past_due))
                self._remember(started, self._schedule.next_after(started))

    def _first_due(self, now: datetime) -> datetime:
        kept = self._file.read() if self._file else None
        self._status = kept
        if kept is None:
            self._remember(NEVER, self._schedule.next_after(now))
        elif (
            expected := self._schedule.next_after(kept.last if kept.last > NEVER else kept.last_updated)
        ) != kept.next:
            # The schedule was edited since: what counts is when the new one would have run.
            self._remember(kept.last, expected)
        return self._next

    @property
    def _next(self) -> datetime:
        return self._status.next if self._status else self._clock.now()

    def _remember(self, last: datetime, following: datetime) -> None:
        self._status = ScheduleStatus(last, following, self._clock.now())
        if self._file:
            self._file.write(self._status)

    def _request(self, *, past_due: bool) -> TimerRequest:
        status = msgspec.to_builtins(self._status) if self._file and self._status else None
        return TimerRequest(past_due=past_due, schedule_status=status, schedule={"AdjustForDST": True})
