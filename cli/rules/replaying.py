"""`detective rules replay`: judge a file of events, and write one verdict per flagged id and window."""

import argparse
import time
from collections import Counter
from pathlib import Path

import msgspec

from cli.rules.files import arrivals_of, judged, refuse_without_sales, rules_of
from cli.screen import print_json
from cli.writing import write_whole
from fraud.verdicts import BANDS

_encoder = msgspec.json.Encoder(order="deterministic")


def run_replay(options: argparse.Namespace) -> int:
    """Write the verdicts, and say how many there are in each band."""
    began = time.monotonic()
    rules = rules_of(options.rules)
    arrivals, skipped = arrivals_of(options.events)
    refuse_without_sales(options.events, arrivals)
    results = judged(arrivals, rules, options.history_days)
    verdicts = [result.verdict for result in results]
    write_whole(Path(options.out), [_encoder.encode_lines(verdicts)])
    bands = Counter(verdict.band for verdict in verdicts)
    print_json(
        {
            "rule_set": rules.id,
            "events": len(arrivals),
            "skipped_lines": skipped.count,
            "text_bodies": skipped.texts,
            "other_bodies": skipped.not_objects,
            "flagged_without_id": skipped.without_id,
            "flagged": len(verdicts),
            "without_profiles": sum(not result.facts["profiles.days"] for result in results),
            "bands": {band: bands[band] for band in BANDS if band != "unresolved"},
            "seconds": round(time.monotonic() - began, 1),
            "verdicts": options.out,
        }
    )
    return 0
