"""The assertions of a plan: bounds that its report must keep. They decide the exit code of the command line."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.load.values import Duration

_Count = Annotated[int, Meta(ge=0, description="at most so many events")]
_LeastShare = Annotated[float, Meta(ge=0, le=1, description="at least this share, 0 to 1")]


class Assertions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Bounds of a campaign's report; only those that are given are asked for.

    - loss: events that were sent and not captured, or not kept by Cosmos or quarantine
    - doubles: events with two verdicts, or in two windows
    - unresolved: verdicts without an event
    - rate: the share of the planned events that the hub took
    - behind: the longest time that a tick was sent after it was due
    - recall, precision: of the flagging, against what the plan itself says
    - fraud_recall, fraud_precision: of the judgement, against the labels of a world
    - pNN_send_to_archive: from the hub to Cosmos; pNN_send_to_window: of flagged events, until the analysis of theirs;
      pNN_window_to_verdict: from a window's end to its verdicts
    """

    loss: _Count | None = None
    doubles: _Count | None = None
    unresolved: _Count | None = None
    rate: _LeastShare | None = None
    behind: Duration | None = None
    recall: _LeastShare | None = None
    precision: _LeastShare | None = None
    fraud_recall: _LeastShare | None = None
    fraud_precision: _LeastShare | None = None
    p50_send_to_archive: Duration | None = None
    p95_send_to_archive: Duration | None = None
    p99_send_to_archive: Duration | None = None
    max_send_to_archive: Duration | None = None
    p50_send_to_window: Duration | None = None
    p95_send_to_window: Duration | None = None
    p99_send_to_window: Duration | None = None
    max_send_to_window: Duration | None = None
    p50_window_to_verdict: Duration | None = None
    p95_window_to_verdict: Duration | None = None
    p99_window_to_verdict: Duration | None = None
    max_window_to_verdict: Duration | None = None
