"""The options of `detective rules fit`."""

import argparse

from cli.options import number
from cli.rules.fit.windows import add_labelled_windows

DRAWN = 40.0


def add_fit(parser: argparse.ArgumentParser, rules: str) -> None:
    """Add the options; `rules` says what a set is."""
    parser.add_argument("rules", metavar="SET", nargs="?", help=rules)
    add_labelled_windows(parser)
    text = "events, and the truth about them as `detective world` writes it; again for each world"
    pair = ("EVENTS", "LABELS")
    parser.add_argument("--world", nargs=2, metavar=pair, action="append", default=[], help=text)
    text = "events and labels that are measured and not learned from: what to expect elsewhere"
    parser.add_argument("--unseen", nargs=2, metavar=pair, action="append", default=[], help=text)
    parser.add_argument("--out", required=True, metavar="FILE", help="the rule file to write")
    text = (
        "how much weights stay as they are, 0 to 100,000: the loss of moving one by ten points is half of it, beside "
        "the log loss of 10,000 events of each world (default: %(default)g)"
    )
    parser.add_argument("--drawn", type=number(0, 100_000), default=DRAWN, metavar="N", help=text)
    text = "a rule that keeps its weights, such as one that stands against evasion; may be given again"
    parser.add_argument("--keep", action="append", default=[], metavar="RULE", help=text)
