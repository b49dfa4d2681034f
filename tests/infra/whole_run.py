"""A night, and people at the desk: all that the app is there for, done once over its own addresses.

A campaign, its windows and a repair are the beginning of `test_least_privilege.py`'s run; this is what follows them.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from azure.servicebus import ServiceBusClient

from cli.app_client import AppClient
from function_app.api.endpoints import ENDPOINTS
from function_app.reconciliation import NIGHTLY
from reconciliation.messages import Outcome
from services import names
from tests.fraud.builders import event_body
from tests.function_app.desk.letters import expiring
from tests.infra.operations import DEPLOYMENT

ANALYST, OPERATOR = "Ana", "Olga"
PAGES = ("", "cases", "events", "workflows", "reconciliations", "campaigns", "quarantine", "dead-letters", "rules")
"""Pages of the desk, below /desk; each shows what its list of the API gives, and some more."""
WHY = "A proof."
NIGHTLY_TIMER = "reconcile-every-night"
_PATIENCE_SECONDS = 150.0
_ENDED = ("Completed", "Failed", "Terminated")
Result = TypeVar("Result")


def pass_the_night(app: AppClient) -> Outcome:
    """Let the timer start the night after the day of the campaign; the outcome of its reconciliation.

    Azure's time must have begun late on a day: what the night profiles is the day before it.
    """
    midnight = (app.now() + timedelta(hours=12)).replace(hour=0, minute=10, second=0)
    until(lambda: now(app) > midnight)
    app.post(f"admin/functions/{NIGHTLY_TIMER}")
    instance = until(lambda: ended(app, NIGHTLY))
    assert instance["status"] == "Completed", instance
    return msgspec.convert(instance["output"], Outcome)


def work_at_the_desk(app: AppClient, service_bus: str) -> None:
    """Look at everything that the desk shows, and do everything that it offers."""
    name = next(case["id"] for case in app.query("api/cases", kind="window")["items"])
    case = app.get(f"api/cases/{name}")
    verdict = case["verdicts"][0]
    event = verdict["event_id"]
    look_at_every_list(app)
    look_at_every_page(app, name, event)
    decide(app, name)
    app.send(
        "api/outcomes", f"id,outcome,date\n{event},fraud,2026-01-01\n".encode(), mimetype="text/csv", actor=ANALYST
    )
    change_the_rules(app, verdict["reasons"][0]["rule"])
    judge_again(app, name)
    set_right(app, service_bus)


def look_at_every_list(app: AppClient) -> None:
    """Every address of the API that needs no name, and those of the app beside it."""
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET" and "{" not in endpoint.path and endpoint.asked.__struct_fields__[:1] != ("id",):
            asked = "?store=1" if endpoint.path == "api/events" else ""
            app.get(endpoint.path + asked, accept=(404,))  # nothing was judged again, or tried, so far
    for path in ("api/health/details", "api/campaigns", "api/reconciliations", "api/chain"):
        app.get(path, accept=(503,))


def look_at_every_page(app: AppClient, case: str, event: str) -> None:
    """The pages, and what the desk tells of a case and of an event."""
    for page in PAGES:
        assert app.get_bytes(f"desk/{page}".rstrip("/"))
    assert app.get_bytes(f"desk/cases/{case}")
    for path in (f"api/cases/{case}/file.json", f"api/events/{event}", f"api/workflows/{case}"):
        assert app.get(path)
    assert app.query("api/trace", id=event)
    (run, *_) = app.get("api/reconciliations")
    for file in ("report.html", "report.json"):
        assert app.get_bytes(f"api/reports/{run['id']}/{file}")


def decide(app: AppClient, case: str) -> None:
    """Take a case, comment on it, decide it, and open it again."""
    for deed, content in (
        ("assignment", {"assignee": ANALYST, "why": WHY}),
        ("comments", {"text": WHY}),
        ("decision", {"outcome": "confirmed", "why": WHY}),
        ("reopening", {"why": WHY}),
    ):
        seen = app.get(f"api/cases/{case}")["case"]
        app.change(f"api/cases/{case}/{deed}", content, actor=ANALYST, etag=seen["etag"])


def change_the_rules(app: AppClient, rule: str) -> None:
    """Let another set judge in the shadow, activate it, and let a rule sleep and wake."""
    until_later = (now(app) + timedelta(days=1)).isoformat()
    for deed, content in (
        ("shadow", {"set": "seed"}),
        ("snoozes", {"rule": rule, "until": until_later, "store": "1"}),
        ("snoozes/{number}/ending", {}),
        ("active", {"set": "seed"}),
    ):
        seen = app.get("api/rules-in-use")
        path = deed.format(number=seen["snoozes"][0]["number"] if seen["snoozes"] else 0)
        app.change(f"api/rules-in-use/{path}", {**content, "why": WHY}, actor=OPERATOR, etag=seen["etag"])


def judge_again(app: AppClient, window: str) -> None:
    """Try a set on a window, then judge the window again by it."""
    order: dict[str, Any] = {"window": window, "rules": "seed", "why": WHY}
    app.change("api/rule-trials", order, actor=ANALYST)
    until(lambda: app.get("api/rule-trial")["status"] in _ENDED)
    app.change("api/reanalyses", order, actor=OPERATOR)
    counted = until(lambda: row if (row := app.get("api/reanalysis"))["status"] in _ENDED else None)
    app.change("api/reanalyses", {**order, "confirm": counted["state"]["counted"]["verdicts"]}, actor=OPERATOR)
    done = until(lambda: row if (row := app.get("api/reanalysis"))["status"] in _ENDED else None)
    assert done["phase"] == "done", done
    assert app.get(f"api/cases/{window}/kept-verdicts")


def set_right(app: AppClient, service_bus: str) -> None:
    """Correct an event in quarantine and send it again; hand over a dead letter."""
    record = until(lambda: app.query("api/quarantine", kind="events")["items"])[0]
    body = event_body("set-right").decode()
    app.change("api/quarantine/resubmit", {"path": record["path"], "body": body, "why": WHY}, actor=OPERATOR)
    with (
        ServiceBusClient.from_connection_string(service_bus, user_agent=DEPLOYMENT) as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        sender.send_messages(expiring(b"this is not a window"))
    letter = until(lambda: app.get("api/dead-letters")["items"])[0]["sequence_number"]
    redriven = app.change("api/dead-letters/redrive", {"up_to": letter, "why": WHY}, actor=OPERATOR)
    assert redriven["letters"] == 1, redriven


def ended(app: AppClient, instance: str) -> dict[str, Any] | None:
    """An orchestration that has ended; None until then."""
    state = app.get(f"api/workflows/{instance}", accept=(404,))
    return state if state["status"] in _ENDED else None


def now(app: AppClient) -> Any:
    """Azure's time, as an answer of this moment tells it."""
    app.get("api/health", accept=(503,))
    return app.now()


def until(look: Callable[[], Result | None]) -> Result:
    """The result of a look, as soon as it has one. Fails after some minutes without it."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if result := look():
            return result
        time.sleep(0.3)
    raise AssertionError("it did not come to this in time")
