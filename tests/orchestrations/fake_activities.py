"""Activities without services, for orchestrations on the real engine: what they did is in `journal`."""

from collections import Counter, defaultdict
from collections.abc import Callable

import azure.durable_functions as df
import msgspec

from fraud.analysis import Chunk, ChunkResult, SmallWindowJudged, WindowSummary, WindowTask
from fraud.campaigns import Batch
from fraud.desk.review import CaseState
from fraud.desk.waiting import ReviewState, ReviewStep
from fraud.generation import BatchTotals
from fraud.load.messages import MixTotals
from fraud.load.planned import TickSent, TickShare
from fraud.quarantine_places import PlacesTask
from fraud.reanalysis.messages import (
    Counted,
    FoundWindows,
    Reanalysis,
    ReanalysisState,
    WindowAgain,
    WindowJudged,
    WindowsPage,
)
from fraud.reanalysis.samples import Sampled
from fraud.reanalysis.trial import Tried
from fraud.verdicts import Band
from function_app.registration import register
from orchestrations import contracts
from orchestrations.analyze_window import analyze_window
from orchestrations.judge_quarantine import judge_quarantine
from orchestrations.reanalyze import reanalyze
from orchestrations.review_case import review_case
from orchestrations.run_campaign import run_campaign
from orchestrations.run_campaign_plan import run_campaign_plan
from orchestrations.try_rules import try_rules


