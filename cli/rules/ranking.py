"""Figures of a ranking against labels. Ties count as a random order among them would on average."""

from collections.abc import Iterable, Sequence
from itertools import groupby

Ranked = Sequence[tuple[float, bool]]
"""A score and the truth, for each event that was judged."""


def auc(ranked: Ranked) -> float:
    """The chance that a fraud is ranked above an innocent event (the area under the ROC curve); a tie counts half."""
    frauds = sum(truth for _, truth in ranked)
    innocents = len(ranked) - frauds
    if not frauds or not innocents:
        raise ValueError("an AUC needs both fraud and innocent events")
    above, innocents_below = 0.0, 0
    for its_frauds, its_innocents in reversed(_ties(ranked)):
        above += its_frauds * (innocents_below + its_innocents / 2)
        innocents_below += its_innocents
    return above / (frauds * innocents)


def average_precision(ranked: Ranked) -> float:
    """The mean, over all fraud, of the precision down to it; those of one score share the precision at its end.

    The same as `sklearn.metrics.average_precision_score`.
    """
    frauds = sum(truth for _, truth in ranked)
    if not frauds:
        raise ValueError("an average precision needs fraud")
    caught, seen, total = 0, 0, 0.0
    for its_frauds, its_innocents in _ties(ranked):
        caught, seen = caught + its_frauds, seen + its_frauds + its_innocents
        total += its_frauds * caught / seen
    return total / frauds


def precision_at(ranked: Ranked, count: int) -> float:
    """The share of fraud in the `count` highest scores; of those that share the last score, as many as have room."""
    if not ranked:
        raise ValueError("a precision needs events")
    room = min(count, len(ranked))
    left, caught = room, 0.0
    for its_frauds, its_innocents in _ties(ranked):
        together = its_frauds + its_innocents
        taken = min(left, together)
        caught += its_frauds * taken / together
        left -= taken
        if not left:
            break
    return caught / room


def mean_and_spread(figures: Iterable[float]) -> tuple[float, float]:
    """The mean, and the standard deviation of a sample; 0 for a single figure."""
    listed = list(figures)
    mean = sum(listed) / len(listed)
    if len(listed) < 2:
        return mean, 0.0
    return mean, (sum((figure - mean) ** 2 for figure in listed) / (len(listed) - 1)) ** 0.5


def _ties(ranked: Ranked) -> list[tuple[int, int]]:
    """Frauds and innocents of each score, the highest score first."""
    by_score = sorted(ranked, key=lambda pair: -pair[0])
    groups = (list(group) for _, group in groupby(by_score, key=lambda pair: pair[0]))
    return [(sum(truth for _, truth in group), sum(not truth for _, truth in group)) for group in groups]
