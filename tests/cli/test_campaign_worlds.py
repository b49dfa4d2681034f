"""The worlds of a campaign are kept where it was run, so that a later report holds verdicts against their labels."""

from pathlib import Path

import msgspec
import pytest

from cli.campaign_files import CampaignFileError
from cli.campaign_report.worlds_played import keep_worlds, kept_worlds
from cli.campaign_tapes import play
from fraud.load.assertions import Assertions
from fraud.load.plan import CampaignPlan
from fraud.load.shapes import Constant, World

WORLD = World(length="10m", sales_per_day=200, world_seed=7)
ASKED = CampaignPlan(name="x", stages=[WORLD], asserts=Assertions(fraud_precision=0.05))
PLAYED = play(ASKED, Path()).plan


def test_a_later_report_knows_the_worlds_that_were_played(tmp_path: Path):
    keep_worlds(tmp_path / "x", ASKED, PLAYED)

    assert kept_worlds(tmp_path / "x", PLAYED) == [WORLD]


def test_a_report_that_cannot_tell_what_is_asserted_of_fraud_is_refused(tmp_path: Path):
    with pytest.raises(CampaignFileError, match="name its file by --file"):
        kept_worlds(tmp_path, PLAYED)


def test_the_worlds_of_an_earlier_campaign_of_the_name_are_not_those_of_the_next(tmp_path: Path):
    other = msgspec.structs.replace(ASKED, stages=[msgspec.structs.replace(WORLD, world_seed=8)])
    keep_worlds(tmp_path, other, play(other, Path()).plan)
    with pytest.raises(CampaignFileError, match="--file"):
        kept_worlds(tmp_path, PLAYED)

    keep_worlds(tmp_path, CampaignPlan(stages=[]), CampaignPlan(stages=[]))
    assert not list(tmp_path.iterdir())


def test_a_campaign_that_asserts_nothing_of_fraud_needs_no_world(tmp_path: Path):
    plan = CampaignPlan(stages=[Constant(rate=1, length="1m")])

    assert (kept_worlds(tmp_path, plan), kept_worlds(tmp_path, None)) == ([], [])
