"""The time and the place that the archive stamps on a document are those that Capture has."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from reconciliation.reading.rows import NO_STREAM
from reconciliation.reporting.html import to_html
from reconciliation.reporting.markdown import to_markdown
from reconciliation.reporting.report import Report
from tests.reconciliation.comparing.single_event import BEFORE, EDGE, flagged, world_of
from tests.reconciliation.world import RANGE, Document, Event, World

SALE = flagged(EDGE)


def with_documents(world: World, sale: Event, *documents: Document) -> Report:
    """The report on a world in which these are the documents of a sale."""
    world.documents = [document for document in world.documents if document.id != sale.id] + [*documents]
    return world.reconcile()


def stamped(sale: Event, *, window: int | None = None, place: tuple[int, int] | None = None) -> Document:
    own = (sale.partition, sale.sequence)
    return Document(sale.id, sale.store, sale.window if window is None else window, sale.body, place or own)


def fields_of(report: Report) -> Sequence[str]:
    (of_class,) = report.differences
    assert (of_class.name, of_class.count) == ("differs_in_cosmos", 1)
    return of_class.examples[0].fields


def test_a_document_with_the_stamps_of_its_event_is_right():
    world = world_of(SALE)

    assert with_documents(world, SALE, stamped(SALE)).balanced


@pytest.mark.parametrize("window", [BEFORE - 1, BEFORE + 1, RANGE.last_window + 2, RANGE.first_window - 2])
def test_a_document_that_says_that_it_came_in_another_window_is_named_with_the_field(window: int):
    report = with_documents(world_of(SALE), SALE, stamped(SALE, window=window))

    assert fields_of(report) == ("enqueued_time",)


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ((0, 5), ("sequence_number",)),
        ((0, -1), ("sequence_number",)),
        ((0, 99_999), ("sequence_number",)),
        ((1, 2), ("partition",)),
        ((NO_STREAM, 2), ("partition",)),
    ],
)
def test_a_document_of_another_place_is_named_with_the_field(place: tuple[int, int], fields: tuple[str, ...]):
    world = world_of(replace(SALE, partition=0))
    (sale,) = [event for event in world.events if event.id == SALE.id]
    place = (place[0], sale.sequence if place[1] == 2 else place[1])

    assert fields_of(with_documents(world, sale, stamped(sale, place=place))) == fields


def test_the_first_arrival_of_an_event_that_was_sent_again_is_the_one_that_counts():
    again = replace(SALE, enqueued=EDGE + 1, partition=1)
    world = world_of(SALE, again)
    first, second = (event for event in world.events if event.id == SALE.id)

    assert with_documents(world, first, stamped(first)).balanced
    assert fields_of(with_documents(world, first, stamped(first, place=(1, second.sequence)))) == ("enqueued_time",)


def test_a_report_says_in_each_form_which_stamp_differs():
    report = with_documents(world_of(SALE), SALE, stamped(SALE, window=BEFORE + 1))

    assert '"fields":["enqueued_time"]' in msgspec.json.encode(report).decode()
    assert "in `enqueued_time`" in to_markdown(report)
    assert "enqueued_time" in to_html(report)
