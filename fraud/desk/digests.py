"""A digest of alerts: those of one store and one band that came within some minutes, as one message. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from fraud.analysis import WindowSummary
from fraud.events import StoreKey
from fraud.verdicts import BANDS, Band
from fraud.windows import store_label

NAMED_CASES = 10
"""A digest names this many of its windows, the worst first; all of them are cases."""


class AlertDigest(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts of one store whose windows have the same worst band.

    `name` follows from theirs: the same ones, sent again, have the same.
    """

    name: str
    band: Band
    store_id: StoreKey | None
    windows: int
    window_start: datetime
    window_end: datetime
    suspicious: int
    bands: dict[str, int]
    max_score: int
    cases: tuple[str, ...]


def worst_band(alert: WindowSummary) -> Band:
    """The worst band that a verdict of the window has."""
    for band in BANDS:
        if alert.bands.get(band):
            return band
    return "low"


def digest_of(alerts: Sequence[WindowSummary]) -> AlertDigest:
    """The digest of alerts of one store and one worst band, in any order. Raises ValueError without any."""
    if not alerts:
        raise ValueError("a digest is of one alert at least")
    first = alerts[0]
    names = sorted(alert.alert_name for alert in alerts)
    # A window that was amended meanwhile counts once, as it is now.
    latest = {alert.name: alert for alert in sorted(alerts, key=lambda alert: alert.revision)}
    worst = sorted(latest.values(), key=lambda alert: (-alert.max_score, alert.name))
    bands = sum((Counter(alert.bands) for alert in worst), Counter[str]())
    digest = sha256(msgspec.json.encode(names)).hexdigest()[:16]
    return AlertDigest(
        name=f"digest-{worst_band(first)}-{store_label(first.store_id)}-{digest}",
        band=worst_band(first),
        store_id=first.store_id,
        windows=len(worst),
        window_start=min(alert.window_start for alert in worst),
        window_end=max(alert.window_end for alert in worst),
        suspicious=sum(alert.suspicious for alert in worst),
        bands={band: bands[band] for band in BANDS},
        max_score=worst[0].max_score,
        cases=tuple(alert.name for alert in worst[:NAMED_CASES]),
    )
