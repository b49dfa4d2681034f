"""The endpoints of the rules in use: the set that judges windows, the one in its shadow, and snoozes of rules."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from activities.reconciliation.chain import append, note_if_altered
from fraud.desk.callers import Role
from fraud.desk.rules_in_use import (
    RulesInUse,
    RulesInUseRow,
    RuleToSnooze,
    SetInShadow,
    SetToActivate,
    SnoozeName,
    Waking,
    activated,
    shadowed,
    snoozed,
    woken,
)
from fraud.rules.shipped import shipped
from function_app.api.endpoint import Answer, Call, Endpoint, NoParameters
from services.rules_in_use import PATH, UNCHANGED, Kept, change_rules_in_use, read_rules_in_use
from services.watching import azure_time


async def get_rules_in_use(call: Call[NoParameters, None]) -> Answer:
    """The sets in use, and who changed them when and why."""
    return _answer(await read_rules_in_use(), await azure_time())


async def activate_rules(call: Call[NoParameters, SetToActivate]) -> Answer:
    """Let a set judge windows from now on; those in flight keep theirs."""
    return await _changed(call, lambda kept, now: activated(kept.state, call.content, call.caller, now, shipped()))


async def shadow_rules(call: Call[NoParameters, SetInShadow]) -> Answer:
    """Let a set judge windows beside the active one, or end that: its verdicts make neither cases nor alerts."""

    def make(kept: Kept, now: datetime) -> RulesInUse:
        return shadowed(kept.state, call.content, call.caller, now, shipped(), active=kept.active)

    return await _changed(call, make)


async def snooze_rule(call: Call[NoParameters, RuleToSnooze]) -> Answer:
    """Snooze a rule for a customer or a store: it adds no points in windows that begin later."""
    rules = {rule.id for rule_set in shipped().values() for rule in rule_set.rules}
    return await _changed(call, lambda kept, now: snoozed(kept.state, call.content, call.caller, now, rules))


async def wake_rule(call: Call[SnoozeName, Waking]) -> Answer:
    """End a snooze early, for the windows that begin later."""
    number = call.asked.number
    return await _changed(call, lambda kept, now: woken(kept.state, number, call.content, call.caller, now))


async def _changed(call: Call[Any, Any], make: Callable[[Kept, datetime], RulesInUse]) -> Answer:
    now = await azure_time()
    if (await read_rules_in_use()).etag == call.if_match:
        await note_if_altered(PATH)
    changed = await change_rules_in_use(call.if_match or "", lambda kept: make(kept, now))
    # A link of the chain of reports: a set that somebody else activates, or a snooze that nobody made, is found. If it
    # was so already, too: the change may have been written, and its link not.
    if changed.etag != UNCHANGED:
        await append(PATH, [PATH])
    return _answer(changed, now)


def _answer(kept: Kept, now: datetime) -> Answer:
    row = RulesInUseRow(
        active=kept.active,
        shadow=kept.shadow,
        snoozes=tuple(snooze for snooze in kept.state.snoozes if snooze.end > now),
        changes=tuple(reversed(kept.state.changes)),
        etag=kept.etag,
    )
    return Answer(content=row, etag=kept.etag)


def _post(  # noqa: PLR0917 - the columns of the table below
    name: str, path: str, handler: Any, content: Any, role: Role, asked: Any = NoParameters, *more: int
) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=f"api/rules-in-use/{path}",
        role=role,
        handler=handler,
        asked=asked,
        content=content,
        answer=RulesInUseRow,
        statuses=(*more, 409, 412, 428),
        needs_etag=True,
    )


ENDPOINTS = (
    Endpoint(
        name="get-rules-in-use",
        method="GET",
        path="api/rules-in-use",
        role="reader",
        handler=get_rules_in_use,
        answer=RulesInUseRow,
    ),
    _post("activate-rules", "active", activate_rules, SetToActivate, "operator"),
    _post("shadow-rules", "shadow", shadow_rules, SetInShadow, "operator"),
    _post("snooze-rule", "snoozes", snooze_rule, RuleToSnooze, "analyst"),
    _post("wake-rule", "snoozes/{number}/ending", wake_rule, Waking, "analyst", SnoozeName, 404),
)
