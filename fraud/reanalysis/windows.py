"""A window as its verdicts tell it, and what judging it again changes."""

from collections import Counter
from collections.abc import Sequence

from fraud.events import store_key
from fraud.reanalysis.messages import Reanalysis
from fraud.verdicts import BANDS, Band, Verdict, name_in, readable_verdicts
from fraud.windows import SuspiciousWindow, Window, unique_ids


class NotItsVerdictsError(ValueError):
    """The verdicts in a blob are not those of the window that it is named by: somebody has altered them."""


def window_in(path: str, lines: bytes) -> tuple[SuspiciousWindow, list[Verdict]]:
    """The window whose verdicts lie at a path, and they. Raises NotItsVerdictsError.

    A window is named by a digest of its ids, so verdicts that are missing, or are of another window, show.
    """
    verdicts = readable_verdicts(lines)
    if not verdicts or len(verdicts) != len(lines.splitlines()):
        raise NotItsVerdictsError(f"{path} has lines that are not verdicts")
    first = verdicts[0]
    span = Window(first.window_start, first.window_end)
    window = SuspiciousWindow(first.store_id, unique_ids(verdict.event_id for verdict in verdicts), span)
    if name_in(path) not in (window.name, window.former_name):
        raise NotItsVerdictsError(f"{path} has other verdicts than those of its window")
    return window, verdicts


def is_asked_for(order: Reanalysis, window: SuspiciousWindow, verdicts: Sequence[Verdict]) -> bool:
    """True if a re-analysis is about this window, which ends in its span."""
    return (order.store is None or str(store_key(window.store_id)) == order.store) and (
        order.band is None or any(verdict.band == order.band for verdict in verdicts)
    )


def moved(before: Sequence[Verdict], now: Sequence[Verdict]) -> dict[str, int]:
    """The verdicts whose band changes, by `band before -> band after`; what was found only now was `unresolved`."""
    bands = {_key(verdict): verdict.band for verdict in before}
    changes = [(bands.get(_key(verdict), "unresolved"), verdict.band) for verdict in now]
    return dict(sorted(Counter(f"{old} -> {new}" for old, new in changes if old != new).items()))


def is_worse(before: Sequence[Verdict], now: Sequence[Verdict]) -> bool:
    """True if the worst band of a window has risen."""
    return _worst(now) < _worst(before)


def left_of(judged: Sequence[Verdict], kept: Sequence[Verdict]) -> int:
    """The ids whose verdicts are not those that were given now: more had been found before."""
    given = {(verdict.event_id, verdict.rule_set, verdict.evidence) for verdict in judged}
    return len({v.event_id for v in kept if (v.event_id, v.rule_set, v.evidence) not in given})


def _worst(verdicts: Sequence[Verdict]) -> int:
    return min((_RANK[verdict.band] for verdict in verdicts), default=len(BANDS))


def _key(verdict: Verdict) -> tuple[str, str | None]:
    return verdict.event_id, verdict.content


_RANK: dict[Band, int] = {band: rank for rank, band in enumerate(BANDS)}
"""`unresolved` comes last: it is not known how bad it is."""
