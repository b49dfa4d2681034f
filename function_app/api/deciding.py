"""The endpoints that change the review of a case.

Each request names the state that its sender has seen, and is journalled.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from activities.desk.hits import outdate_figures
from fraud.desk.changes import Change, assigned, commented, decided, reopened
from fraud.desk.queries import CaseName
from fraud.desk.review import Person, ReviewOutcome, Why
from fraud.desk.rows import CaseRow
from fraud.desk.waiting import DECIDED_EVENT, review_id
from function_app.api.endpoint import Answer, Call, Endpoint
from services.desk.reviews import change_case
from services.watching import azure_time

_log = logging.getLogger(__name__)


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The decision of a case, and why."""

    outcome: ReviewOutcome
    why: Why


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person to whom a case is assigned; null assigns it to nobody."""

    assignee: Person | None
    why: Why | None = None


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment on a case."""

    text: Why


class Reopening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason why a decision is taken back."""

    why: Why


async def decide_case(call: Call[CaseName, Decision]) -> Answer:
    """Decide a case: confirmed, dismissed, or escalated to those who decide."""
    when, outcome = await azure_time(), call.content.outcome
    case = await _change(call, lambda case: decided(case, call.caller, when, outcome, call.content.why))
    outdate_figures()
    if outcome != "escalated" and call.client is not None:
        try:
            await call.client.raise_event(review_id(case.id, case.review.reopened), DECIDED_EVENT, None)
        except Exception:  # noqa: BLE001 - the SDK raises nothing more exact
            # Nobody waits for a case without a verdict of the band high; who waits looks at the next step by itself.
            _log.info("%s: nobody waits for its decision", call.asked.id)
    return _answer(case)


async def assign_case(call: Call[CaseName, Assignment]) -> Answer:
    """Assign a case to somebody, or to nobody."""
    when, content = await azure_time(), call.content
    return await _changed(call, lambda case: assigned(case, call.caller, when, content.assignee, content.why))


async def comment_case(call: Call[CaseName, Comment]) -> Answer:
    """Add a comment to the journal of a case."""
    when = await azure_time()
    return await _changed(call, lambda case: commented(case, call.caller, when, call.content.text))


async def reopen_case(call: Call[CaseName, Reopening]) -> Answer:
    """Take back the decision of a case."""
    when = await azure_time()
    answer = await _changed(call, lambda case: reopened(case, call.caller, when, call.content.why))
    outdate_figures()
    return answer


async def _changed(call: Call[CaseName, Any], make: Callable[[CaseRow], Change]) -> Answer:
    return _answer(await _change(call, make))


async def _change(call: Call[CaseName, Any], make: Callable[[CaseRow], Change]) -> CaseRow:
    return await change_case(call.asked.id, call.if_match or "", make)


def _answer(case: CaseRow) -> Answer:
    return Answer(content=case, etag=case.etag.strip('"'))


def _post(name: str, path: str, handler: Any, content: Any, *, needs_client: bool = False) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=f"api/cases/{{id}}/{path}",
        role="analyst",
        handler=handler,
        asked=CaseName,
        content=content,
        answer=CaseRow,
        statuses=(404, 409, 412, 428),
        needs_etag=True,
        needs_client=needs_client,
    )


ENDPOINTS = (
    _post("decide-case", "decision", decide_case, Decision, needs_client=True),
    _post("assign-case", "assignment", assign_case, Assignment),
    _post("comment-case", "comments", comment_case, Comment),
    _post("reopen-case", "reopening", reopen_case, Reopening),
)
