"""Campaign files: the examples are read, and each kind of mistake is told by line and field."""

from pathlib import Path
from typing import get_args

import pytest

from cli.campaign_files import MAX_FILE_BYTES, CampaignFileError, read_plan
from cli.campaign_plans import show_plan
from cli.campaign_tapes import play
from fraud.load.assertions import Assertions
from fraud.load.shapes import SHAPES, Shape

EXAMPLES = sorted((Path(__file__).parents[2] / "campaigns").glob("*.yaml"))
STAGE = "stages:\n  - shape: constant\n    rate: 10\n    for: 1m\n"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_read_and_named_like_its_file_and_fits_on_the_screen(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    asked = read_plan(file)
    plan = play(asked, file.parent).plan
    show_plan(plan, asked)

    assert plan.name == file.stem
    assert file.read_text().startswith("# yaml-language-server: $schema=campaign.schema.json\n")
    shown = capsys.readouterr().out
    assert f"{plan.schedule.total:,} events" in shown
    shapes = [stage.__struct_config__.tag for stage in asked.stages]
    rows = shown.partition("\n  stage ")[2].splitlines()[1:]
    assert [row.split()[0] for row in rows[: len(shapes)]] == shapes, "a tape is no word of a file"
    assert max(map(len, shown.splitlines())) <= 80


def test_every_assertion_is_explained_where_campaigns_are():
    page = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text()
    latencies = ("send_to_archive", "send_to_window", "window_to_verdict")
    names = [name for name in Assertions.__struct_fields__ if not name.endswith(latencies)]

    assert [name for name in names if f"`{name}: " not in page] == []
    assert [name for name in latencies if name not in page] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: the file is empty"),
        ("[]", "1: the file must have fields of its own"),
        ("name: x\nstages: [", "2: not YAML: "),
        ("name: x\n\tseed: 1", "2: not YAML: "),
        ("name: A B\n" + STAGE, "1: name must be a name of 1 to 63 of a-z"),
        ("name: x\n", "1: stages is needed"),
        ("stages: []\n", "1: stages must not be empty"),
        (STAGE + "speed: 3\n", "5: speed is not a field that a plan has"),
        (STAGE + "    pace: 3\n", "5: stages[0].pace is not a field that a plan has"),
        (STAGE + "  - shape: constant\n    for: 1m\n", "5: stages[1].rate is needed"),
        (STAGE + "  - rate: 1\n", "5: stages[1].shape is needed"),
        (STAGE + "  - shape: square\n", f"5: stages[1].shape must be one of {', '.join(SHAPES)}, not square"),
        (STAGE + "  - shape: 7\n", f"5: stages[1].shape must be one of {', '.join(SHAPES)}"),
        (STAGE + "? [a, b]\n: 1\n", "5: the name of a field must be a text"),
        (STAGE + "mix:\n  {a: 1}: 2\n", "6: the name of a field of mix must be a text"),
        (STAGE + "  - shape: replay\n    file: x.csv\n", "5: stages[1].for or `factor` is needed"),
        (STAGE.replace("10", "fast"), "3: stages[0].rate must be a number"),
        (STAGE.replace("10", "-1"), "3: stages[0].rate must be > 0"),
        (STAGE.replace("1m", "1 minute"), "4: stages[0].for must be a time such as 30s, 5m or 1h"),
        (STAGE.replace("1m", "60"), "4: stages[0].for must be a text; a time has its unit, as in 30s, 5m or 1h"),
        (STAGE.replace("1m", "0s"), "4: stages[0].for must be longer than 0s"),
        (STAGE + "seed: 1.5\n", "5: seed must be a whole number"),
        (STAGE + "mix:\n  bad: 2\n", "6: mix.bad must be <= 1.0"),
        (STAGE + "mix:\n  bad: 0.1\n  bad: 0.2\n", "7: mix.bad stands there twice"),
        (STAGE + "mix:\n  discount: {least: 9, most: 3}\n", "6: mix.discount.most must be at least"),
        (STAGE + "assert:\n  lost: 0\n", "6: assert.lost is not a field that a plan has"),
        (STAGE + "assert:\n  p95_send_to_window: 1.5\n", "6: assert.p95_send_to_window must be a text; a time"),
        (STAGE + "assert:\n  p95_window_to_verdict: soon\n", "6: assert.p95_window_to_verdict must be a time"),
        ("mix: &shares {bad: 0}\n" + STAGE + "    mix: *shares\n", "6: aliases (`*name`) are not taken"),
        ("about: " + "[" * 30 + "]" * 30, "1: nested deeper than 20 levels"),
        ("about: !!python/object:os.system x", "1: not YAML: "),
    ],
)
def test_each_kind_of_mistake_is_told_by_line_and_field(tmp_path: Path, text: str, told: str):
    file = tmp_path / "campaign.yaml"
    file.write_text(text)

    with pytest.raises(CampaignFileError) as refused:
        read_plan(file)

    assert f"{file}:{told}" in str(refused.value)


def test_the_shapes_that_are_told_are_all_but_the_tape():
    told = {shape.__struct_config__.tag for shape in get_args(Shape)} - {"tape"}

    assert set(SHAPES) == told


def test_all_fields_that_do_not_fit_are_told_at_once(tmp_path: Path):
    file = tmp_path / "campaign.yaml"
    file.write_text(STAGE.replace("1m", "0s") + "mix:\n  doubled: 1\n")

    with pytest.raises(CampaignFileError) as refused:
        read_plan(file)

    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["6", "4"]


def test_a_file_that_is_absent_or_too_large_is_told(tmp_path: Path):
    with pytest.raises(CampaignFileError, match="cannot be read"):
        read_plan(tmp_path / "absent.yaml")
    large = tmp_path / "large.yaml"
    large.write_text("#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(CampaignFileError, match="at most 65,536"):
        read_plan(large)
