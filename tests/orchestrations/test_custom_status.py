"""The custom status of a workflow stays within 16 KB of UTF-16, above which Microsoft's extension ends the instance.

The local engine ends it too, in the extension's words.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec
import pytest

from fraud.reanalysis.messages import Reanalysis, ReanalysisState, WindowAgain
from fraud.reanalysis.trial import EXAMPLES, MOST_RULES, TrialState, Tried, TriedExample
from local_azure.testing import RunningHub
from tests.fraud.builders import ENQUEUED
from tests.orchestrations.fake_activities import FakeActivities

MOST_BYTES = 16 * 1024
WIDE = "\u2028"
"""Six characters of JSON, where it is escaped."""
ORDER = Reanalysis(
    id="try-20260102T101000Z-1f3a5c7e",
    start=ENQUEUED,
    end=ENQUEUED,
    rules="context@edd8e47d5da1",
    who=WIDE * 100,
    why=WIDE * 500,
    store=WIDE * 255,
    window="w" * 200,
    confirm=6,
)
"""As large as the API takes it."""


class ManyRules(FakeActivities):
    """Windows in whose trial as many rules speak as are counted."""

    async def try_window(self, again: WindowAgain) -> Tried:
        rules = {f"{number:0>40}": 1 for number in range(MOST_RULES)}
        example = TriedExample(
            id="e" * 200,
            case_id="w" * 200,
            window_end=ENQUEUED,
            before="low 1",
            after="high 9",
            by=8,
            rules=tuple(rules)[:10],
        )
        return Tried(verdicts=3, rules_before=rules, rules_after=rules, examples=(example,) * EXAMPLES)


def size(value: Any) -> int:
    """The bytes that the extension counts."""
    return len(json.dumps(value, separators=(",", ":")).encode("utf-16-le"))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    app, steps = df.DFApp(), ManyRules()
    steps.windows = ["v" * 300, "w" * 300]
    steps.register(app)
    running = RunningHub(tmp_path / "hub.db", app)
    yield running
    await running.stop()


async def test_a_trial_tells_less_than_it_holds(hub: RunningHub):
    status = await hub.run("try_rules", msgspec.to_builtins(TrialState(order=ORDER)))

    assert (status["runtimeStatus"], status["customStatus"]["verdicts"]) == ("Completed", 6)
    assert size(status["customStatus"]) < MOST_BYTES < size(status["output"])


async def test_a_re_analysis_of_the_largest_order_tells_all_of_it(hub: RunningHub):
    order = msgspec.structs.replace(ORDER, confirm=None)
    status = await hub.run("reanalyze", msgspec.to_builtins(ReanalysisState(order=order)))

    assert status["runtimeStatus"] == "Completed"
    assert size(status["customStatus"]) < MOST_BYTES
    assert status["customStatus"]["order"]["why"] == ORDER.why
