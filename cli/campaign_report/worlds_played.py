"""The labelled worlds that a campaign plays, kept in its folder for a report that is made later.

The app has tapes of them only: their labels stay on this machine.
"""

from pathlib import Path

import msgspec

from cli.campaign_files import CampaignFileError
from fraud.load.plan import CampaignPlan
from fraud.load.shapes import Tape, World

_WORLDS = "worlds.json"
_OF_LABELS = ("fraud_recall", "fraud_precision")


def keep_worlds(folder: Path, asked: CampaignPlan, played: CampaignPlan) -> None:
    """Keep the worlds of a plan by the names of the tapes that were made of them; without any, an older file goes."""
    pairs = zip(asked.stages, played.stages, strict=True)
    worlds = {tape.tape: stage for stage, tape in pairs if isinstance(stage, World) and isinstance(tape, Tape)}
    file = folder / _WORLDS
    file.unlink(missing_ok=True)
    if worlds:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(worlds))


def kept_worlds(folder: Path, plan: CampaignPlan | None) -> list[World]:
    """The worlds that a campaign of this plan played, as far as they were kept.

    Raises CampaignFileError if the plan asserts something of fraud that only their labels can tell.
    """
    kept = _read(folder / _WORLDS)
    stages = plan.stages if plan else []
    worlds = [kept[stage.tape] for stage in stages if isinstance(stage, Tape) and stage.tape in kept]
    if plan and not worlds and any(getattr(plan.asserts, name) is not None for name in _OF_LABELS):
        raise CampaignFileError(
            f"{plan.name or 'the campaign'} asserts which fraud was found, and its world was not kept here: "
            "name its file by --file"
        )
    return worlds


def _read(file: Path) -> dict[str, World]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, World])
    except (OSError, msgspec.DecodeError):
        return {}
