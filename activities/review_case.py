"""A step of the wait for a decision: note it in the case's journal, and tell the fraud team."""

import logging

import msgspec

from activities.fraud_team import post_to_team
from fraud.desk.alert_cards import Card
from fraud.desk.alert_text import case_address
from fraud.desk.changes import Change, nobody_to_tell, stepped
from fraud.desk.rows import CaseRow
from fraud.desk.waiting import ReviewState, ReviewStep, review_id
from services.desk.reviews import read_case, step_case
from services.settings import settings

_log = logging.getLogger(__name__)
_TOLD = ("reminded", "escalated", "expired")


class ReviewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """The message to the fraud team on a case that nobody has decided."""

    name: str
    case_id: str
    step: str
    assignee: str | None
    at_stake: int
    max_score: int


async def take_review_step(step: ReviewStep) -> ReviewState:
    """Take a step, unless the case was decided or reopened meanwhile; the state after it.

    Where no webhook is set, the journal says that there was nobody to tell. Run twice, it leaves the case and its
    journal as they are, and sends the same `Idempotency-Key`. Raises WebhookError if the webhook does not take the
    notice, and what Cosmos raised.
    """
    reopened = step.reopened or 0
    if step.step is not None:
        name, has_receiver = step.step, step.step not in _TOLD or settings().alert_webhook_url is not None

        def change(case: CaseRow) -> Change | None:
            taken = stepped(case, name, step.at, step.due, reopened)
            return taken if taken is None or has_receiver else nobody_to_tell(taken)

        await step_case(step.case_id, step.store_id, change)
    case = await read_case(step.case_id, step.store_id)
    if case is None or case.review.reopened != reopened:
        return ReviewState(state=None)
    if step.step in _TOLD and case.review.step == step.step:
        await _tell(case, step.step)
    return ReviewState(state=case.review.state)


async def _tell(case: CaseRow, step: str) -> None:
    notice = ReviewNotice(
        name=f"{review_id(case.id, case.review.reopened)}-{step}",
        case_id=case.id,
        step=step,
        assignee=case.review.assignee,
        at_stake=case.stakes.at_stake,
        max_score=case.max_score,
    )
    _log.warning("REVIEW %s %s: worst score %d", case.id, step, case.max_score)
    await post_to_team(notice.name, notice, _card_of(notice))


def _card_of(notice: ReviewNotice) -> Card:
    facts = {
        "Case": notice.case_id,
        "Assigned to": notice.assignee or "nobody",
        "At stake": f"{notice.at_stake / 100:,.2f}",
        "Worst score": str(notice.max_score),
    }
    link = case_address(settings().desk_url, notice.case_id)
    return Card(title=f"Case {notice.step}: nobody has decided it", facts=facts, link=link)
