"""A hostile producer against the whole chain: no fraud passes unseen, no planted fault stays unnamed.

A day holds many sequences, each in ten minutes of its own, so that one reconciliation accounts for all of them.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from local_azure.testing import Clock
from orchestrations import analyze_window
from services.clients import close_clients
from services.settings import settings as app_settings
from tests.support.parts import azure
from tests.trust.day import PARTITIONS, WINDOW, Day, Occurrence
from tests.trust.oracle import BY_PLACE, Fault, complaints
from tests.trust.planted import FAULTS
from tests.trust.producer import KINDS, make

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

SEQUENCES_OF_A_DAY = 25
STEPS_OF_A_SEQUENCE = 8
FIRST_DAY = datetime(2026, 3, 5, tzinfo=UTC)


class Harness:
    """The services and the event loop of all days; `days` counts them, so that each has a date of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.days = self.sequences = self.events = self.faults = 0
        self.numbers = [0] * PARTITIONS


class HostileDay(RuleBasedStateMachine):
    """The steps of a day; the account of it is judged at its end."""

    harness: Harness
    faults: tuple[str, ...]

    def __init__(self) -> None:
        super().__init__()
        self.harness.days += 1
        self.name = f"d{self.harness.days}"
        start = FIRST_DAY + timedelta(days=self.harness.days)
        self.day = Day(start, 2 * SEQUENCES_OF_A_DAY, self.harness.numbers)
        self.sequence = self.steps = 0
        self.last: Occurrence | None = None
        self.planted: list[tuple[str, Occurrence]] = []
        self.now = self.day.start

    def _arrive(self, sent: Any, *, is_late: bool = False) -> bool:
        """Let a body arrive; False if the day is full."""
        if self.steps == STEPS_OF_A_SEQUENCE:
            if self.sequence == SEQUENCES_OF_A_DAY - 1:
                return False
            self.sequence, self.steps = self.sequence + 1, 0
        begin = self.day.start + self.sequence * 2 * WINDOW
        self.now = max(self.now, begin) + timedelta(seconds=1)
        self.last = self.day.arrive(sent, self.now, is_late=is_late)
        self.steps += 1
        return True

    @rule(kind=st.sampled_from(KINDS), pick=st.integers(0, 79))
    def send(self, kind: str, pick: int) -> None:
        """Send a body under one of four ids of this sequence, or one of the whole day."""
        name, store, late = pick % 4, 1 + pick // 4 % 2, pick // 8  # few draws: a day holds many steps
        event_id = f"{self.name}-{name}" if name == 0 else f"{self.name}-{self.sequence}-{name}"
        self._arrive(make(kind, event_id, store, self.steps), is_late=late == 0)

    @precondition(lambda self: self.last is not None)
    @rule()
    def send_again(self) -> None:
        """Send the same bytes once more, as a producer may whose answer was lost."""
        assert self.last is not None
        self._arrive(self.last.sent)

    @rule()
    def wait_for_the_next_window(self) -> None:
        """What follows belongs to the second window of this sequence."""
        self.now = max(self.now, self.day.start + (2 * self.sequence + 1) * WINDOW)

    @rule(fault=st.integers(0, 42))
    def send_what_somebody_will_touch(self, fault: int) -> None:
        """Send a fraud in order, to which a fault will be done after the analysis."""
        name = self.faults[fault] if fault < len(self.faults) else ""
        kind = "long id" if name.startswith(BY_PLACE) else "fraud"
        arrived = self._arrive(make(kind, f"{self.name}-victim-{len(self.day.occurrences)}", 1, 0))
        if arrived and self.last and name:
            self.planted.append((name, self.last))
            self.last = None

    def teardown(self) -> None:
        """Process and reconcile the day; it can be trusted or this fails."""
        if self.day.occurrences:
            wrong = self.harness.loop.run_until_complete(self._account())
            self.harness.sequences += self.sequence + 1
            self.harness.events += len(self.day.occurrences)
            self.harness.faults += len(self.planted)
            assert not wrong, "\n".join(wrong[:20])

    async def _account(self) -> list[str]:
        await self.day.process()
        faults = [Fault(name, victim) for name, victim in self.planted if await FAULTS[name](self.day, victim)]
        return complaints(self.day.occurrences, faults, await self.day.reconcile())


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """Blob and Cosmos, and the app's clients of them. Two look-ups do: what is late comes at the first timer."""
    made = Harness()
    logging.getLogger().setLevel(logging.ERROR)
    with azure(tmp_path_factory.mktemp("trust"), Clock()) as theirs, pytest.MonkeyPatch.context() as patch:
        for name, value in theirs.items():
            patch.setitem(os.environ, name, value)
        # By an event alone, which is what the oracle knows; with RULE_SET=context it leaves bands out.
        patch.setitem(os.environ, "RULE_SET", os.environ.get("RULE_SET", "seed"))
        patch.setitem(os.environ, "FUNCTIONS_WORKER_PROCESS_COUNT", "64")  # every step in this process
        patch.setattr(analyze_window, "LOOKUPS", 2)
        app_settings.cache_clear()
        yield made
        made.loop.run_until_complete(close_clients())
        made.loop.close()
    app_settings.cache_clear()


def run_days(harness: Harness, days: int, faults: tuple[str, ...]) -> None:
    """Run so many hostile days."""
    machine = type("Machine", (HostileDay,), {"harness": harness, "faults": faults})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=days,
            stateful_step_count=SEQUENCES_OF_A_DAY * (STEPS_OF_A_SEQUENCE + 2),
            deadline=None,
            phases=(Phase.generate,),  # a day takes seconds: to shrink one would take an hour
            suppress_health_check=(
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
                HealthCheck.large_base_example,
            ),
            database=None,
        ),
    )


def live_a_day(harness: Harness, random: Random, faults: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    """A day whose steps a seed chooses, with all its sequences: for faults that are there to be found."""
    machine_class = type("Machine", (HostileDay,), {"harness": harness, "faults": faults})
    machine: HostileDay = machine_class()
    while machine.sequence < SEQUENCES_OF_A_DAY - 1 or machine.steps < STEPS_OF_A_SEQUENCE:
        chance = random.random()
        if chance < 0.1:
            machine.wait_for_the_next_window()
        elif chance < 0.2:
            machine.send_what_somebody_will_touch(fault=random.randrange(43))
        elif chance < 0.3 and machine.last is not None:
            machine.send_again()
        else:
            machine.send(kind=random.choice(kinds), pick=random.randrange(80))
    machine.teardown()


def watch_days(harness: Harness, days: int) -> None:
    """Run so many days with every fault, and say how much that was."""
    before = harness.sequences
    run_days(harness, days, tuple(sorted(FAULTS)))
    print(
        f"{days} days, {harness.sequences - before} sequences, {harness.events} events, {harness.faults} faults planted"
    )


@pytest.mark.proof
@pytest.mark.long
def test_no_fraud_passes_and_no_fault_stays_unnamed(harness: Harness):
    # Some days are small, or too large for hypothesis to make.
    watch_days(harness, int(os.environ.get("TRUST_DAYS", "4")))
    assert harness.sequences > SEQUENCES_OF_A_DAY / 2


@pytest.mark.proof
@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_no_fraud_passes_in_two_thousand_sequences(harness: Harness):
    before = harness.sequences
    while harness.sequences - before < 2_000:
        watch_days(harness, 10)
