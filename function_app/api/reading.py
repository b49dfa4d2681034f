"""The endpoints that read: lists and details."""

from typing import Any
from urllib.parse import unquote

from fraud.desk.paging import Page
from fraud.desk.queries import (
    CaseName,
    CaseQuery,
    EventName,
    EventQuery,
    QuarantineName,
    QuarantineQuery,
    Question,
    SpanQuestion,
    VerdictQuery,
)
from fraud.desk.rows import (
    AlertRow,
    CaseDetails,
    CaseRow,
    DeadLetterRow,
    EventDetails,
    EventRow,
    QuarantineRow,
    RuleSetRow,
    VerdictRow,
    WindowRow,
)
from function_app.api.endpoint import Answer, Call, Endpoint, NoParameters
from services.desk import alerts, alike, cases, dead_letters, events, quarantine, rule_sets, verdicts


async def list_cases(call: Call[CaseQuery, None]) -> Page[CaseRow]:
    """A page of cases, by the money at stake or by time."""
    return await cases.list_cases(call.asked)


async def get_case(call: Call[CaseName, None]) -> Answer:
    """A case with its worst verdicts and its journal."""
    details = await cases.case_details(call.asked)
    return Answer(content=details, etag=details.case.etag.strip('"'))


async def list_verdicts(call: Call[VerdictQuery, None]) -> Page[VerdictRow]:
    """A page of verdicts, of a case or of a span."""
    blob = (await cases.find_case(call.asked.case)).verdicts_blob if call.asked.case else None
    return await verdicts.list_verdicts(call.asked, blob)


async def list_events(call: Call[EventQuery, None]) -> Page[EventRow]:
    """A page of archived events of a customer, a sku, a store or a gateway, the latest first."""
    return await alike.list_events(call.asked)


async def get_event(call: Call[EventName, None]) -> EventDetails:
    """All contents under an id, archived or in quarantine; none if it never arrived."""
    return await events.event_details(call.asked.id)


async def list_windows(call: Call[SpanQuestion, None]) -> Page[WindowRow]:
    """A page of the windows that have verdicts, the latest first."""
    return await verdicts.list_windows(call.asked)


async def list_quarantine(call: Call[QuarantineQuery, None]) -> Page[QuarantineRow]:
    """A page of what is in quarantine, the newest hour first."""
    return await quarantine.list_quarantine(call.asked)


async def get_quarantine(call: Call[QuarantineName, None]) -> QuarantineRow:
    """A record of quarantine with its body as text and in hexadecimal digits."""
    # Whoever goes by the OpenAPI document encodes the slashes of the path; no path of a record has a percent sign.
    return await quarantine.quarantine_record(unquote(call.asked.path))


async def list_dead_letters(call: Call[Question, None]) -> Page[DeadLetterRow]:
    """A page of the dead letters: messages that failed at every delivery."""
    return await dead_letters.list_dead_letters(call.asked)


async def list_alerts(call: Call[SpanQuestion, None]) -> Page[AlertRow]:
    """A page of the alerts that were sent to the fraud team, the latest window first."""
    return await alerts.list_alerts(call.asked)


async def list_rule_sets(call: Call[NoParameters, None]) -> tuple[RuleSetRow, ...]:
    """Every rule set of this version, the active one first."""
    return await rule_sets.rule_sets()


def _get(name: str, path: str, handler: Any, asked: Any, answer: Any, *statuses: int) -> Endpoint:
    return Endpoint(
        name=name,
        method="GET",
        path=path,
        role="reader",
        handler=handler,
        asked=asked,
        answer=answer,
        statuses=statuses,
    )


ENDPOINTS = (
    _get("list-cases", "api/cases", list_cases, CaseQuery, Page[CaseRow]),
    _get("get-case", "api/cases/{id}", get_case, CaseName, CaseDetails, 404),
    _get("list-verdicts", "api/verdicts", list_verdicts, VerdictQuery, Page[VerdictRow], 404),
    _get("list-events", "api/events", list_events, EventQuery, Page[EventRow]),
    _get("get-event", "api/events/{*id}", get_event, EventName, EventDetails),
    _get("list-windows", "api/windows", list_windows, SpanQuestion, Page[WindowRow]),
    _get("list-quarantine", "api/quarantine", list_quarantine, QuarantineQuery, Page[QuarantineRow]),
    _get("get-quarantine", "api/quarantine/{*path}", get_quarantine, QuarantineName, QuarantineRow, 404),
    _get("list-dead-letters", "api/dead-letters", list_dead_letters, Question, Page[DeadLetterRow]),
    _get("list-alerts", "api/alerts", list_alerts, SpanQuestion, Page[AlertRow]),
    _get("list-rule-sets", "api/rule-sets", list_rule_sets, NoParameters, tuple[RuleSetRow, ...]),
)
