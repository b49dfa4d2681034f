"""Random archives with planted faults of every class: the report names exactly the planted ones."""

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.reporting.report import Report
from tests.reconciliation.faults import FAULTS, Planted, build
from tests.reconciliation.planted import in_range, is_row_in_range

SEEDS = st.integers(0, 2**32)


def named(report: Report) -> dict[str, set[str]]:
    """The ids of each class; a malformed body by its place."""
    return {
        of_class.name: {
            difference.event_id or f"p{(difference.partition or '').rpartition('/')[2]}-{difference.sequence_number}"
            for difference in of_class.examples
        }
        for of_class in report.differences
    }


@given(SEEDS, st.sampled_from(("null", "deflate")), st.sampled_from((0, 2)))
@settings(max_examples=20)
def test_a_world_without_faults_balances(seed: int, codec: str, bits: int):
    world = build(Random(seed), 60, codec)

    report = world.reconcile(bits)

    assert report.balanced, report.sentence
    assert report.accounts.captured == report.accounts.archived + report.accounts.quarantined
    assert report.accounts.expected == report.accounts.suspicious == report.accounts.analysed
    assert report.accounts.events == report.accounts.captured + report.accounts.resent


@given(SEEDS, st.sampled_from((0, 2)))
@settings(max_examples=20)
def test_arrivals_of_which_only_the_second_is_known_balance_in_either_window(seed: int, bits: int):
    world = build(Random(seed), 80, "null", exact=False)

    report = world.reconcile(bits)

    assert report.balanced, report.sentence
    assert named(report).keys() <= {"ambiguous"}
    on_an_edge = {e.id for e in world.events if e.flagged and not e.exact and e.enqueued // 1000 % 300 == 0}
    assert named(report).get("ambiguous", set()) <= on_an_edge
    inner = {e.id for e in world.events if e.id in on_an_edge and not e.exact and in_range(e)}
    once = {name for name in inner if sum(e.id == name for e in world.events) == 1}
    assert named(report).get("ambiguous", set()) >= once


@given(
    SEEDS,
    st.lists(st.sampled_from(FAULTS), min_size=1, max_size=8),
    st.sampled_from(("null", "deflate")),
    st.sampled_from((0, 3)),
)
@settings(max_examples=70)
def test_the_report_names_exactly_what_was_planted(
    seed: int, faults: list[Callable[[Planted], None]], codec: str, bits: int
):
    random = Random(seed)
    planted = Planted(build(random, 80, codec), random)
    for fault in faults:
        fault(planted)

    report = planted.world.reconcile(bits)

    assert named(report) == {name: ids for name, ids in planted.expected.items() if ids}
    assert {of_class.name: of_class.count for of_class in report.differences} == {
        of_class.name: len(of_class.examples) for of_class in report.differences
    }
    assert report.accounts.archive_gaps == planted.lost_numbers()
    assert report.accounts.unreadable == planted.unreadable
    assert report.accounts.reread == planted.reread
    assert report.accounts.windows == sum(map(is_row_in_range, planted.world.suspicious))
    is_whole = not planted.lost_numbers() and not planted.unreadable
    assert report.balanced == (is_whole and not named(report))
