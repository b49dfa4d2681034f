"""Reasons that add nothing and stand in each verdict of a case: they are about the day, and said once."""

from collections.abc import Sequence

from fraud.verdicts import Reason, Verdict


def said_once(verdicts: Sequence[Verdict]) -> list[Reason]:
    """The reasons without points that all verdicts with reasons share word by word; none where only one has any."""
    told = [verdict.reasons for verdict in verdicts if verdict.reasons]
    if len(told) < 2:
        return []
    return [reason for reason in told[0] if reason.weight == 0 and all(reason in others for others in told[1:])]
