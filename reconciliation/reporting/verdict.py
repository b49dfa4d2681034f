"""The verdict of a run, and the sentence that says it."""

from reconciliation.comparing.classes import FAULT_HEADLINES
from reconciliation.comparing.summary import RunVerdict, Summary
from reconciliation.messages import RunPlan
from reconciliation.ranges import window_end


def verdict_of(plan: RunPlan, summary: Summary) -> RunVerdict:
    """`balanced` only if the whole range was compared, held events, and nothing is wrong."""
    if any(getattr(summary, headline.name) for headline in FAULT_HEADLINES):
        return "differences"
    if not plan.is_complete:
        return "incomplete"
    return "balanced" if summary.events else "empty"


def sentence(verdict: RunVerdict, plan: RunPlan, summary: Summary) -> str:
    """The verdict for a person."""
    words = {
        "balanced": f"{_all(summary.expected)} reported and judged once, out of {summary.captured:,} captured.",
        "differences": f"{_faults(summary)}.",
        "incomplete": "What was compared balances, but it is not all.",
        "empty": f"The archive holds no events {'of a hub ' * plan.laid}in this range.",
    }[verdict]
    if not plan.is_complete:
        words += f" {_incomplete(plan)}"
    if plan.laid:
        words += " A past was laid here: no hub has had it and nothing judges it, so it is left out."
    if not plan.with_documents:
        words += " Cosmos was left out."
    if summary.corrected:
        words += f" {summary.corrected:,} of the windows were entered by a repair, not by the stream job."
    return words


def _all(expected: int) -> str:
    if expected == 1:
        return "The only event that must be flagged was"
    return f"All {expected:,} events that must be flagged were"


def _faults(summary: Summary) -> str:
    counts = [(headline, getattr(summary, headline.name)) for headline in FAULT_HEADLINES]
    words = [headline.said(count) for headline, count in counts if count]
    return f"Not in balance: {', '.join(words)}"


def _incomplete(plan: RunPlan) -> str:
    if plan.complete_until is None:
        lacking = [partition.name for partition in plan.partitions if partition.covered is None]
        if not lacking:
            return "The archive holds no blob near this range, so nothing was compared."
        return f"The archive holds no blob of {', '.join(lacking)} near this range, so nothing was compared."
    if plan.last_window < plan.first_window:
        return f"The archive is complete until {plan.complete_until:%Y-%m-%d %H:%M:%S} only, so nothing was compared."
    return (
        f"The archive is complete until {plan.complete_until:%Y-%m-%d %H:%M:%S} only; "
        f"windows after {window_end(plan.last_window):%H:%M} were not compared."
    )
