"""Windows are judged again, and rules are tried on them, in a browser: each state that the two pages can show."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from activities.archive_events import archive_events
from activities.judge_small_window import judge_small_window
from activities.window_ids import save_window
from fraud.context.schema import KINDS
from fraud.reanalysis import trial
from fraud.reanalysis.messages import Reanalysis
from fraud.rules.reading import read_rules
from fraud.windows import SuspiciousWindow
from local_azure.testing import Clock
from local_azure.testing.parts import running
from services.settings import settings
from services.tried_rules import keep_tried_rules
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received
from tests.function_app.desk.browsing import Visitor, visitor_of
from tests.function_app.desk.test_a_night import aside
from tests.function_app.http_functions import ORCHESTRATORS
from tests.support.parts import azure

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
SPEED = 10
"""A failed activity is tried again after 30 seconds of Azure's time: three here."""
WINDOWS = 10
"""Eight are judged at once: a re-analysis that is stopped meanwhile leaves two."""
END = WINDOW_ENDING_1010.end
RANGE = (f"{END:%Y-%m-%dT%H:%M:%SZ}",) * 2
SEED = (ROOT / "fraud" / "rule_sets" / "seed.toml").read_text()
_MS = 60_000


class Receiver:
    """A webhook that takes no alert until it is opened: a re-analysis that has one to tell waits for it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200 if receiver.opened.is_set() else 503)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test says what it misses."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[str]:
    """The address of an app with windows that were judged by the active set; this process's clients lead there, too."""
    folder = tmp_path_factory.mktemp("rules")
    now = time.time()
    with azure(folder, Clock(now, now, SPEED)) as their_settings, pytest.MonkeyPatch.context() as patch:
        for name, value in their_settings.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        options = ("--app", str(ROOT), "--port", "0")
        # The windows of this process tell nobody; what the app judges again tells the receiver.
        webhook = {"ALERT_WEBHOOK_URL": receiver.url}
        with running("functions_host", *options, state=folder / "host", settings=webhook) as host:
            address = host.addresses[0].rstrip("/")
            names = aside(windows())
            decision = {"outcome": "confirmed", "why": "A chargeback came in."}
            etag = requests.get(f"{address}/api/cases/{names[0]}", timeout=30).headers["ETag"]
            who = {"x-actor": "Tess", "If-Match": etag}
            requests.post(
                f"{address}/api/cases/{names[0]}/decision", json=decision, headers=who, timeout=30
            ).raise_for_status()
            yield address
    settings.cache_clear()


async def windows() -> list[str]:
    """Windows of two sales each, judged by the active set; their names."""
    names: list[str] = []
    for number in range(WINDOWS):
        ids = (f"sale-{number}-a", f"sale-{number}-b")
        fields = {"price": 950.5, "qty": 30, "discount": 80, "payment_method": "gift_card", "store_id": 3 + number}
        await archive_events([received(event_body(each, cust_id=number, **fields)) for each in ids])
        task = await save_window(SuspiciousWindow(3 + number, ids, WINDOW_ENDING_1010))
        await judge_small_window(task)
        names.append(task.name)
    return names


@pytest.fixture
def visitor(browser: Browser, desk: str) -> Iterator[Visitor]:
    yield from visitor_of(browser, desk)


def fill(page: Page, why: str) -> None:
    """The fields that both forms have."""
    page.get_by_label("Windows that end from").fill(RANGE[0])
    page.get_by_label("to", exact=True).fill(RANGE[1])
    page.get_by_label("Why").fill(why)


def stop(page: Page) -> None:
    """Stop what runs; it is told to before the page comes back."""
    page.get_by_label("Why stop").fill("It was enough.")
    with page.expect_response(lambda answer: answer.request.method == "POST", timeout=_MS) as answered:
        page.get_by_role("button", name="Stop after the windows in work").click(no_wait_after=True)
    assert answered.value.status == 303


def told(visitor: Visitor, phase: str) -> None:
    """Wait until the page, which renews itself, tells a state."""
    expect(visitor.page.locator("main h2 .mark").first).to_have_text(phase, timeout=_MS)


def test_windows_are_counted_judged_again_stopped_and_each_state_can_be_read(visitor: Visitor, receiver: Receiver):
    page = visitor.page
    visitor.go("/desk/rules/reanalysis")
    fill(page, "The shop's own rules, once more.")
    page.get_by_label("Rule set").select_option("seed")
    page.get_by_role("button", name="Count").click()
    told(visitor, "counted")
    button = page.get_by_role("button", name="Judge 20 verdicts again")
    expect(button).to_be_visible()
    assert visitor.look("reanalysis-counted") == []

    button.click()
    told(visitor, "judging")
    assert visitor.look("reanalysis-judging") == []

    stop(page)
    receiver.opened.set()
    told(visitor, "stopped")
    expect(page.get_by_label("Windows judged again")).to_have_attribute("value", "8")
    assert visitor.look("reanalysis-stopped") == []

    fill(page, "All of them.")
    page.get_by_label("Rule set").select_option("seed")
    page.get_by_role("button", name="Count").click()
    told(visitor, "counted")
    page.get_by_role("button", name="Judge 20 verdicts again").click()
    told(visitor, "done")
    assert visitor.look("reanalysis-done") == []

    visitor.go("/desk/journal")
    expect(page.locator("main")).to_contain_text("It was enough.")
    assert visitor.complaints == []


def test_a_rule_file_is_tried_stopped_and_each_state_can_be_read(visitor: Visitor, desk: str):
    page, text = visitor.page, SEED.replace('"seed"', '"mine"', 1)
    order = Reanalysis(
        id="try-x", start=END, end=END, rules=read_rules(text, KINDS, "mine").id, who="Ana", why="Is it better?"
    )
    waiting = msgspec.to_builtins(trial.TrialState(order=order))
    requests.post(
        f"{desk}{ORCHESTRATORS}/try_rules/{trial.INSTANCE}", json=waiting, timeout=30
    ).raise_for_status()  # its file is not there yet: it is tried again and again
    visitor.go("/desk/rules/trial")
    told(visitor, "trying")
    assert visitor.look("trial-trying") == []

    stop(page)
    aside(keep_tried_rules(text))
    told(visitor, "stopped")
    assert visitor.look("trial-stopped") == []

    fill(page, "What would it say?")
    page.get_by_label("Rule file").fill(text)
    page.get_by_role("button", name="Try").click()
    told(visitor, "done")
    expect(page.get_by_text("10 windows with 20 verdicts.")).to_be_visible()
    assert visitor.look("trial-done") == []

    fill(page, "And this one?")
    page.get_by_label("Rule file").fill(text.replace("medium", "median"))
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("alert")).to_contain_text("rules.toml")
    assert visitor.look("trial-refused") == []
    assert [each for each in visitor.complaints if "400" not in each] == []
