"""Evidence: named by what it says, found by content and by name, and refused if it is damaged."""

import gzip
import tracemalloc
from collections.abc import Callable
from datetime import date

import pytest

from fraud import evidence
from fraud.evidence import DamagedEvidenceError, Evidence, EvidencePart, KeptRates, Snapshot, packed, unpacked
from fraud.profiles.day_rates import DayRates
from fraud.rules.rates import Rates
from fraud.rules.shipped import shipped

DAY = date(2026, 1, 1)
ENTRY = Evidence("a", "0" * 32, True, {"event.price": 1.5, "event.qty": 2, "customer.known": False, "event.sku": "7"})
PART = EvidencePart(profile_day=DAY, rates={"context": KeptRates(3.5, (("RULE", 1, 2.0),))}, entries=(ENTRY,))
NO_PART = gzip.compress(b"{}", mtime=0)
"""The same whenever it is made: tests are named by it."""
BELOW_ZERO = [
    packed(EvidencePart(profile_day=DAY, rates={"context": rates}, entries=(ENTRY,)))
    for rates in (KeptRates(-200), KeptRates(200, (("RULE", 1, -1.0),)))
]
NESTED = gzip.compress(b'{"more":' * 5_000 + b"1" + b"}" * 5_000, mtime=0)


def test_a_part_is_read_as_it_was_written_and_the_same_part_has_the_same_bytes():
    assert unpacked(packed(PART)) == PART
    assert packed(unpacked(packed(PART))) == packed(PART)


@pytest.mark.parametrize(
    "data", [b"", b"nothing", packed(PART)[:-9], packed(PART)[:-1] + b"\1", NO_PART, NESTED, *BELOW_ZERO]
)
def test_a_damaged_part_is_refused(data: bytes):
    with pytest.raises(DamagedEvidenceError):
        unpacked(data)


def test_a_part_that_is_larger_than_any_is_refused_before_it_is_in_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evidence, "MOST_BYTES", 1024 * 1024)
    large = gzip.compress(b" " * (64 * 1024 * 1024) + b"{}", compresslevel=1)
    tracemalloc.start()

    with pytest.raises(DamagedEvidenceError):
        unpacked(large)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_its_name_changes_with_all_of_it_and_with_the_day_of_the_profiles():
    other = Evidence("a", "0" * 32, True, {**ENTRY.facts, "event.qty": 3})
    came_late = Evidence("a", "0" * 32, False, ENTRY.facts)

    assert len({ENTRY.digest(DAY), ENTRY.digest(None), other.digest(DAY), came_late.digest(DAY)}) == 4
    assert Evidence("a", "0" * 32, True, dict(reversed(ENTRY.facts.items()))).digest(DAY) == ENTRY.digest(DAY)


def test_the_latest_part_counts_and_earlier_evidence_is_found_by_its_name():
    later = Evidence("a", "0" * 32, True, {**ENTRY.facts, "id.contents": 2})
    snapshot = Snapshot([PART, EvidencePart(profile_day=DAY, rates={}, entries=(later,))])

    assert snapshot.of("a", "0" * 32) == later
    assert snapshot.named(ENTRY.digest(DAY)) == (ENTRY, PART)
    assert snapshot.named("f" * 32) is None


def test_a_verdict_of_an_earlier_version_finds_its_evidence_and_no_other_is_found_by_that_name():
    snapshot = Snapshot([PART])

    assert snapshot.named(ENTRY.former_digest(DAY)) == (ENTRY, PART)
    assert snapshot.named(Evidence("a", "0" * 32, False, ENTRY.facts).digest(DAY)) is None


@pytest.mark.parametrize("name", [Evidence.digest, Evidence.former_digest])
def test_rates_count_what_a_verdict_of_this_version_or_of_an_earlier_one_names(
    name: Callable[[Evidence, date | None], str],
):
    entries = tuple(Evidence(str(number), "0" * 32, True, {"profiles.days": 9}) for number in range(3))
    rates = DayRates(shipped())

    rates.add([EvidencePart(profile_day=DAY, rates={}, entries=entries)], {name(entry, DAY) for entry in entries[1:]})

    assert rates.after({})["context"].asked == 2


def test_rates_are_kept_whatever_their_order():
    rates = Rates(4.0, {("B", 0): 1.0, ("A", 1): 2.0})

    assert KeptRates.of(rates).rates == rates
    assert KeptRates.of(rates).reached == (("A", 1, 2.0), ("B", 0, 1.0))
