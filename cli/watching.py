"""`detective watch`: the flow of events through the pipeline as a live view in the terminal."""

import time

from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.app_client import AppClient, read_as
from cli.screen import console, plain, print_json, print_json_line
from fraud.desk.plurals import counted
from fraud.watching.checks import MOST_QUARANTINED, Check
from fraud.watching.flow import FlowSeen

_PATH = "api/flow"
_SECONDS = 2.0
_LABELS = {
    "sent": "received by the hub",
    "captured": "captured",
    "archived": "archived or set aside",
    "quarantined": "quarantined lately",
    "flagged": "flagged by the job",
    "windows": "windows judged",
    "judged": "verdicts",
    "alerts": "alerts told",
}
_BAR = 24


def watch(app: AppClient, *, once: bool, as_json: bool) -> int:
    """Show the flow every two seconds until Ctrl-C, or once: then 1 if a check is not ok. Raises AppError."""
    if as_json:
        return _print(app, once=once)
    flow = _read(app.get(_PATH))
    if once:
        console.print(view(flow))
        return _exit_code(flow)
    with Live(view(flow), console=console, refresh_per_second=4, transient=False) as live:
        while True:
            time.sleep(_SECONDS)
            live.update(view(_read(app.get(_PATH))))


def _print(app: AppClient, *, once: bool) -> int:
    while True:
        flow = app.get(_PATH)
        if once:
            print_json(flow)
            return _exit_code(_read(flow))
        print_json_line(flow)
        time.sleep(_SECONDS)


def _read(answer: object) -> FlowSeen:
    return read_as(FlowSeen, answer, "the flow")


def _exit_code(flow: FlowSeen) -> int:
    return 0 if all(check.is_ok for check in flow.checks) else 1


def view(flow: FlowSeen) -> Group:
    """The picture of a flow, in 80 columns: joints with bars of their rates, backlog, checks that are not ok."""
    speed = f", {flow.speed:g} times as fast" if (flow.speed or 1) > 1 else ""
    fastest = max([0.001, *(joint.rate or 0 for joint in flow.joints.values())])
    joints = Table.grid(padding=(0, 2))
    for column in ("left", "right", "right", "left"):
        joints.add_column(justify=column)
    for name, joint in flow.joints.items():
        count = "-" if joint.count is None else f"{joint.count:,}"
        if name == "quarantined" and (joint.count or 0) >= MOST_QUARANTINED:
            count += "+"
        rate = joint.rate or 0
        joints.add_row(_LABELS.get(name, name), count, _rate(rate), "█" * round(_BAR * rate / fastest))
    lines = [Text(""), Text(f"Azure's time {flow.now:%Y-%m-%d %H:%M:%S}Z{speed}", style="bold"), joints]
    lines.append(Text(_backlog(flow)))
    if flow.nobody_to_tell:
        untold = counted(flow.nobody_to_tell, "alert")
        lines.append(Text(f"{untold} had nobody to tell: no receiver is set for their band"))
    lines += [_line(check) for check in flow.checks if not check.is_ok]
    if all(check.is_ok for check in flow.checks):
        lines.append(Text.from_markup("[green]✔[/] every check is ok"))
    return Group(*lines)


def _backlog(flow: FlowSeen) -> str:
    last = f"; last night {flow.night.verdict}" if flow.night else ""
    return f"{flow.lag:,} behind, {flow.waiting:,} in the queue, {counted(flow.dead_letters, 'dead letter')}{last}"


def _line(check: Check) -> Text:
    number = f"{check.value:,.0f} of {check.threshold:,.0f} {check.unit}"
    name = escape(plain(f"{check.name.replace('_', ' '):<14} {check.state:<10} {number}"))
    return Text.from_markup(f"[red]✘[/] {name}\n  {escape(plain(check.advice))[:76]}")


def _rate(rate: float) -> str:
    if not rate:
        return ""
    return f"{rate * 60:.1f}/min" if rate < 0.95 else f"{rate:,.1f}/s"
