"""Ids judged in a second on one core, when what look-ups give is there: the facts of a labelled world's flagged sales.

The verdicts are those of the app, made by `fraud.judging.verdicts_on`; by the set `seed` an event is read into its own
facts as well. Neither finding the contents nor writing the verdicts is in these figures.
"""

import time
from collections.abc import Sequence

from benchmarks.labelled.looked_up import LookedUp, looked_up
from benchmarks.rows import Row, alone
from fraud.judging import verdicts_on
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import FOR_FILES, SEED

IDS_A_SECOND = 50_000
ROUNDS = 15
"""The fastest of them counts, as whatever else runs only makes one slower."""


def measure() -> list[Row]:
    """Judge the same ids by both sets, round after round."""
    ids = list(looked_up())
    bound = f"at least {IDS_A_SECOND:,}"
    names = {"seed": SEED, "context, its facts given": FOR_FILES}
    return [
        alone(f"judging without look-ups, set {name}", "ids/s of CPU", _rate(ids, rules), bound)
        for name, rules in names.items()
    ]


def _rate(ids: Sequence[LookedUp], rules: RuleSet) -> float:
    return len(ids) / min(_seconds(ids, rules) for _ in range(ROUNDS))


def _seconds(ids: Sequence[LookedUp], rules: RuleSet) -> float:
    """CPU of one round. Raises AssertionError if the verdicts are not those of the world's own replay."""
    began = time.process_time()
    verdicts = [
        verdicts_on(
            each.judged.verdict.id,
            each.contents,
            each.judged.verdict.store_id,
            each.window,
            rules=rules,
            contexts=None if rules is SEED else each.contexts,
        )
        for each in ids
    ]
    seconds = time.process_time() - began
    expected = [each.judged.verdict.reasons for each in ids]
    if rules is FOR_FILES and [of_id[0].reasons for of_id in verdicts] != expected:
        raise AssertionError("the verdicts differ from those of the replay")
    return seconds
