"""Worlds and recorded events as tapes: every event once, in its tick, and no label anywhere but here."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import msgspec
import pytest

from cli.campaign_files import CampaignFileError, read_campaign_file
from cli.campaign_report.labels import fraud_found
from cli.campaign_tapes import PlayedPlan, play, world_of
from fraud.load.plan import CampaignPlan, not_played, problems
from fraud.load.report import IdVerdict
from fraud.load.shapes import Tape, World
from fraud.suspicion import is_suspicious

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
WORLD = {"shape": "world", "days": 1, "sales_per_day": 300, "world_seed": 7, "for": "5m"}
EVENTS = [(START + timedelta(seconds=second), f'{{"id": "{second}"}}') for second in (0, 1, 30, 59, 100)]


def plan_of(*stages: dict[str, Any], tick: str = "10s") -> CampaignPlan:
    return msgspec.convert({"tick": tick, "stages": list(stages)}, CampaignPlan)


def bodies(played: PlayedPlan) -> list[bytes]:
    return [body for pages in played.tapes.values() for page in pages for body in page]


def written(folder: Path, suffix: str) -> str:
    file = folder / f"events.{suffix}"
    if suffix == "ndjson":
        lines = [f'{{"enqueued_time": "{moment.isoformat()}", "body": {body}}}\n' for moment, body in EVENTS]
        file.write_text("".join(lines))
    elif suffix == "csv":
        with file.open("w", newline="") as lines:
            table = csv.writer(lines)
            table.writerow(["enqueued_time", "body"])
            table.writerows([moment.isoformat(), body] for moment, body in EVENTS)
    else:
        fields = [{"name": "EnqueuedTimeUtc", "type": "string"}, {"name": "Body", "type": ["null", "bytes"]}]
        schema = fastavro.parse_schema({"type": "record", "name": "EventData", "fields": fields})
        records = [{"EnqueuedTimeUtc": f"{m:%m/%d/%Y %I:%M:%S %p}", "Body": body.encode()} for m, body in EVENTS]
        with file.open("wb") as content:
            fastavro.writer(content, schema, records)  # pyright: ignore[reportUnknownMemberType]
    return file.name


def test_a_world_is_played_whole_and_in_order_and_the_plan_can_be_sent():
    plan = plan_of({"shape": "constant", "rate": 1, "for": "1m"}, WORLD)

    played = play(plan, Path())

    world = world_of(msgspec.convert(WORLD, World))
    assert [json.loads(body)["id"] for body in bodies(played)] == [event.id for _, event in world.events()]
    assert (problems(played.plan), not_played(played.plan)) == ([], [])
    assert played.plan.schedule.total == 60 + len(world.arrivals)
    assert not_played(plan)[0].field == "stages[1].shape"


def test_each_tick_sends_its_page():
    played = play(plan_of(WORLD), Path())
    schedule = played.plan.schedule
    (pages,) = played.tapes.values()

    assert [sum(span.count for span in schedule.spans(tick)) for tick in range(schedule.ticks)] == list(map(len, pages))


def test_the_label_of_an_event_is_in_no_page():
    content = b"".join(bodies(play(plan_of(WORLD), Path())))

    for word in (b"fraud", b"label", b"scenario", b"ring", b"takeover"):
        assert word not in content


@pytest.mark.parametrize("suffix", ["ndjson", "csv", "avro"])
def test_recorded_events_are_played_at_their_own_spacing(tmp_path: Path, suffix: str):
    stage = {"shape": "replay", "file": written(tmp_path, suffix), "for": "100s"}

    played = play(plan_of(stage), tmp_path)

    (tape,) = played.plan.stages
    assert isinstance(tape, Tape)
    assert tape.counts == [2, 0, 0, 1, 0, 1, 0, 0, 0, 1]
    assert [json.loads(body) for body in bodies(played)] == [json.loads(body) for _, body in EVENTS]
    faster = play(plan_of({**stage, "for": "20s"}), tmp_path).plan.stages[0]
    assert isinstance(faster, Tape)
    assert faster.counts == [3, 2]


@pytest.mark.parametrize(
    ("factor", "counts"), [(1, [2, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1]), (2, [2, 1, 1, 0, 0, 1]), (100, [5])]
)
def test_recorded_events_are_played_a_factor_as_fast_as_they_were_recorded(
    tmp_path: Path, factor: float, counts: list[int]
):
    stage = {"shape": "replay", "file": written(tmp_path, "csv"), "factor": factor}
    after = {"shape": "constant", "rate": 1, "for": "1m"}

    plan = play(plan_of(stage, after), tmp_path).plan

    (tape, _) = plan.stages
    assert isinstance(tape, Tape)
    assert tape.counts == counts
    assert plan.schedule.starts == (0, 10 * len(counts))
    assert problems(plan) == []


def test_a_tape_tells_how_many_of_its_ids_have_several_contents(tmp_path: Path):
    sent = [{"id": "a", "qty": 1}, {"qty": 1.0, "id": "a"}, {"id": "b", "qty": 1}, {"id": "b", "qty": 2}, {"id": 7}, {}]
    lines = [json.dumps({"enqueued_time": START.isoformat(), "body": event}) for event in sent]
    (tmp_path / "sent.ndjson").write_text("\n".join(lines))

    (tape,) = play(plan_of({"shape": "replay", "file": "sent.ndjson", "for": "1m"}), tmp_path).plan.stages

    assert isinstance(tape, Tape)
    assert tape.reused_ids == 1


def test_the_frauds_of_a_world_that_use_ids_again_are_told():
    world = {**WORLD, "days": 3, "sales_per_day": 2500, "world_seed": 4711, "for": "3h"}
    contents: dict[str, set[str]] = {}
    for _, event in world_of(msgspec.convert(world, World)).events():
        contents.setdefault(event.id, set()).add(repr(event))

    (tape,) = play(plan_of(world, tick="60s"), Path()).plan.stages

    assert isinstance(tape, Tape)
    assert tape.reused_ids == sum(len(each) > 1 for each in contents.values()) > 0


def test_a_replay_with_both_a_length_and_a_factor_or_with_neither_is_refused():
    replay = {"shape": "replay", "file": "events.csv"}

    assert [problem.field for problem in problems(plan_of(replay))] == ["stages[0].for"]
    assert [problem.field for problem in problems(plan_of({**replay, "for": "1m", "factor": 1}))] == [
        "stages[0].factor"
    ]
    assert problems(plan_of({**replay, "factor": 1})) == []


def test_what_cannot_be_played_is_told_by_line_and_field(tmp_path: Path):
    file = tmp_path / "campaign.yaml"
    file.write_text("name: x\nstages:\n  - shape: replay\n    for: 1m\n    file: absent.csv\n")
    read = read_campaign_file(file)

    with pytest.raises(CampaignFileError) as refused:
        play(read.plan, tmp_path, read)

    assert str(refused.value).startswith(
        f"{file}:5: stages[0].file {tmp_path}/absent.csv: cannot be read: No such file"
    )


def test_a_replay_that_takes_too_many_ticks_is_told_by_line_and_field(tmp_path: Path):
    file = tmp_path / "long.yaml"
    file.write_text(f"tick: 1s\nstages:\n  - shape: replay\n    file: {written(tmp_path, 'csv')}\n    factor: 0.001\n")
    read = read_campaign_file(file)

    with pytest.raises(CampaignFileError, match=r"long\.yaml:5: stages\[0\]\.factor has 100,001 ticks"):
        play(read.plan, tmp_path, read)


def test_the_name_of_a_tape_follows_from_its_events(tmp_path: Path):
    stage = {"shape": "replay", "file": written(tmp_path, "csv"), "for": "100s"}
    same = {"shape": "replay", "file": written(tmp_path, "csv"), "for": "100s"}

    assert play(plan_of(stage), tmp_path).tapes.keys() == play(plan_of(same), tmp_path).tapes.keys()
    assert play(plan_of({**stage, "for": "50s"}), tmp_path).tapes.keys() != play(plan_of(stage), tmp_path).tapes.keys()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("absent.csv", None, "cannot be read"),
        ("events.txt", "x", "must be a file named"),
        ("events.ndjson", "{}\n", "events.ndjson:1: not an event"),
        ("events.csv", "a,b\n1,2\n", "events.csv:2: needs the columns"),
        ("events.csv", "enqueued_time,body\n", "has no events"),
        ("events.avro", "Obj", "not a file of Capture"),
    ],
)
def test_a_file_that_cannot_be_played_is_told(tmp_path: Path, name: str, content: str | None, told: str):
    if content is not None:
        (tmp_path / name).write_text(content)

    with pytest.raises(CampaignFileError, match=told):
        play(plan_of({"shape": "replay", "file": name, "for": "1m"}), tmp_path)


def test_a_tape_begins_with_a_tick_and_has_the_ticks_of_its_plan():
    tape = {"shape": "tape", "tape": "0" * 16, "per": "10s", "counts": [1, 2], "for": "20s"}

    assert problems(plan_of(tape)) == []
    assert [problem.field for problem in problems(plan_of(tape, tick="5s"))] == ["stages[0].per"]
    assert [problem.field for problem in problems(plan_of({**tape, "start": "3s"}))] == ["stages[0].start"]
    assert [problem.field for problem in problems(plan_of({**tape, "for": "15s"}))] == ["stages[0].for"]


def test_fraud_is_found_by_its_labels():
    stage = msgspec.convert(WORLD, World)
    world = world_of(stage)
    fraud = {label.id for label in world.labels() if label.fraud}
    flagged = {e.id for _, e in world.events() if is_suspicious(e.event_type, e.discount, e.priority_shipping)}
    assert fraud & flagged
    innocent = sorted(flagged - fraud)[:3]
    alarms = [*sorted(fraud & flagged)[1:], *innocent]

    account = fraud_found(
        [stage],
        [IdVerdict(name, 80, "high") for name in alarms] + [IdVerdict(sorted(fraud & flagged)[0], 10, "low")],
    )

    assert account is not None
    assert (account.fraud, account.not_flagged) == (len(fraud & flagged), len(fraud - flagged))
    assert (account.alarmed, account.caught) == (len(alarms), len(alarms) - 3)
    assert account.recall == (account.fraud - 1) / account.fraud
    assert account.precision == (len(alarms) - 3) / len(alarms)
    assert fraud_found([], []) is None
