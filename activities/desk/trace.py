"""Follow an event through the pipeline: each place that it has reached, and each that it should have."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fraud.analysis import LOOKUPS, retry_delay
from fraud.desk.problems import ProblemError
from fraud.desk.rows import CaseRow, EventContent, HubPlace
from fraud.events import StoreKey
from fraud.suspicion import is_suspicious, store_of
from fraud.tracing import ContentTrace, Step, StepState, Trace, with_gaps
from fraud.verdicts import Verdict
from fraud.windows import window_label, window_of
from reconciliation.ranges import range_of_run
from services import tracing
from services.desk.cases import find_case
from services.desk.events import event_details
from services.instances import Filter, Instance, InstancesError, list_page
from services.laid_past import is_laid
from services.reports import list_reports
from services.tracing import JudgedIn, TooMuchToReadError
from services.watching import azure_time

_CAPTURE_GRACE = timedelta(minutes=7)
_REPORT_GRACE = timedelta(minutes=2)
_JUDGE_GRACE = sum((retry_delay(lookup) for lookup in range(1, LOOKUPS)), timedelta(minutes=15))
_MOST_CONTENTS = 20
_MOST_INSTANCES = 50
_MOST_REPORTS = 5


async def trace_event(event_id: str, management: str) -> Trace:
    """The way of each content under an id. `management` is the address of the durable management API.

    Raises what a service raised.
    """
    details = await event_details(event_id)
    now = await azure_time()
    reports = await list_reports()
    traces = [
        await _Way(event_id, content, now, management, reports).trace() for content in details.contents[:_MOST_CONTENTS]
    ]
    complete = details.complete and len(details.contents) <= _MOST_CONTENTS
    return Trace(id=event_id, contents=tuple(traces), complete=complete)


class _Way:
    """The way of one content, step by step."""

    def __init__(
        self, event_id: str, content: EventContent, now: datetime, management: str, reports: list[str]
    ) -> None:
        self._id = event_id
        self._content = content
        self._now = now
        self._management = management
        self._reports = reports
        self._steps: list[Step] = []

    async def trace(self) -> ContentTrace:
        event = self._content.event or {}
        flagged = is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping"))
        place = self._content.place
        if place is None:
            self._add("Hub", "missing", "Nothing says where in the hub it lay: somebody else wrote the document.")
        elif is_laid(place.partition):
            return await self._laid(place, flagged)
        else:
            self._add(
                "Hub", "there", f"Partition {place.partition}, number {place.sequence_number:,}", place.enqueued_time
            )
            await self._captured(place)
        self._archived()
        if place is not None:
            await self._analysed(place, flagged)
            self._reported_in(place)
        return ContentTrace(content=self._content, flagged=flagged, steps=with_gaps(self._steps))

    async def _laid(self, place: HubPlace, flagged: bool) -> ContentTrace:
        """The way of an event of a past: the archive has it, and a sweep may have found it."""
        says = "It was laid into the archives as a past: no hub has had it, and nothing judges it."
        self._add("Hub", "not_due", says)
        self._archived()
        if not flagged:
            await self._swept(window_of(place.enqueued_time).end)
        return ContentTrace(content=self._content, flagged=flagged, steps=with_gaps(self._steps))

    def _add(self, name: str, state: StepState, says: str, at: datetime | None = None, href: str = "") -> None:
        self._steps.append(Step(name=name, state=state, says=says, at=at, href=href))

    def _late(self, since: datetime, grace: timedelta) -> StepState:
        return "missing" if self._now - since > grace else "waiting"

    async def _captured(self, place: HubPlace) -> None:
        captured = await tracing.find_captured(place.partition, place.sequence_number, place.enqueued_time)
        if captured:
            self._add("Capture", "there", captured.path, captured.triggered)
            return
        state = self._late(place.enqueued_time, _CAPTURE_GRACE)
        self._add("Capture", state, "No blob of all-events holds it." if state == "missing" else "Capture writes soon.")

    def _archived(self) -> None:
        content = self._content
        if content.source == "archive":
            self._add("Archive", "there", f"Document {content.document_id} in Cosmos")
        else:
            self._add(
                "Quarantine",
                "there",
                content.reason or "",
                href=f"/desk/quarantine/record?path={content.quarantine_path}",
            )

    async def _analysed(self, place: HubPlace, flagged: bool) -> None:
        end = window_of(place.enqueued_time).end
        if not flagged:
            self._add("Flagged", "not_due", "It does not meet the rule: no window names it.")
            await self._swept(end)
            return
        self._add("Flagged", "there", f"It meets the rule, in the window to {end:%H:%M}", end)
        event = self._content.event or {}
        store = store_of(event.get("store_id"))
        by_place: list[JudgedIn] = []
        try:
            judged, is_all = await tracing.find_judged(self._id, store, end), True
        except TooMuchToReadError:
            judged, is_all = list[JudgedIn](), False
        if not judged and self._content.source == "quarantine":
            by_place = await tracing.find_judged_by_place(place.partition, place.sequence_number, end)
        await self._reported_by_the_job(end, named=not by_place)
        if not is_all and not by_place:
            says = "The first verdicts of its store's window do not name it, and there are too many to read."
            self._add("Verdict", "not_due", says)
        elif not judged and not by_place:
            await self._not_judged(end, store)
        for blob in judged or by_place:
            await self._judged(blob, end)
        await self._judged_elsewhere("Verdict", await tracing.find_judged_again(self._id, event, end), end)

    async def _reported_by_the_job(self, end: datetime, *, named: bool) -> None:
        name = "Stream job"
        try:
            path = await tracing.find_reported(self._id, end)
        except TooMuchToReadError:
            self._add(
                name, "not_due", "The first rows of suspicious-events do not name it, and there are too many to read."
            )
            return
        if path:
            self._add(name, "there", path)
        elif not named:
            self._add(name, "not_due", "No window can name it: it is judged by its place in the hub.")
        else:
            self._add(name, self._late(end, _REPORT_GRACE), "No row of suspicious-events names it.")

    async def _swept(self, end: datetime) -> None:
        """The cases that sweeps have made of a sale that was not flagged: of this arrival, and of others."""
        await self._judged_elsewhere("Sweep", await tracing.find_swept(self._id, self._content.event or {}, end), end)

    async def _judged_elsewhere(self, name: str, judged: Sequence[JudgedIn], end: datetime) -> None:
        """Verdicts with their cases; `end` is that of the window of the first arrival."""
        for blob in judged:
            for verdict in blob.verdicts:
                again = f"Sent again, window to {verdict.window_end:%Y-%m-%d %H:%M}: "
                self._verdict(name, verdict, blob.case_id, said_before=again * (verdict.window_end != end))
            await self._case(blob.case_id)

    def _verdict(
        self, name: str, verdict: Verdict, case_id: str, at: datetime | None = None, *, said_before: str = ""
    ) -> None:
        reasons = "; ".join(reason.evidence for reason in verdict.reasons)
        says = f"{said_before}{verdict.band}, {verdict.score} points" + (f": {reasons}" if reasons else "")
        self._add(name, "there", says, at, href=f"/desk/cases/{case_id}")

    async def _case(self, case_id: str) -> None:
        try:
            case: CaseRow = await find_case(case_id)
        except ProblemError:
            self._add("Case", "missing", f"There is no case {case_id} in Cosmos.")
            return
        says = f"{case.id} is {case.review.state.replace('_', ' ')}"
        self._add("Case", "there", says, href=f"/desk/cases/{case.id}")

    async def _not_judged(self, end: datetime, store: StoreKey | None) -> None:
        state = self._late(end, _JUDGE_GRACE)
        listed = await self._instances(f"{window_label(store, end)}-")
        running = [each for each in listed if each.runtime_status != "Completed"]
        for instance in running[:3]:
            self._orchestration(instance)
        self._add("Verdict", state, "No verdict names it." if state == "missing" else "It is not judged yet.")

    async def _judged(self, blob: JudgedIn, end: datetime) -> None:
        instances = await self._instances(blob.case_id)
        for instance in instances[:1]:
            self._orchestration(instance)
        if not instances:
            # A repair analyses windows under names of its own.
            says = f"No history of the name {blob.case_id} was found: it was purged, or a repair has another name."
            self._add("Orchestration", "not_due", says)
        for verdict in blob.verdicts:
            at = instances[0].last_updated_time if instances else None
            self._verdict("Verdict", verdict, blob.case_id, at)
        await self._case(blob.case_id)
        alert = await tracing.find_alert(blob.case_id, end)
        if alert and alert.waits:
            self._add("Alert", "waiting", "It waits for the next message on its store.", href="/desk/alerts")
        elif alert and alert.had_receiver is False:
            self._add("Alert", "not_due", "Nobody to tell: no receiver was set for its band.", href="/desk/alerts")
        elif alert:
            unknown = "" if alert.had_receiver else "; nothing says if there was somebody to tell"
            self._add("Alert", "there", alert.path + unknown, href="/desk/alerts")
        else:
            self._add("Alert", self._late(end, _JUDGE_GRACE), "Nobody was told of the window.")

    async def _instances(self, prefix: str) -> list[Instance]:
        try:
            page = await list_page(self._management, Filter(prefix=prefix), _MOST_INSTANCES)
        except InstancesError:
            return []
        return page.instances

    def _orchestration(self, instance: Instance) -> None:
        failed = instance.runtime_status in ("Failed", "Terminated", "Canceled")
        self._add(
            "Orchestration",
            "missing" if failed else "there",
            f"{instance.instance_id} is {instance.runtime_status}",
            instance.created_time,
            href=f"/desk/workflows/instance?id={instance.instance_id}",
        )

    def _reported_in(self, place: HubPlace) -> None:
        covering = [
            run for run in self._reports if (span := range_of_run(run)) and span.start < place.enqueued_time <= span.end
        ]
        for run in covering[:_MOST_REPORTS]:
            self._add("Reconciliation", "there", run, href=f"/desk/reports/{run}/report.html")
        if not covering:
            self._add("Reconciliation", "waiting", "No report covers its time yet.")
