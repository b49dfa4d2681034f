"""`python -m tests.chaos --minutes 30`: the whole stack under a hostile load while its parts die; `make chaos` runs it.

Prints the seed, the events, the kills by part, the faults and the differences; 1 if the report of the reconciliation is
not exactly what the journal of acknowledged bodies says.
"""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

import tests.conftest  # the settings with which the app can be imported
from cli import reconciliations, repairs
from cli.app_client import AppClient
from fraud.desk.set_aside import MAX_REDRIVEN, RedriveOrder
from tests.chaos.account import Expected, differences_from, expected_of
from tests.chaos.idle import wait_until_idle
from tests.chaos.load import Load
from tests.chaos.plan import Chaos
from tests.chaos.stack import ChaosStack

_PATIENCE_SECONDS = 300.0
"""Without any change in what the report lacks. A late event's last look-up comes 80 minutes of Azure's time later."""
_WINDOW = timedelta(minutes=5)


def main(words: Sequence[str] | None = None) -> int:
    """Run a campaign; 0 if its accounts are exact."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kill parts under load, then reconcile.")
    parser.add_argument("--minutes", type=float, default=30.0, help="of real time (default: %(default)s)")
    parser.add_argument("--seed", default=None, help="of bodies and deeds; default: a new one")
    parser.add_argument("--rate", type=float, default=500.0, help="events per second (default: %(default)s)")
    parser.add_argument("--speed", type=float, default=30.0, help="Azure's seconds in a second (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="keeps state and logs; default: a temporary one")
    options = parser.parse_args(words)
    assert tests.conftest.APP_SETTINGS
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    seed = options.seed or str(secrets.randbelow(10**6))
    print(f"chaos: seed {seed}, {options.minutes:g} minutes, {options.rate:g} events/s", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(_campaign(folder, seed, options.minutes * 60, options.rate, options.speed))


async def _campaign(folder: Path, seed: str, seconds: float, rate: float, speed: float) -> int:
    started = time.monotonic()
    stack = ChaosStack(folder, speed)
    await asyncio.to_thread(stack.start)
    try:
        begin = await asyncio.to_thread(_now, stack)
        load, chaos = Load(stack, rate, seed), Chaos(stack, seed)
        sending, killing = asyncio.create_task(load.run()), asyncio.create_task(chaos.run())
        await asyncio.wait({sending, killing}, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        await chaos.calm()
        load.stop()
        await sending
        _say(started, f"calm: {load.journal.sends:,} sends, {len(load.journal.contents):,} contents")
        end = await asyncio.to_thread(_now, stack) + 2 * _WINDOW
        wrong = await asyncio.to_thread(_settle, stack, load, begin, end, started)
    finally:
        await asyncio.to_thread(stack.stop)
    journal = load.journal
    print(
        f"  events      {len(journal.contents):,} contents in {journal.sends:,} sends, {journal.failed_sends:,} failed"
    )
    print(f"  kills       {dict(chaos.kills)}; the stack was started {stack.starts} times")
    print(f"  faults      {dict(chaos.faults)}")
    print(f"  differences {wrong or 'none beside what was done'}")
    print(f"  {'FAILED' if wrong else 'exact'} after {time.monotonic() - started:.0f} s, seed {seed}", flush=True)
    return 1 if wrong else 0


def _now(stack: ChaosStack) -> datetime:
    return AppClient(stack.url, patience=60).now()


def _say(started: float, words: str) -> None:
    """A line with the seconds since the beginning."""
    print(f"  {time.monotonic() - started:5.0f} s  {words}", flush=True)


def _settle(stack: ChaosStack, load: Load, begin: datetime, end: datetime, started: float) -> list[str]:
    """Reconcile until the report is exact or nothing changes any more: what is late looks lost until it is there.

    Then repair: what is left is what nothing can undo, and the report must be exact again.
    """
    app = AppClient(stack.url, patience=60)
    wanted = expected_of(load.journal)
    left = wait_until_idle(app, end + _WINDOW, _PATIENCE_SECONDS)
    _say(started, f"the pipeline {f'does not come to rest: {left}' if left else 'is idle'}")
    if letters := _redriven(app):
        _say(started, f"redriven: {letters:,} messages that had used up their deliveries")
        wait_until_idle(app, end + _WINDOW, _PATIENCE_SECONDS)
    last, changed = list[str](), time.monotonic()
    while True:
        run, wrong = _reconciled(app, wanted, begin, end, is_repaired=False)
        _say(started, f"reconciled: {'; '.join(wrong)[:300] or 'exact'}")
        if not wrong:
            break
        if wrong != last:
            last, changed = wrong, time.monotonic()
        elif time.monotonic() > changed + _PATIENCE_SECONDS:
            return wrong
        time.sleep(10)
    repaired = repairs.run(app, run, dry_run=False, quiet=True)
    _say(started, f"repaired: {repaired.events:,} events, {repaired.judged_windows:,} windows")
    wrong = _reconciled(app, wanted, begin, end, is_repaired=True)[1]
    _say(started, f"reconciled: {'; '.join(wrong)[:300] or 'exact'}")
    return wrong


def _redriven(app: AppClient) -> int:
    """Start the windows of all dead letters, as health tells an operator to; gives how many there were.

    Ten deliveries can all end in a storm of faults. Such a message is set aside, neither lost nor judged.
    """
    letters = 0
    while rows := app.query("api/dead-letters", limit=str(MAX_REDRIVEN))["items"]:
        order = RedriveOrder(
            why="the faults have ended", sequence_numbers=tuple(row["sequence_number"] for row in rows)
        )
        taken = app.change("api/dead-letters/redrive", order, actor="make chaos")["letters"]
        assert taken, f"{len(rows)} dead letters cannot be redriven"
        letters += taken
    return letters


def _reconciled(
    app: AppClient, wanted: Expected, begin: datetime, end: datetime, *, is_repaired: bool
) -> tuple[str, list[str]]:
    """The reconciliation, and where its report is not what the journal says."""
    run = reconciliations.start(app, begin - _WINDOW, end)
    outcome = reconciliations.wait(app, run, lambda _: None)
    report = msgspec.json.decode(app.get_bytes(f"api/reports/{outcome.id}/report.json"))
    lines = [app.get_bytes(f"api/reports/{outcome.id}/{path.rpartition('/')[2]}") for path in report["lists"]]
    return outcome.id, differences_from(wanted, report, lines, is_repaired=is_repaired)


if __name__ == "__main__":
    sys.exit(main())
