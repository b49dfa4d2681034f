"""Alerts in words, for people who read mail or a chat. Pure."""

from collections.abc import Mapping

from fraud.analysis import WindowSummary
from fraud.desk.alert_cards import Card
from fraud.desk.digests import AlertDigest


def body_of(alert: WindowSummary) -> str:
    """The text of a mail: the window, its bands, and how to see the case."""
    lines = [
        f"Window {alert.window_start:%Y-%m-%d %H:%M} to {alert.window_end:%H:%M} UTC: {bands_in_words(alert.bands)}.",
        f"Worst score {alert.max_score}.",
        "",
        f"Case: {alert.name}",
        f"See it: ./detective case show {alert.name}",
        f"Verdicts: {alert.verdicts_blob}",
    ]
    return "\n".join(lines) + "\n"


def body_of_digest(digest: AlertDigest) -> str:
    """The text of a mail: the windows, their bands, and how to see the worst cases."""
    lines = [
        f"{_windows(digest)}, {digest.window_start:%Y-%m-%d %H:%M} to {digest.window_end:%Y-%m-%d %H:%M} UTC: "
        f"{bands_in_words(digest.bands)}.",
        f"Worst score {digest.max_score}.",
        "",
        "The worst cases:",
        *(f"./detective case show {name}" for name in digest.cases),
    ]
    return "\n".join(lines) + "\n"


def card_of(alert: WindowSummary) -> Card:
    """The card of one window, whose title says how much, where, and how bad."""
    again = "" if alert.revision == 1 else " (amended)"
    title = _title(f"{alert.suspicious} suspicious", alert) + again
    span = f"{alert.window_start:%Y-%m-%d %H:%M} to {alert.window_end:%H:%M} UTC"
    facts = {"Window": span, "Verdicts": bands_in_words(alert.bands), "Worst score": str(alert.max_score)}
    return Card(title=title, facts=facts, lines=[f"Case {alert.name}"])


def card_of_digest(digest: AlertDigest) -> Card:
    """The card of a digest, whose title also says of how many windows."""
    title = _title(f"{digest.suspicious} suspicious in {_windows(digest)}", digest)
    facts = {
        "Windows": str(digest.windows),
        "From": f"{digest.window_start:%Y-%m-%d %H:%M} UTC",
        "To": f"{digest.window_end:%Y-%m-%d %H:%M} UTC",
        "Verdicts": bands_in_words(digest.bands),
        "Worst score": str(digest.max_score),
    }
    return Card(title=title, facts=facts, lines=[f"Case {name}" for name in digest.cases])


def _title(among: str, told: WindowSummary | AlertDigest) -> str:
    where = "" if told.store_id is None else f" at store {str(told.store_id)[:40]}"
    text = f"Fraud: {told.bands.get('high', 0)} high of {among}{where}, worst score {told.max_score}"
    # A store may be any text that a producer chose.
    return "".join(character if character.isprintable() else "?" for character in text)


def _windows(digest: AlertDigest) -> str:
    return "1 window" if digest.windows == 1 else f"{digest.windows} windows"


def bands_in_words(bands: Mapping[str, int]) -> str:
    """`2 high, 1 low`: the bands that have verdicts, in their order."""
    return ", ".join(f"{count} {band}" for band, count in bands.items() if count)