class FakeActivities:
    """The app's orchestrations over activities in memory.

    `missing` tells, by chunk number, in how many look-ups an event of the chunk is not in the archive yet;
    `may_be_more` how many of its ids may have another content; `failures` how often an activity, or the one of a chunk
    (`judge_events 1`), raises before it works; `before_batch` is called with the number of each batch or tick that is
    sent. `stored` has the look-ups of each chunk whose verdicts were stored, `told` the alerts. `review` is the state
    of the case that is reviewed. `windows` are the paths that a re-analysis finds, two on a page; `again` those that it
    has judged.
    """

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.missing: Counter[int] = Counter()
        self.failures: Counter[str] = Counter()
        self.may_be_more: Counter[int] = Counter()
        self.stored: list[tuple[int, ...]] = []
        self.told: list[str] = []
        self.batches: defaultdict[int, list[Batch]] = defaultdict(list)
        self.review: CaseState | None = "open"
        self.ticks: defaultdict[int, list[TickShare]] = defaultdict(list)
        self.windows: list[str] = []
        self.again: list[str] = []
        self.noted: list[ReanalysisState] = []
        self.before_batch: Callable[[int], None] = lambda number: None

    def register(self, app: df.DFApp) -> None:
        """Give an app the orchestrations and these activities."""
        register(
            app,
            {
                contracts.ANALYZE_WINDOW: analyze_window,
                contracts.JUDGE_EVENTS: self.judge_events,
                contracts.JUDGE_SMALL_WINDOW: self.judge_small_window,
                contracts.STORE_VERDICTS: self.store_verdicts,
                contracts.ALERT_FRAUD_TEAM: self.alert_fraud_team,
                contracts.CLEAR_WORK: self.clear_work,
                contracts.JUDGE_QUARANTINE: judge_quarantine,
                contracts.JUDGE_PLACES: self.judge_places,
                contracts.RUN_CAMPAIGN: run_campaign,
                contracts.SEND_BATCH: self.send_batch,
                contracts.REVIEW_CASE: review_case,
                contracts.TAKE_REVIEW_STEP: self.take_review_step,
                contracts.RUN_CAMPAIGN_PLAN: run_campaign_plan,
                contracts.SEND_TICK: self.send_tick,
                contracts.REANALYZE: reanalyze,
                contracts.FIND_WINDOWS: self.find_windows,
                contracts.JUDGE_AGAIN: self.judge_again,
                contracts.NOTE_REANALYSIS: self.note_reanalysis,
                contracts.TRY_RULES: try_rules,
                contracts.TRY_WINDOW: self.try_window,
                contracts.CLEAR_SAMPLES: self.clear_samples,
            },
        )

    def _enter(self, entry: str) -> None:
        self.journal.append(entry)
        activity = entry.partition(" ")[0]
        for failing in (entry, activity):
            if self.failures[failing]:
                self.failures[failing] -= 1
                raise ConnectionError(f"{activity}: the service is away")

    async def judge_small_window(self, task: WindowTask) -> SmallWindowJudged:
        """The first look-up of the only chunk, stored; told unless the fraud team cannot be told."""
        self._enter("judge_small_window")
        (chunk,) = task.chunks()
        result = self._judged(chunk.at(1))
        self.stored.append((1,))
        summary = self._summary(task, 1)
        told = not self.failures["alert_fraud_team"]
        if told:
            self.told.append(summary.alert_name)
        return SmallWindowJudged(result=result, summary=summary, told=told)

    async def judge_events(self, chunk: Chunk) -> ChunkResult:
        """All but one event found, and that one too once the chunk was looked up often enough."""
        self._enter(f"judge_events {chunk.number}")
        return self._judged(chunk)

    def _judged(self, chunk: Chunk) -> ChunkResult:
        if self.missing[chunk.number]:
            self.missing[chunk.number] -= 1
            return self._result(chunk, {"low": chunk.count - 1, "unresolved": 1})
        return self._result(chunk, {"low": chunk.count}, self.may_be_more[chunk.number])

    @staticmethod
    def _result(chunk: Chunk, bands: dict[Band, int], more: int = 0) -> ChunkResult:
        digest = f"{bands}"
        return ChunkResult(number=chunk.number, bands=bands, lookup=chunk.lookup, digest=digest, may_be_more=more)

    async def store_verdicts(self, task: WindowTask) -> WindowSummary:
        """A summary. Its revision counts the look-ups that were stored."""
        self._enter("store_verdicts")
        if task.lookups not in self.stored:
            self.stored.append(task.lookups)
        return self._summary(task, self.stored.index(task.lookups) + 1)

    @staticmethod
    def _summary(task: WindowTask, revision: int) -> WindowSummary:
        return WindowSummary(
            name=task.name,
            store_id=task.store_id,
            window_start=task.window_start,
            window_end=task.window_end,
            suspicious=task.count,
            bands={"low": task.count},
            max_score=40,
            verdicts_blob="fraud-events/x.ndjson",
            revision=revision,
        )

    async def alert_fraud_team(self, summary: WindowSummary) -> None:
        """Nobody is told."""
        self._enter("alert_fraud_team")
        self.told.append(summary.alert_name)

    async def judge_places(self, task: PlacesTask) -> WindowSummary | None:
        """A summary; None for a task without blobs."""
        self._enter("judge_places")
        window = WindowTask(
            name=task.name, store_id=None, window_start=task.window_start, window_end=task.window_end, count=1
        )
        return self._summary(window, 1) if task.paths else None

    async def clear_work(self, task: WindowTask) -> None:
        """There is nothing to clear."""
        self._enter("clear_work")

    async def take_review_step(self, step: ReviewStep) -> ReviewState:
        """The state of the case; an escalation and an expiry change one that waits."""
        self._enter(f"take_review_step {step.step} {step.at:%m-%dT%H:%M}")
        if step.step in ("escalated", "expired") and ReviewState(state=self.review).waits:
            self.review = step.step
        return ReviewState(state=self.review)

    async def find_windows(self, page: WindowsPage) -> FoundWindows:
        """The next two windows, of three verdicts each."""
        self._enter(f"find_windows {page.after}")
        first = self.windows.index(page.after) + 1 if page.after else 0
        paths = tuple(self.windows[first : first + 2])
        following = paths[-1] if first + 2 < len(self.windows) else ""
        return FoundWindows(paths=paths, counted=Counted(windows=len(paths), verdicts=3 * len(paths)), next=following)

    async def judge_again(self, again: WindowAgain) -> WindowJudged:
        """One verdict rises; windows whose path ends in an even number have changed."""
        self.before_batch(len(self.again))
        self._enter("judge_again")
        if again.path not in self.again:
            self.again.append(again.path)
        if int(again.path[-1]) % 2:
            return WindowJudged(verdicts=3)
        window = WindowTask(
            name=again.path, store_id=3, window_start=again.order.start, window_end=again.order.end, count=3
        )
        return WindowJudged(verdicts=3, moved={"low -> high": 1}, told=self._summary(window, 2))

    async def try_window(self, again: WindowAgain) -> Tried:
        """Three verdicts, one of which would rise."""
        self.before_batch(len(self.again))
        self._enter("try_window")
        if again.path not in self.again:
            self.again.append(again.path)
        sampled = Sampled(verdicts=2, fraud=1) if again.order.samples else msgspec.UNSET
        return Tried(verdicts=3, moved={"low -> high": 1}, rules_after={f"R{again.path}": 1}, kept=3, sampled=sampled)

    async def clear_samples(self, order: Reanalysis) -> None:
        """Nothing is deleted."""
        self._enter("clear_samples")

    async def note_reanalysis(self, state: ReanalysisState) -> None:
        """Kept in memory."""
        self._enter("note_reanalysis")
        self.noted.append(state)

    async def send_batch(self, batch: Batch) -> BatchTotals:
        """Nothing is sent."""
        self.batches[batch.number].append(batch)
        self.before_batch(batch.number)
        self._enter(f"send_batch {batch.number}")
        return BatchTotals(sent=batch.count, sales=batch.count, sales_value=1.5, expected_suspicious=1)

    async def send_tick(self, share: TickShare) -> TickSent:
        """Nothing is sent."""
        self.ticks[share.tick].append(share)
        self.before_batch(share.tick)
        self._enter(f"send_tick {share.tick}")
        return TickSent(totals=MixTotals(sent=sum(span.count for span in share.spans), expected_suspicious=1))
