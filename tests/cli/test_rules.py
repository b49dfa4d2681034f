"""`detective rules` as a person or a script meets it: over files, without the app."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli.__main__ import main
from fraud.rules.shipped import shipped
from tests.fraud.builders import event_body

SEED = Path(__file__).parents[2] / "fraud" / "rule_sets" / "seed.toml"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def started(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["detective", "rules", *arguments])
        return main()

    return started


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    bodies = [event_body("a"), event_body("b", discount=75, price=900.0, qty=60), event_body("c", discount=1), b"[]"]
    rows = [b'{"enqueued_time":"2026-01-05T10:0%d:00Z","body":%b}' % (at, body) for at, body in enumerate(bodies)]
    file.write_bytes(b"\n".join([*rows, b"not an event"]))
    return file


def test_replay_writes_a_verdict_for_each_flagged_id_and_counts_them(
    run: Any, events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "verdicts.ndjson"

    assert run("replay", str(events), "--out", str(out), "--rules", "seed") == 0
    counted, errors = capsys.readouterr()
    summary = json.loads(counted)
    assert (summary["events"], summary["skipped_lines"], summary["flagged"]) == (4, 1, 2)
    assert summary["bands"] == {"high": 1, "medium": 0, "low": 1}
    assert "line 5" in errors
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(line["id"], line["band"], line["rule_set"]) for line in lines] == [
        ("a", "low", shipped()["seed"].id),
        ("b", "high", shipped()["seed"].id),
    ]
    assert lines[1]["window_end"] == "2026-01-05T10:05:00+00:00"
    assert {"rule", "weight", "evidence"} == set(lines[1]["reasons"][0])


def lines(*bodies: bytes, day: int = 5) -> bytes:
    return b"\n".join(b'{"enqueued_time":"2026-01-%02dT10:00:00Z","body":%b}' % (day, body) for body in bodies)


def test_bodies_that_are_texts_are_told_and_a_file_of_nothing_else_is_an_error(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    text = json.dumps(event_body("a").decode()).encode()
    file, out = tmp_path / "texts.ndjson", str(tmp_path / "verdicts.ndjson")
    file.write_bytes(lines(text, text, b'"a text"', b"[]"))

    assert run("replay", str(file), "--out", out) == 2
    assert "bodies that are texts with an event's JSON in them" in (told := capsys.readouterr().err)
    assert ": 2;" in told
    assert "fromjson" in told
    assert not Path(out).exists()

    file.write_bytes(lines(text, event_body("b")))
    assert run("replay", str(file), "--out", out) == 0
    counted, errors = capsys.readouterr()
    assert (json.loads(counted)["text_bodies"], json.loads(counted)["flagged"]) == (1, 1)
    assert "bodies that are texts" in errors


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty: it has no event"),
        (b"\n  \n", "is empty: it has no event"),
        (b"\xef\xbb\xbf", "is empty: it has no event"),
        (lines(event_body("a", event_type="inventory_event"), b"[]"), "has no sale: nothing in it can be flagged"),
    ],
)
def test_a_file_of_which_nothing_can_be_judged_is_an_error(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, problem: str
):
    file, out = tmp_path / "events.ndjson", tmp_path / "verdicts.ndjson"
    file.write_bytes(content)

    assert run("replay", str(file), "--out", str(out)) == 2
    assert problem in capsys.readouterr().err
    assert run("try", "seed", str(file)) == 2
    assert problem in capsys.readouterr().err
    assert not out.exists()


def test_the_first_event_of_a_file_that_begins_with_a_byte_order_mark_is_judged(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\xef\xbb\xbf" + lines(event_body("a"), event_body("b")))

    assert run("replay", str(file), "--out", str(tmp_path / "verdicts.ndjson"), "--rules", "seed") == 0
    counted, errors = capsys.readouterr()
    assert (json.loads(counted)["flagged"], json.loads(counted)["skipped_lines"], errors) == (2, 0, "")


def test_what_no_rule_judges_is_counted_and_told_in_words(run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "events.ndjson"
    odd = (b"[]", b"7", event_body(7), event_body(None), event_body(8, discount=1))  # pyright: ignore[reportArgumentType]
    file.write_bytes(lines(event_body("a"), *odd) + b"\nno event")

    assert run("replay", str(file), "--out", str(tmp_path / "verdicts.ndjson"), "--rules", "seed") == 0
    counted, errors = capsys.readouterr()
    summary = json.loads(counted)
    names = ("flagged", "skipped_lines", "other_bodies", "flagged_without_id")
    assert [summary[name] for name in names] == [1, 1, 2, 2]
    assert "2 bodies are no JSON object" in errors
    assert "2 flagged sales are left out" in errors
    assert "1 line is not an event: line 7: " in errors


def test_a_file_that_is_all_history_is_an_error_and_verdicts_without_profiles_are_told(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file, out = tmp_path / "events.ndjson", str(tmp_path / "verdicts.ndjson")
    file.write_bytes(lines(event_body("a")) + b"\n" + lines(event_body("b"), day=6))

    assert run("replay", str(file), "--out", out, "--history-days", "2") == 2
    assert "2026-01-05 to 2026-01-06 (UTC): with --history-days 2" in capsys.readouterr().err

    assert run("replay", str(file), "--out", out) == 0
    counted, errors = capsys.readouterr()
    assert (json.loads(counted)["flagged"], json.loads(counted)["without_profiles"]) == (2, 1)
    assert "1 of 2 verdicts were given without profiles" in errors

    assert run("replay", str(file), "--out", out, "--history-days", "1") == 0
    counted, errors = capsys.readouterr()
    assert (json.loads(counted)["without_profiles"], errors) == (0, "")


def test_a_rule_file_is_checked_and_its_problems_are_told_by_line(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("check", str(SEED)) == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SEED.read_text().replace("event.discount", "event.dicsount", 1))

    assert run("check", str(wrong)) == 1
    assert "wrong.toml:10: rules[0].value: DISCOUNTED_PRIORITY_SALE: there is no fact" in capsys.readouterr().err


def test_a_script_reads_the_problems_of_a_rule_file_by_line_and_field(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("check", str(SEED), "--json") == 0
    answer, _ = capsys.readouterr()
    seed = shipped()["seed"]
    assert json.loads(answer) == {"rule_set": seed.id, "rules": len(seed.rules), "problems": []}

    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SEED.read_text().replace("event.discount", "event.dicsount", 1))
    assert run("check", str(wrong), "--json") == 1
    answer, errors = capsys.readouterr()
    (problem,) = json.loads(answer)["problems"]
    assert problem.pop("problem").startswith("DISCOUNTED_PRIORITY_SALE: there is no fact event.dicsount")
    assert problem == {"file": str(wrong), "line": 10, "field": "rules[0].value"}
    assert not errors

    wrong.write_text("about = 'no name'")
    assert run("check", str(wrong), "--json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["line"], problem["field"]) == (1, None)


def test_a_set_is_shown_with_its_bounds_and_points(run: Any, capsys: pytest.CaptureFixture[str]):
    assert run("show") == run("show", "seed") == run("show", "seed", "--json") == 0
    text = capsys.readouterr().out

    assert shipped()["context"].id in text
    assert max(map(len, text[: text.index("\n{")].splitlines())) <= 80
    assert "event.discount at least 70" in text
    assert json.loads(text[text.index("\n{") :])["rule_set"] == shipped()["seed"].id


def test_the_document_of_the_rules_says_what_the_set_says(run: Any, capsys: pytest.CaptureFixture[str]):
    assert run("show", "context", "--markdown") == 0
    assert (SEED.parents[2] / "docs" / "context-rules.md").read_text("utf-8").endswith("\n\n" + capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("replay", "nowhere.ndjson", "--out", "x"), "cannot be read"),
        (("show", "nowhere.toml"), "neither a rule file nor a set; the sets are"),
        (("check", "nowhere.toml"), "neither a rule file nor a set; the sets are"),
    ],
)
def test_a_file_that_is_not_there_is_an_error_without_a_traceback(
    run: Any, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], problem: str
):
    assert run(*arguments) == 2
    assert problem in capsys.readouterr().err


def test_what_was_written_is_read_back(run: Any, events: Path, tmp_path: Path):
    out = tmp_path / "verdicts.ndjson"
    run("replay", str(events), "--out", str(out))
    first = out.read_bytes()
    run("replay", str(events), "--out", str(out))

    assert out.read_bytes() == first
    assert msgspec.json.decode(first.splitlines()[0])["id"] == "a"


def test_a_file_is_judged_with_context_unless_another_set_is_named(run: Any, events: Path, tmp_path: Path):
    out = tmp_path / "verdicts.ndjson"
    run("replay", str(events), "--out", str(out))

    assert {json.loads(line)["rule_set"] for line in out.read_text().splitlines()} == {shipped()["context"].id}
