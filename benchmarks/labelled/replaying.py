"""Judging a world by rules: `detective rules replay` itself, as anybody runs it on a file."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.labelled.figures import Judgement
from benchmarks.labelled.flagged import Occurrence
from fraud.verdicts import Band
from worlds import LabelledWorld


class _Verdict(msgspec.Struct, frozen=True):
    id: str
    enqueued_time: datetime
    score: int
    band: Band


class ReplayError(RuntimeError):
    """The replay did not run, or its verdicts are not those of the world's flagged occurrences."""


def replayed(
    world: LabelledWorld, occurrences: list[Occurrence], rules: str | None, history_days: int
) -> list[Judgement]:
    """The verdicts of a rule set (a name or a file; `context` if absent) on the occurrences.

    An event that arrives again in its window has one verdict, that of its last arrival; the others are left out.
    """
    with TemporaryDirectory() as folder:
        events, verdicts = Path(folder) / "events.ndjson", Path(folder) / "verdicts.ndjson"
        with events.open("wb") as file:
            file.writelines(world.event_lines())
        command = [sys.executable, "-m", "cli", "rules", "replay", str(events), "--history-days", str(history_days)]
        command += ["--out", str(verdicts)] + (["--rules", rules] if rules else [])
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise ReplayError(f"{' '.join(command)} ended with {run.returncode}: {run.stderr[-2_000:]}")
        judged = msgspec.json.Decoder(_Verdict).decode_lines(verdicts.read_bytes())
    return _joined(occurrences, judged)


def _joined(occurrences: list[Occurrence], verdicts: list[_Verdict]) -> list[Judgement]:
    places = {(occurrence.event.id, occurrence.enqueued): occurrence for occurrence in occurrences}
    strangers = [verdict.id for verdict in verdicts if (verdict.id, verdict.enqueued_time) not in places]
    retried = len(occurrences) - len({occurrence.event.id for occurrence in occurrences})
    if strangers or not len(occurrences) - retried <= len(verdicts) <= len(occurrences):
        counts = f"{len(verdicts)} verdicts on {len(occurrences)} flagged occurrences"
        raise ReplayError(f"{counts}, {len(strangers)} of them on what was not flagged: {strangers[:3]}")
    return [Judgement(places[v.id, v.enqueued_time], v.score, v.band) for v in verdicts]
