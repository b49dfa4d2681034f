"""An alert in words, for people who read mail. Pure."""

from fraud.analysis import WindowSummary


def subject_of(alert: WindowSummary) -> str:
    """The subject: how much, where, and how bad."""
    high = alert.bands.get("high", 0)
    where = "" if alert.store_id is None else f" at store {str(alert.store_id)[:40]}"
    again = "" if alert.revision == 1 else " (amended)"
    text = f"Fraud: {high} high of {alert.suspicious} suspicious{where}, worst score {alert.max_score}{again}"
    # A store may be any text that a producer chose.
    return "".join(character if character.isprintable() else "?" for character in text)


def body_of(alert: WindowSummary) -> str:
    """The body: the window, its bands, and how to see the case."""
    bands = ", ".join(f"{count} {band}" for band, count in alert.bands.items() if count)
    lines = [
        f"Window {alert.window_start:%Y-%m-%d %H:%M} to {alert.window_end:%H:%M} UTC: {bands}.",
        f"Worst score {alert.max_score}.",
        "",
        f"Case: {alert.name}",
        f"See it: ./detective case show {alert.name}",
        f"Verdicts: {alert.verdicts_blob}",
    ]
    return "\n".join(lines) + "\n"
