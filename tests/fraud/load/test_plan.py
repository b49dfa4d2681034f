"""Plans that cannot be run are refused with the field that is wrong; the schema for editors is that of the code."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fraud.load.plan import CampaignPlan, plan_schema, problems

CONSTANT: dict[str, Any] = {"shape": "constant", "rate": 10, "for": "1m"}
SCHEMA = Path(__file__).parents[3] / "campaigns" / "campaign.schema.json"


def plan_of(*stages: dict[str, Any], **fields: Any) -> CampaignPlan:
    return msgspec.convert({"stages": list(stages or [CONSTANT]), **fields}, CampaignPlan)


def test_the_schema_file_is_that_of_the_code():
    """`python -m fraud.load.plan > campaigns/campaign.schema.json` writes it anew."""
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(plan_schema()))


def test_a_plan_with_one_stage_is_enough():
    plan = plan_of()

    assert (plan.tick, plan.producers, plan.seed, plan.name) == ("5s", 1, None, None)
    assert problems(plan) == []


@pytest.mark.parametrize(
    ("plan", "field", "text"),
    [
        (plan_of(tick="500ms"), "tick", "from 1s to 300s"),
        (plan_of(tick="6m"), "tick", "from 1s to 300s"),
        (plan_of({**CONSTANT, "for": "0s"}), "stages[0].for", "longer than 0s"),
        (plan_of(CONSTANT, {"shape": "ramp", "from": 0, "to": 0, "for": "1m"}), "stages[1].to", "above 0"),
        (plan_of({"shape": "steps", "rates": [0, 0], "for": "1m"}), "stages[0].rates", "above 0"),
        (plan_of({"shape": "burst", "rate": 1, "every": "0s", "lasts": "1s", "for": "1m"}), "stages[0].every", "0s"),
        (plan_of({"shape": "burst", "rate": 1, "every": "5s", "lasts": "6s", "for": "1m"}), "stages[0].lasts", "5s"),
        (plan_of({"shape": "sine", "rate": 10, "swing": 10, "every": "5s", "for": "1m"}), "stages[0].swing", "9.5"),
        (plan_of({"shape": "sine", "rate": 10, "swing": 5, "every": "0s", "for": "1m"}), "stages[0].every", "0s"),
        (
            plan_of({"shape": "spike", "base": 1, "peak": 9, "at": "50s", "lasts": "20s", "for": "1m"}),
            "stages[0].lasts",
            "within the stage's 1m",
        ),
        (plan_of(mix={"discount": {"least": 60, "most": 50}}), "mix.discount.most", "at least `least`, 60"),
        (plan_of(mix={"doubled": 0.5, "reused_ids": 0.5}), "mix.doubled", "at most 0.9"),
        (plan_of({**CONSTANT, "mix": {"doubled": 1}}), "stages[0].mix.doubled", "needs an original"),
        (plan_of({**CONSTANT, "rate": 100_000, "for": "1h"}), "stages", "360,000,000 events"),
        (plan_of({**CONSTANT, "rate": 0.001, "for": "1s"}), "stages", "0 events"),
        (plan_of({**CONSTANT, "for": "100h"}, tick="1s"), "tick", "a longer tick"),
        (plan_of({**CONSTANT, "rate": 5_000}), "producers", "up to 25,000 events"),
    ],
)  # fmt: skip
def test_fields_that_do_not_fit_each_other_are_named(plan: CampaignPlan, field: str, text: str):
    (problem,) = problems(plan)

    assert problem.field == field
    assert text in problem.text


def test_more_producers_take_a_higher_rate():
    assert problems(plan_of({**CONSTANT, "rate": 5_000}, producers=3)) == []
