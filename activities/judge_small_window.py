"""The first look-up of a small window in one activity: judge, store, tell. Work blobs are for what is still open."""

from collections.abc import Mapping, Sequence

import msgspec

from activities.alert_fraud_team import alert_fraud_team
from activities.judge_events import ChunkJudged, judge, result_of
from activities.keep_verdicts import keep_verdicts
from activities.mail import MailError
from activities.store_verdicts import log_judged, place_of
from activities.webhook import WebhookError
from fraud.analysis import Chunk, SmallWindowJudged, WindowSummary, WindowTask
from fraud.verdict_lines import VerdictLine, written
from fraud.verdicts import by_id
from services import blobs
from services.concurrency import together


async def judge_small_window(task: WindowTask) -> SmallWindowJudged:
    """Judge the ids of a window, write the verdicts and the case, and tell the fraud team.

    Run twice, it takes the verdicts that are already stored as those of this look-up. The next look-up asks for the ids
    that would be judged otherwise by now, so each revision is told. The work blobs that `judge_events` would have left
    are written only if there is a next look-up. Raises LookupError, and what Cosmos or the blob service raised.
    """
    (whole,) = task.chunks()
    chunk = whole.at(1)
    judged = await judge(chunk)
    first = _First(judged)
    summary = await keep_verdicts(place_of(task), written(_all(judged.verdicts)), first.amend)
    log_judged(summary)
    lines = written(_all(first.verdicts))
    if first.open_ids:
        await _leave_work(chunk, lines, first.open_ids)
    elif first.ran_before:
        await _clear(chunk)
    result = result_of(chunk, first.verdicts, lines, more=first.more)
    return SmallWindowJudged(result=result, summary=summary, told=await _tell(summary))


class _First:
    """The verdicts of the first look-up: those that were stored first, whoever has judged since."""

    def __init__(self, judged: ChunkJudged) -> None:
        self.verdicts: Mapping[str, Sequence[VerdictLine]] = judged.verdicts
        self.open_ids = judged.open_ids
        self.ran_before = False

    @property
    def more(self) -> int:
        """The ids that are asked for again although they were found."""
        return sum(self.verdicts[event_id][0].band != "unresolved" for event_id in self.open_ids)

    def amend(self, before: list[VerdictLine], now: list[VerdictLine]) -> list[VerdictLine]:
        """Keep what is stored. Ids about which more can be said by now are left to the next look-up."""
        self.ran_before, stored, since = True, by_id(before), by_id(now)
        self.verdicts = {event_id: stored.get(event_id, verdicts) for event_id, verdicts in since.items()}
        differing = [each for each in since if [*self.verdicts[each]] != since[each]]
        self.open_ids = list(dict.fromkeys([*self.open_ids, *differing]))
        return _all(self.verdicts)


def _all(verdicts: Mapping[str, Sequence[VerdictLine]]) -> list[VerdictLine]:
    return [verdict for of_id in verdicts.values() for verdict in of_id]


async def _leave_work(chunk: Chunk, lines: bytes, open_ids: Sequence[str]) -> None:
    container = await blobs.workflow_data()
    await blobs.write_blob(container, chunk.task.ids_path, msgspec.json.encode(chunk.task.ids))
    await blobs.write_blob(container, chunk.path, lines, blobs.NDJSON)
    await blobs.write_blob(container, chunk.open_path, msgspec.json.encode(open_ids))


async def _clear(chunk: Chunk) -> None:
    """Delete what a run that was killed may have left, which saw less."""
    container = await blobs.workflow_data()
    await together(blobs.delete_blob(container, path) for path in (chunk.task.ids_path, chunk.path, chunk.open_path))


async def _tell(summary: WindowSummary) -> bool:
    """Tell the fraud team; False if no receiver takes the alert now: the orchestration tries again."""
    try:
        await alert_fraud_team(summary)
    except (WebhookError, MailError):
        return False
    return True
