"""The journal of the pipeline's operation: what people did to more than one case, when and why. Pure.

The review of a case has a journal of its own, `fraud.desk.review`, and an acknowledgement says itself who gave it.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.review import By

DeedKind = Literal[
    "redriven",
    "resubmitted",
    "repair",
    "repair-dry-run",
    "start-campaign",
    "stop-campaign",
    "reconcile",
    "acknowledge",
    "act-on-workflow",
    "reanalyze",
    "stop-reanalysis",
    "try-rules",
    "stop-trial",
]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A deed: who did what to which thing, when and why. `outcome` says what came of it; empty as long as it runs.

    `why` is what was sent, if that has no field for a reason.
    """

    when: datetime
    who: str
    by: By
    what: DeedKind
    subject: str
    why: str
    outcome: str = ""

    @property
    def document_id(self) -> str:
        """The id of its document: deeds are in the order of their ids. Written again, it replaces the one before."""
        moment = self.when.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        digest = sha256(msgspec.json.encode((self.who, self.what, self.subject))).hexdigest()[:16]
        return f"deed:{moment}:{digest}"


def deed_of(who: Caller, when: datetime, what: DeedKind, subject: str, why: str) -> Deed:
    """A deed that begins."""
    return Deed(when=when, who=who.name or "", by=who.by, what=what, subject=subject, why=why)
