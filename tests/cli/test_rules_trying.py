"""`detective rules try` and `compare`, and `detective explain`: what would change, and why a verdict is as it is."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli.__main__ import main
from tests.fraud.builders import event_body

BODIES = (
    event_body("plain"),
    event_body("dear", discount=75, price=900.0, qty=60),
    event_body("cheap", discount=1),
    event_body("never", discount=10, priority_shipping=False),
)
FRAUDS = ("dear", "never")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def started(*arguments: object) -> int:
        monkeypatch.setattr("sys.argv", ["detective", *map(str, arguments)])
        return main()

    return started


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    rows = [b'{"enqueued_time":"2026-01-05T10:0%d:00Z","body":%b}' % (at, body) for at, body in enumerate(BODIES)]
    file.write_bytes(b"\n".join(rows))
    return file


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.ndjson"
    ids = [msgspec.json.decode(body)["id"] for body in BODIES]
    rows = [{"id": name, "place": place, "fraud": name in FRAUDS} for place, name in enumerate(ids)]
    file.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    return file


@pytest.fixture
def milder(tmp_path: Path) -> Path:
    """The set `seed` without its rule on values, which makes the dear sale high."""
    text = (Path(__file__).parents[2] / "fraud" / "rule_sets" / "seed.toml").read_text()
    rules = text.split("\n[[rules]]\n")
    file = tmp_path / "milder.toml"
    file.write_text("\n[[rules]]\n".join(rule for rule in rules if 'id = "HIGH_' not in rule))
    return file


def test_a_trial_tells_which_verdicts_and_rules_change_and_how_much_fraud_each_set_finds(
    run: Any, events: Path, labels: Path, milder: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("rules", "try", milder, events, "--against", "seed", "--labels", labels, "--json") == 0
    seen = json.loads(capsys.readouterr().out)

    assert (seen["verdicts"], seen["only_before"], seen["only_after"]) == (2, 0, 0)
    assert (seen["bands_before"]["high"], seen["bands_after"]["high"]) == (1, 0)
    assert [example["id"] for example in seen["examples"]] == ["dear"]
    assert seen["rules_before"]["HIGH_VALUE"] == 1
    assert "HIGH_VALUE" not in seen["rules_after"]
    high_before, high_after = seen["truth"]["before"][0], seen["truth"]["after"][0]
    assert (high_before["precision"], high_before["recall"], high_after["recall"]) == (1.0, 1.0, 0.0)
    assert (seen["truth"]["fraud_sales"], seen["truth"]["never_flagged"]) == (2, 1)


def test_a_trial_for_people_says_what_no_rule_saw(
    run: Any, events: Path, labels: Path, milder: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("rules", "try", milder, events, "--against", "seed", "--labels", labels) == 0
    words = " ".join(capsys.readouterr().out.split())

    assert "1 high -> " in words
    assert "of 2 fraudulent sales the stream job never flagged 1" in words


def test_fraud_of_the_days_before_those_that_are_judged_is_not_counted_as_unseen(
    run: Any, events: Path, labels: Path, milder: Path, capsys: pytest.CaptureFixture[str]
):
    before = b'{"enqueued_time":"2026-01-04T10:00:00Z","body":%b}\n' % event_body("old", discount=10)
    events.write_bytes(before + events.read_bytes())
    rows = [msgspec.json.decode(line) for line in labels.read_bytes().splitlines()]
    later = [{**row, "place": row["place"] + 1} for row in rows]
    labels.write_bytes(b"\n".join(map(msgspec.json.encode, [{"id": "old", "place": 0, "fraud": True}, *later])))
    command = ("rules", "try", milder, events, "--against", "seed", "--labels", labels, "--json")

    truths: list[Any] = []
    for days in (0, 1):
        assert run(*command, "--history-days", days) == 0
        truths.append(json.loads(capsys.readouterr().out)["truth"])

    assert [(truth["fraud_sales"], truth["never_flagged"]) for truth in truths] == [(3, 2), (2, 1)]


def test_labels_of_another_file_are_refused(run: Any, events: Path, labels: Path, capsys: pytest.CaptureFixture[str]):
    labels.write_bytes(msgspec.json.encode({"id": "dear", "place": 0, "fraud": True}))

    assert run("rules", "try", "seed", events, "--labels", labels) == 2
    assert f"{labels}, line 1: the label of place 0 is not of the event there" in capsys.readouterr().err


def test_what_is_not_a_label_is_named_by_file_and_line(
    run: Any, events: Path, labels: Path, capsys: pytest.CaptureFixture[str]
):
    labels.write_bytes(labels.read_bytes() + b'\n\n{"id": "late", "place": "nine", "fraud": true}\n')

    assert run("rules", "try", "seed", events, "--labels", labels) == 2

    line = len(labels.read_bytes().splitlines())
    assert f"{labels}, line {line} is not a label as `detective world` writes it" in capsys.readouterr().err


def test_two_files_of_verdicts_are_compared_as_a_trial_compares_them(
    run: Any, events: Path, milder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before, after = tmp_path / "before.ndjson", tmp_path / "after.ndjson"
    run("rules", "replay", events, "--out", before, "--rules", "seed")
    run("rules", "replay", events, "--out", after, "--rules", milder)
    run("rules", "try", milder, events, "--against", "seed", "--json")
    tried = capsys.readouterr().out.split("}\n{")[-1]
    assert run("rules", "compare", before, after, "--json") == 0

    assert json.loads("{" + tried.lstrip("{")) == json.loads(capsys.readouterr().out)
    assert run("rules", "compare", before, events) == 2
    assert "is not a file of verdicts" in capsys.readouterr().err


def test_an_explanation_has_each_rule_with_its_value_against_its_bound(
    run: Any, events: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("explain", "dear", "--events", events, "--rules", "seed", "--json") == 0
    (dear,) = json.loads(capsys.readouterr().out)
    rules = {rule["rule"]: rule for rule in dear["rules"]}

    assert (dear["flagged"], dear["verdict"]["band"]) == (True, "high")
    assert (rules["HIGH_VALUE"]["outcome"], rules["HIGH_VALUE"]["value"]) == ("holds", 54_000)
    assert rules["HIGH_VALUE"]["bound"] == 5_000
    assert rules["ID_REUSED"]["outcome"] == "does not hold"
    assert sum(rule["weight"] for rule in rules.values()) == dear["verdict"]["score"]


def test_what_is_missing_for_a_rule_is_named_and_nobody_is_told_to_leave_out_what_they_ask_for(
    run: Any, events: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("explain", "dear", "--events", events) == 0

    told, errors = capsys.readouterr()
    assert "         PRICE_TOO_HIGH          sku.price_ratio not known" in told.splitlines()
    assert "a fact that it reads is missing" not in told
    assert "there are no profiles" in errors
    assert "--history-days" not in errors


def test_an_event_that_is_not_flagged_is_explained_too_and_the_words_say_so(
    run: Any, events: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("explain", "never", "--events", events) == 0
    said = capsys.readouterr().out
    assert "not flagged: no window asks for it" in " ".join(said.split())
    assert re.search(r"^  never, arrived \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,", said), "as of an event of the app"
    assert "NEW_ACCOUNTS_AT_SHELF" in said  # whole: whoever snoozes a rule names it

    assert run("explain", "nobody", "--events", events) == 1
    assert "has no event with the id nobody" in capsys.readouterr().out
    assert run("explain", "nobody", "--events", events, "--json") == 1
    assert json.loads(capsys.readouterr().out) == []
