"""A case as one file, to hand on: all that is known of it, with digests by which a reader can tell a change.

Pure. The JSON holds a part for the case, its verdicts and its journal; `digests` has the SHA-256 of each part as it
stands there in canonical form (fields in order, no blanks), and `digest` that of all of them.
"""

import hashlib
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from fraud.desk.rows import CaseDetails

_encoder = msgspec.json.Encoder(order="deterministic")


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it was at a time, and the digests of its parts."""

    case: dict[str, Any]
    verdicts: list[Any]
    journal: list[Any]
    written: datetime
    digests: dict[str, str]
    digest: str
    journal_problem: str = ""


def case_file(details: CaseDetails, written: datetime) -> CaseFile:
    """The file of a case. The same case at the same time makes the same file."""
    parts: dict[str, Any] = {
        "case": msgspec.to_builtins(details.case),
        "verdicts": msgspec.to_builtins(details.verdicts),
        "journal": msgspec.to_builtins(details.journal),
    }
    digests = {name: digest_of(part) for name, part in parts.items()}
    return CaseFile(
        **parts,
        written=written,
        digests=digests,
        digest=digest_of(digests),
        journal_problem=details.journal_problem,
    )


def digest_of(part: Any) -> str:
    """The SHA-256 of a part in canonical form, in hexadecimal digits."""
    return hashlib.sha256(_encoder.encode(part)).hexdigest()


def to_json(file: CaseFile) -> bytes:
    """The file as JSON, indented for people."""
    return msgspec.json.format(_encoder.encode(file), indent=1)


def to_html(file: CaseFile) -> bytes:
    """The file as a page without scripts, whose texts are all escaped; the JSON lies in it as it was digested."""
    case = file.case
    rows = "".join(_verdict(verdict) for verdict in file.verdicts)
    entries = "".join(_entry(entry) for entry in file.journal) or "<tr><td>none</td></tr>"
    problem = f"<p>Somebody has touched it: {_text(file.journal_problem)}.</p>" if file.journal_problem else ""
    digests = "".join(
        f"<tr><td>{name}</td><td><code>{digest}</code></td></tr>" for name, digest in file.digests.items()
    )
    amount = f"{case['stakes'].get('at_stake', 0) / 100:,.2f}" if case["stakes_known"] else "unknown"
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{_text(case["id"])}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}}code,pre{{overflow-wrap:anywhere;white-space:pre-wrap}}</style>
<h1>{_text(case["id"])}</h1>
<p>Store {_text(case["store_id"])}, window to {_text(case["window_end"])}; {_text(case["suspicious"])} verdicts, worst
score {_text(case["max_score"])}; {amount} at stake; {_text(case["review"].get("state", "open"))}.
Written {_text(file.written.isoformat())}.</p>
<h2>Verdicts</h2><table><tr><th>Score</th><th>Band</th><th>Event</th><th>Why</th></tr>{rows}</table>
<h2>Journal</h2>{problem}<table>{entries}</table>
<h2>Digests (SHA-256)</h2><table>{digests}<tr><td>all</td><td><code>{file.digest}</code></td></tr></table>
<h2>As JSON</h2><pre>{escape(to_json(file).decode())}</pre></html>"""
    return page.encode()


def _verdict(verdict: dict[str, Any]) -> str:
    why = "".join(f"<div>{reason['weight']:+d} {_text(reason['evidence'])}</div>" for reason in verdict["reasons"])
    cells = f"<td>{verdict['score']}</td><td>{verdict['band']}</td><td>{_text(verdict['event_id'])}</td>"
    return f"<tr>{cells}<td>{why}</td></tr>"


def _entry(entry: dict[str, Any]) -> str:
    names = ("when", "who", "by", "what", "state", "why")
    return "<tr>" + "".join(f"<td>{_text(entry.get(name, ''))}</td>" for name in names) + "</tr>"


def _text(value: object) -> str:
    return escape(str(value))
