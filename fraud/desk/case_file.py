"""A case as one file, to hand on: all that is known of it, with digests by which a reader can tell a change.

Pure. The JSON holds a part for the case, its verdicts and its journal; `digests` has the SHA-256 of each part as it
stands there in canonical form (fields in order, no blanks), and `digest` that of all of them.
"""

import hashlib
from datetime import datetime
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
    """The file as JSON, indented for people, each part as it was digested."""
    return msgspec.json.format(_encoder.encode(file), indent=1)
