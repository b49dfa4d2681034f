"""Steps without services, for workflows on the real engine: what they did is in `journal`."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from fraud.analysis import Chunk, ChunkResult, WindowSummary, WindowTask
from fraud.campaigns import Batch
from fraud.generation import BatchTotals
from function_app.workflows import register_step, register_workflow
from orchestrations.analyze_window import analyze_window
from orchestrations.run_campaign import run_campaign


class FakeSteps:
    """The app's workflows over steps in memory.

    `missing` tells, by chunk number, in how many look-ups an event of the chunk is not in the archive yet; `failures`
    how often a step raises before it works; `before_batch` is called with the number of each batch that is sent.
    """

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.missing: Counter[int] = Counter()
        self.failures: Counter[str] = Counter()
        self.batches: defaultdict[int, list[Batch]] = defaultdict(list)
        self.before_batch: Callable[[int], None] = lambda number: None

    def register(self, app: df.DFApp) -> None:
        """Give an app the workflows and these steps."""
        register_workflow(app, analyze_window)
        register_workflow(app, run_campaign)
        steps: list[Callable[..., Any]] = [
            self.judge_events,
            self.store_verdicts,
            self.alert_fraud_team,
            self.clear_work,
            self.send_batch,
        ]
        for step in steps:
            register_step(app, step)

    def _enter(self, entry: str) -> None:
        self.journal.append(entry)
        step = entry.partition(" ")[0]
        if self.failures[step]:
            self.failures[step] -= 1
            raise ConnectionError(f"{step}: the service is away")

    async def judge_events(self, chunk: Chunk) -> ChunkResult:
        """All but one event found, and that one too once the chunk was looked up often enough."""
        self._enter(f"judge_events {chunk.number}")
        if self.missing[chunk.number]:
            self.missing[chunk.number] -= 1
            return ChunkResult(number=chunk.number, bands={"low": chunk.count - 1, "unresolved": 1})
        return ChunkResult(number=chunk.number, bands={"low": chunk.count})

    async def store_verdicts(self, task: WindowTask) -> WindowSummary:
        """A summary."""
        self._enter("store_verdicts")
        return WindowSummary(
            name=task.name,
            store_id=task.store_id,
            window_start=task.window_start,
            window_end=task.window_end,
            suspicious=task.count,
            bands={"low": task.count},
            max_score=40,
            verdicts_blob="fraud-events/x.ndjson",
        )

    async def alert_fraud_team(self, summary: WindowSummary) -> None:
        """Nobody is told."""
        self._enter("alert_fraud_team")

    async def clear_work(self, task: WindowTask) -> None:
        """There is nothing to clear."""
        self._enter("clear_work")

    async def send_batch(self, batch: Batch) -> BatchTotals:
        """Nothing is sent."""
        self.batches[batch.number].append(batch)
        self.before_batch(batch.number)
        self._enter(f"send_batch {batch.number}")
        return BatchTotals(sent=batch.count, sales=batch.count, sales_value=1.5, expected_suspicious=1)
