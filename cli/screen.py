"""How the command line looks: one console, and progress bars that fit in 80 columns."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

console = Console(highlight=False)


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
    """A heading with a line of air above it."""
    console.print(f"\n[bold]{text}[/]")


def show_health(health: dict[str, Any]) -> None:
    """A line for each dependency, and one for what there is to say of it."""
    for name, found in health["dependencies"].items():
        mark = "[green]✔[/]" if found["status"] == "ok" else "[red]✘[/]"
        console.print(f"  {mark} {name:<22}{found['latency_ms']:>8,.0f} ms")
        if detail := found.get("detail"):
            console.print(f"      {escape(detail)}")
