"""`detective rules fit`: the set that it writes, the figures that it shows, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from tests.cli.test_rules_fit import TEXT, TWO
from tests.fraud.builders import event_body


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def started(*arguments: object) -> int:
        monkeypatch.setattr("sys.argv", ["detective", "rules", "fit", *map(str, arguments)])
        return main()

    return started


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    """Forty flagged sales of an hour; of the ten dear ones eight are fraud, of the others two."""
    events, labels = tmp_path / "events.ndjson", tmp_path / "labels.ndjson"
    bodies = [event_body(f"sale-{at}", discount=75, price=900.0 if at < 10 else 40.0, qty=60) for at in range(40)]
    ids = [json.loads(body)["id"] for body in bodies]
    rows = [b'{"enqueued_time":"2026-01-05T10:%02d:00Z","body":%b}' % (at, body) for at, body in enumerate(bodies)]
    events.write_bytes(b"\n".join(rows))
    truth = [{"id": name, "place": at, "fraud": at < 8 or at > 37} for at, name in enumerate(ids)]
    labels.write_text("\n".join(map(json.dumps, truth)))
    return events, labels


def test_the_command_writes_a_set_and_shows_what_it_does_to_each_world(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_text(TEXT)

    code = run(rules, "--world", *world, "--unseen", *world, "--out", out, "--drawn", "1", "--json")

    shown = json.loads(capsys.readouterr().out)
    after = read_rules(out.read_text(), KINDS)
    assert code == 0
    assert (shown["before"], shown["after"]) == (TWO.id, after.id)
    assert [each["learned"] for each in shown["worlds"]] == [True, False]
    assert shown["worlds"][0]["flagged"] == 40
    assert shown["worlds"][0]["fraud"] == 10
    assert shown["worlds"][0]["after"]["auc"] == pytest.approx(0.8 + 0.2 * (28 / 30) / 2 - 0.8 * (2 / 30) / 2)
    dear = next(change for change in shown["changed"] if change["rule"] == "DEAR")
    assert dear["after"] == [step.weight for step in after.rules[1].steps]


def test_the_command_shows_figures_before_and_after_in_80_columns(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules = tmp_path / "two.toml"
    rules.write_text(TEXT)

    assert run(rules, "--world", *world, "--out", tmp_path / "fitted.toml", "--drawn", "1") == 0

    shown = capsys.readouterr().out
    assert "events.ndjson" in shown
    assert "->" in shown
    assert "try it over windows" in shown


def test_a_set_with_groups_and_a_rule_that_is_not_there_are_refused(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_text(TEXT)
    assert run(rules, "--world", *world, "--out", out, "--keep", "NO_SUCH") != 0
    assert "has no rule NO_SUCH" in capsys.readouterr().err

    rules.write_text(TEXT.replace('\nid = "DEAR"', '\ngroup = "all"\nid = "DEAR"') + "\n[groups]\nall = 30\n")
    assert run(rules, "--world", *world, "--out", out) != 0
    assert "bounds the points of groups together" in capsys.readouterr().err


def test_ends_of_lines_are_written_as_they_were_read(run: Any, world: tuple[Path, Path], tmp_path: Path):
    rules, out = tmp_path / "two.toml", tmp_path / "fitted.toml"
    rules.write_bytes(TEXT.replace("\n", "\r\n").encode())

    assert run(rules, "--world", *world, "--out", out) == 0

    assert out.read_bytes().count(b"\r\n") == TEXT.count("\n")


def test_neither_events_nor_labels_are_written_over(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before = [path.read_bytes() for path in world]
    for path in world:
        assert run("--world", *world, "--out", tmp_path / ".." / tmp_path.name / path.name) != 0
        assert "nothing is written over them" in capsys.readouterr().err
    assert [path.read_bytes() for path in world] == before

    assert run("--world", *world, "--out", "context") != 0
    assert "a file of that name is never read" in capsys.readouterr().err


@pytest.mark.parametrize("place", [-1, -99_999, 40, 10**30])
def test_a_label_of_a_place_that_the_file_lacks_is_refused(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], place: int
):
    world[1].write_text(json.dumps({"id": "sale-39", "place": place, "fraud": True}))

    assert run("--world", *world, "--out", tmp_path / "fitted.toml") != 0

    assert f"the label of place {place} is not of the event there" in capsys.readouterr().err


def test_labels_without_fraud_teach_nothing_and_nothing_is_written(
    run: Any, world: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    world[1].write_text("")

    assert run("--world", *world, "--out", tmp_path / "fitted.toml") != 0

    assert "no fraud was flagged" in capsys.readouterr().err
    assert not (tmp_path / "fitted.toml").exists()
