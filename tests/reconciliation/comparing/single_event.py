"""Worlds around one flagged event, for the tests of what is said of it."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from reconciliation.ranges import milliseconds
from reconciliation.reporting.report import Report
from tests.reconciliation.outputs import suspicious_row, verdict
from tests.reconciliation.world import RANGE, START, Event, World, event

FIRST = RANGE.first_window
EDGE = milliseconds(START + timedelta(minutes=30))
"""A window ends here."""
BEFORE, AFTER = FIRST + 5, FIRST + 6
"""The window that ends at the edge, and the next."""


def flagged(moment: int, *, exact: bool = True) -> Event:
    return replace(event(Random(1), moment, flagged=True), exact=exact)


def neighbours() -> list[Event]:
    """Events that keep every partition's blobs from being empty."""
    return [event(Random(n), START + timedelta(minutes=n), partition=n % 2) for n in range(-5, 66, 5)]


def world_of(*events: Event) -> World:
    return World.of([*events, *neighbours()])


def seen_in(world: World, sale: Event, *windows: int) -> Report:
    """The report if the job and the analysis saw the event in these windows."""
    world.suspicious = [suspicious_row(window, sale.store, [sale.id]) for window in windows]
    world.verdicts = [verdict(window, sale.store, sale.id, body=sale.body) for window in windows]
    return world.reconcile()
