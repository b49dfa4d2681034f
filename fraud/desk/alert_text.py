"""Alerts in words, for people who read mail or a chat. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote, urlencode

from fraud.analysis import WindowSummary
from fraud.desk.alert_cards import Card
from fraud.desk.digests import AlertDigest


def case_address(desk: str | None, name: str) -> str | None:
    """The address of a case, if that of the desk is known."""
    return desk and f"{desk}/cases/{quote(name, safe='')}"


def cases_address(desk: str | None, digest: AlertDigest) -> str | None:
    """Likewise of the cases of a digest: the case of a single window, else those of its store and hours."""
    if desk is None or digest.windows == 1:
        return case_address(desk, digest.cases[0])
    # Cases are asked for by the ends of their windows, and one ends where the first begins.
    first = digest.window_start + timedelta(seconds=1)
    store = "none" if digest.store_id is None else str(digest.store_id)
    asked = {"store": store, "from": f"{first:%Y-%m-%dT%H:%M:%SZ}", "to": f"{digest.window_end:%Y-%m-%dT%H:%M:%SZ}"}
    return f"{desk}/cases?{urlencode(asked)}"


def body_of(alert: WindowSummary, desk: str | None) -> str:
    """The text of a mail: the window, its bands, and how to see the case, on the desk if its address is known."""
    lines = [
        f"Window {alert.window_start:%Y-%m-%d %H:%M} to {alert.window_end:%H:%M} UTC: {bands_in_words(alert.bands)}.",
        f"Worst score {alert.max_score}.",
        "",
        f"Case: {alert.name}",
        f"See it: {case_address(desk, alert.name) or f'./detective case show {alert.name}'}",
        f"Verdicts: {alert.verdicts_blob}",
    ]
    return "\n".join(lines) + "\n"


def body_of_digest(digest: AlertDigest, desk: str | None) -> str:
    """The text of a mail: the windows, their bands, and how to see the worst cases, likewise."""
    lines = [
        f"{_windows(digest)}, {digest.window_start:%Y-%m-%d %H:%M} to {digest.window_end:%Y-%m-%d %H:%M} UTC: "
        f"{bands_in_words(digest.bands)}.",
        f"Worst score {digest.max_score}.",
        "",
        "The case:" if len(digest.cases) == 1 else "The worst cases:",
        *(case_address(desk, name) or f"./detective case show {name}" for name in digest.cases),
    ]
    if digest.windows > 1 and (address := cases_address(desk, digest)):
        lines += ["", f"All that are not decided yet: {address}"]
    return "\n".join(lines) + "\n"


def card_of(alert: WindowSummary, desk: str | None) -> Card:
    """The card of one window, whose title says how much, where, and how bad."""
    again = "" if alert.revision == 1 else " (amended)"
    title = _title(f"{alert.suspicious} suspicious", alert) + again
    span = f"{alert.window_start:%Y-%m-%d %H:%M} to {alert.window_end:%H:%M} UTC"
    facts = {"Window": span, "Verdicts": bands_in_words(alert.bands), "Worst score": str(alert.max_score)}
    return Card(title=title, facts=facts, lines=[f"Case {alert.name}"], link=case_address(desk, alert.name))


def card_of_digest(digest: AlertDigest, desk: str | None) -> Card:
    """The card of a digest, whose title also says of how many windows."""
    title = _title(f"{digest.suspicious} suspicious in {_windows(digest)}", digest)
    facts = {
        "Windows": str(digest.windows),
        "From": f"{digest.window_start:%Y-%m-%d %H:%M} UTC",
        "To": f"{digest.window_end:%Y-%m-%d %H:%M} UTC",
        "Verdicts": bands_in_words(digest.bands),
        "Worst score": str(digest.max_score),
    }
    lines = [f"Case {name}" for name in digest.cases]
    return Card(title=title, facts=facts, lines=lines, link=cases_address(desk, digest))


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
