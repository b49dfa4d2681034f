"""The endpoints of the rule sets in use: which judges windows, and which judges in its shadow."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fraud.desk.rules_in_use import RulesInUse, RulesInUseRow, SetInShadow, SetToActivate, activated, shadowed
from fraud.rules.shipped import shipped
from function_app.api.endpoint import Answer, Call, Endpoint, Nothing
from services.rules_in_use import Kept, change_rules_in_use, read_rules_in_use
from services.watching import azure_time


async def get_rules_in_use(call: Call[Nothing, None]) -> Answer:
    """The sets in use, and who changed them when and why."""
    return _answer(await read_rules_in_use())


async def activate_rules(call: Call[Nothing, SetToActivate]) -> Answer:
    """Let a set judge windows from now on; those in flight keep theirs."""
    return await _changed(call, lambda kept, now: activated(kept.state, call.content, call.caller, now, shipped()))


async def shadow_rules(call: Call[Nothing, SetInShadow]) -> Answer:
    """Let a set judge windows beside the active one, or end that: its verdicts make neither cases nor alerts."""

    def make(kept: Kept, now: datetime) -> RulesInUse:
        return shadowed(kept.state, call.content, call.caller, now, shipped(), active=kept.active)

    return await _changed(call, make)


async def _changed(call: Call[Nothing, Any], make: Callable[[Kept, datetime], RulesInUse]) -> Answer:
    now = await azure_time()
    return _answer(await change_rules_in_use(call.if_match or "", lambda kept: make(kept, now)))


def _answer(kept: Kept) -> Answer:
    row = RulesInUseRow(
        active=kept.active, shadow=kept.shadow, changes=tuple(reversed(kept.state.changes)), etag=kept.etag
    )
    return Answer(content=row, etag=kept.etag)


def _post(name: str, path: str, handler: Any, content: Any) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=path,
        role="operator",
        handler=handler,
        content=content,
        answer=RulesInUseRow,
        statuses=(409, 412, 428),
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
    _post("activate-rules", "api/rules-in-use/active", activate_rules, SetToActivate),
    _post("shadow-rules", "api/rules-in-use/shadow", shadow_rules, SetInShadow),
)
