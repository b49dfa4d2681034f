"""The alerts on the command line, and of which of them the fraud team was told."""

import argparse

from cli.app_client import AppClient, read_as
from cli.cases import store_in_words
from cli.screen import console, plain, print_json, say_the_rest, say_wrapped
from fraud.desk.alert_text import bands_in_words
from fraud.desk.paging import Page
from fraud.desk.rows import AlertRow


def list_alerts(app: AppClient, options: argparse.Namespace) -> int:
    """Show the alerts of the latest windows. Raises AppError."""
    answer = app.query("api/alerts", limit=str(options.limit))
    if options.json:
        print_json(answer)
        return 0
    page = read_as(Page[AlertRow], answer, "the list of alerts")
    for alert in page.items:
        _show(alert)
    if any(alert.had_receiver is False and not alert.quiet for alert in page.items):
        say_wrapped("nobody to tell: ALERT_WEBHOOK_URL was not set, and mail takes the band high only")
    say_the_rest(len(page.items), page.next, "the fraud team was told of nothing yet")
    return 0


def _show(alert: AlertRow) -> None:
    moment, store = f"{alert.window_end:%Y-%m-%d %H:%M}", store_in_words(alert.store_id)
    bands = bands_in_words(alert.bands)
    console.print(f"\n  {moment}  {store}  worst {alert.max_score:>3}  {bands}; {_told(alert)}", markup=False)
    # The case has the name of the window.
    console.print(f"  {plain(alert.name)}", markup=False, soft_wrap=True)


def _told(alert: AlertRow) -> str:
    if alert.quiet:
        return "told to nobody"
    if alert.waits:
        return "not told yet"
    if alert.had_receiver is None:
        return "not known if told"
    if not alert.had_receiver:
        return "nobody to tell"
    return "told" if alert.revision == 1 else "told again"
