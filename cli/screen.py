"""The output of the command line: one console, and progress bars that fit in 80 columns."""

import json
import re
import sys
import textwrap
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.text import Text

from fraud.desk.plurals import length
from fraud.watching.checks import Check
from fraud.watching.health import Health

_BLANKS_AT_LINE_ENDS = re.compile(r" +(?=\n)")


class _Screen(Console):
    """A console that tells the command line of a reader who is gone: by itself it would end with 1, which is an
    answer. In a file or a pipe a line ends with its text, not with the blanks that fill the last column of a table."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        text = super()._render_buffer(buffer)
        return text if self.is_terminal else _BLANKS_AT_LINE_ENDS.sub("", text)


console = _Screen(highlight=False)
_errors = Console(stderr=True, highlight=False)


class _Count(ProgressColumn):
    """`1,230 / 3,000`, in a column of fixed width."""

    def render(self, task: Task) -> Text:
        total = "?" if task.total is None else f"{task.total:,.0f}"
        return Text(f"{task.completed:>7,.0f} / {total:<7}", style="bold")


def progress() -> Progress:
    """A progress display; tasks are described in at most 18 characters."""
    return Progress(
        TextColumn("  "),
        SpinnerColumn(finished_text="[green]✔[/]"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=26),
        _Count(),
        TimeElapsedColumn(),
        console=console,
    )


def heading(text: str) -> None:
    """A heading with an empty line above it."""
    console.print(f"\n[bold]{text}[/]")


def say(text: str) -> None:
    """A line of text as it is: nothing in it is taken for markup, or leaves the line."""
    console.print(f"  {plain(text)}", markup=False, soft_wrap=True)


def say_wrapped(text: str, *, first: str = "  ", indent: int = 2, style: str | None = None) -> None:
    """A text that is wrapped between its words; `first` begins its first line, `indent` blanks the others.

    A word that is longer than a line, such as an id or a path, stays whole, so that it can be copied.
    """
    lines = textwrap.wrap(
        plain(text),
        console.width,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        console.print(line, markup=False, soft_wrap=True, style=style)


def say_the_rest(shown: int, following: str | None, nothing: str) -> None:
    """Behind the first page of a list: that it goes on, or that it has nothing."""
    if not shown:
        say(nothing)
    elif following:
        say("there are more: say --limit 100, or look at the desk, which has all pages")


def show_error(text: str) -> None:
    """A failure, on stderr: what a script reads from stdout is the answer alone."""
    lines = "\n".join(map(plain, text.splitlines()))
    _errors.print(Text.assemble(("detective:", "red"), f" {lines}"), soft_wrap=True)


def from_here(path: Path) -> Path:
    """A path as it is shown: from the folder that the command was given in, if it lies below that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


@contextmanager
def said_at_ctrl_c(text: str) -> Generator[None]:
    """Say what goes on in the app, and how to come back to it, if somebody ends the waiting."""
    try:
        yield
    except KeyboardInterrupt:
        show_error(text)
        raise


def print_json(content: Any) -> None:
    """Print the answer for a script."""
    sys.stdout.write(json.dumps(content, indent=2, default=str) + "\n")


def print_json_line(content: Any) -> None:
    """Print one of several answers, in a line of its own, at once: whoever follows them reads line by line."""
    sys.stdout.write(json.dumps(content, default=str) + "\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """A text of others without what would move the cursor or colour the screen."""
    return "".join(character if character.isprintable() else "?" for character in text)


def show_health(health: Health, now: datetime, *, anew: bool = False) -> None:
    """Azure's time; a line for each dependency and each check of the pipeline, and what there is to say of it.

    `anew` clears the screen before, if it is one.
    """
    if anew:
        console.clear()
    say(f"Azure's time {now:%Y-%m-%d %H:%M:%S}Z")
    if health == Health(health.status):
        say(f"{health.status}; with --key, every service by name")
    for name, dependency in health.dependencies.items():
        mark = "[green]✔[/]" if dependency.status == "ok" else "[red]✘[/]"
        console.print(f"  {mark} {escape(plain(name)):<22}{dependency.latency_ms:>8,.0f} ms")
        if dependency.detail:
            console.print(f"      {escape(dependency.detail)}")
    for check in health.pipeline:
        mark = "[green]✔[/]" if check.is_ok else "[red]✘[/]"
        line = f"{check.name.replace('_', ' '):<14}{check.state:<11}{_measured(check)}"
        console.print(f"  {mark} {escape(plain(line))}")
        for text in () if check.is_ok else (check.detail, check.advice):
            if text:
                console.print(f"      {plain(text)}", markup=False)
    if health.problem:
        say(f"the pipeline cannot be looked at: {health.problem}")


def _measured(check: Check) -> str:
    """The number of a check beside its bound: `3 min 12 s of 15 min`, `0 of 0 records`."""
    if check.unit == "seconds":
        return f"{length(round(check.value))} of {length(check.threshold)}"
    return f"{check.value:,.0f} of {check.threshold:,.0f} {check.unit}"
