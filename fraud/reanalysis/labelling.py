"""The labels of a window's verdicts, by what people know of its events and of its case. Pure."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from fraud.context.event_facts import key
from fraud.desk.outcomes import Fate
from fraud.reanalysis.samples import PARTS
from fraud.reanalysis.telling import FRAUD_FATES
from fraud.verdicts import Verdict


def labels_of(
    verdicts: Sequence[Verdict], decision: str | None, fates: Mapping[str, Fate], *, rest_is_innocent: bool = False
) -> list[bool | None]:
    """For each verdict of a window, whether it is on fraud; None if nobody knows.

    An outcome is about an event, and counts before the decision of its case, if that is confirmed or dismissed. A case
    is confirmed if some of its sales are fraud: with several it does not tell which. `rest_is_innocent` takes for
    innocent what has neither outcome nor decision.
    """
    of_case: bool | None = False if rest_is_innocent else None
    if decision == "dismissed":
        of_case = False
    elif decision == "confirmed":
        of_case = True if len(verdicts) == 1 else None
    return [fates[verdict.event_id] in FRAUD_FATES if verdict.event_id in fates else of_case for verdict in verdicts]


def part_of(verdict: Verdict) -> int:
    """The part of its customer, or of its id if it names none: 0 to PARTS - 1, always the same."""
    name = key((verdict.event or {}).get("cust_id")) or verdict.event_id
    return sha256(name.encode("utf-8", "surrogatepass")).digest()[0] % PARTS
