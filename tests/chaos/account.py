"""The independent account of a campaign, from its journal alone, held against the report of the reconciliation."""

from typing import Any

import msgspec

from tests.chaos.load import Journal

_MOST_SHOWN = 10
_UNTIL_REPAIRED = ("missing_from_fraud", "verdict_differs")
"""Of ids used again: a content that reaches the archive minutes after another one under its id was judged, as
parts die, is judged by a repair. Before it, the report must say so of these ids, and of no other."""


class Expected(msgspec.Struct, frozen=True):
    """The numbers that the report must have, and the ids that it must name, by class."""

    well_formed: int
    malformed: int
    expected: int
    named: dict[str, set[str]]


def expected_of(journal: Journal) -> Expected:
    """The account of what was sent."""
    return Expected(
        well_formed=journal.well_formed(),
        malformed=journal.malformed(),
        expected=journal.frauds(),
        named={"id_reused": journal.reused()},
    )


def differences_from(expected: Expected, report: dict[str, Any], lists: list[bytes], *, is_repaired: bool) -> list[str]:
    """Where the report is not what was sent and done: nothing missing, nothing beside it."""
    accounts: dict[str, int] = report["accounts"]
    wrong: list[str] = []
    well_formed = accounts["captured"] - accounts["malformed"]
    for name, number, sent in (
        ("contents captured", well_formed, expected.well_formed),
        ("contents archived", accounts["archived"], expected.well_formed),
        ("contents to be flagged", accounts["expected"], expected.expected),
        ("malformed bodies quarantined", accounts["quarantined"], accounts["malformed"]),
    ):
        if number != sent:
            wrong.append(f"{name}: {number:,} by the report, {sent:,} by the journal")
    # A malformed body is counted as often as it was captured, which nobody knows whose answer was lost.
    if accounts["malformed"] < expected.malformed:
        wrong.append(
            f"malformed bodies: {accounts['malformed']:,} by the report, at least {expected.malformed:,} were sent"
        )
    named: dict[str, set[str]] = {}
    for text in lists:
        for line in msgspec.json.Decoder(dict[str, Any]).decode_lines(text):
            named.setdefault(line["name"], set()).add(line["difference"]["event_id"])
    for name in sorted(named.keys() | expected.named.keys()):
        reported, wanted = named.get(name, set()), expected.named.get(name, set())
        if name in _UNTIL_REPAIRED and not is_repaired:
            wanted = reported & expected.named["id_reused"]
        if missing := wanted - reported:
            wrong.append(f"{name} lacks {sorted(missing)[:_MOST_SHOWN]}, {len(missing)} in all")
        if beside := reported - wanted:
            wrong.append(f"{name} names {sorted(beside)[:_MOST_SHOWN]}, {len(beside)} in all")
    wrong += [f"gap {gap}" for gap in report["gaps"][:_MOST_SHOWN]]
    wrong += [f"unreadable {place}" for place in report["unreadable"][:_MOST_SHOWN]]
    unjudged = len(named.get("missing_from_fraud", ()))
    if accounts["analysed"] + unjudged < expected.expected:
        wrong.append(
            f"{accounts['analysed']:,} judged, {unjudged:,} named as not judged, of {expected.expected:,} frauds"
        )
    return wrong
