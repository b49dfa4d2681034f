"""A report for the tests of its pages."""

from dataclasses import replace
from random import Random

import msgspec
import pytest

from reconciliation.comparing.ground_truth import CampaignAccount
from reconciliation.reporting.links import Places
from reconciliation.reporting.report import Report
from tests.reconciliation.faults import FAULTS, Planted, alert_altered, alert_deleted, build
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.planted import in_range
from tests.reconciliation.world import RANGE, World

HOSTILE = "<script>alert(1)</script>`|\n# <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def report() -> Report:
    """A report with every kind of difference, and an id that is made to break a page."""
    events = build(Random(11), 400, "null").events
    harmless = next(e for e in events if e.id and not e.flagged and in_range(e))
    used_again = replace(harmless, body=harmless.body.replace(b'"discount": 60', b'"discount": 61'))
    planted = Planted(World.of([*events, used_again]), Random(11))
    planted.touched |= {id(e) for e in planted.world.events if e.id == harmless.id}
    # First what needs a window to itself.
    for fault in (alert_deleted, alert_altered, *FAULTS * 3):
        fault(planted)
    planted.world.suspicious.append(suspicious_row(RANGE.first_window, 1, [HOSTILE]))
    report = planted.world.reconcile()
    campaign = CampaignAccount(
        run_id="campaign-x", sent=300, lost=1, must_be_flagged=20, found=19, judged=19, correct=19, recall=0.95,
        precision=1.0,
    )  # fmt: skip
    places = Places(planted.world.blobs, [])
    classes = [msgspec.structs.replace(c, examples=[*map(places.locate, c.examples)]) for c in report.differences]
    return msgspec.structs.replace(report, differences=classes, campaigns=[campaign])
