"""A mix: which events a stage sends, as shares. What a share meets is decided for each event by its index."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.load.values import Duration, Share

_SaleShare = Annotated[float, Meta(ge=0, le=1, description="sales among the events; the others are inventory events")]
_Percent = Annotated[int, Meta(ge=0, le=100, description="percent")]
MOST_REPEATED = 0.9
"""`doubled` and `reused_ids` together: a repeated event needs one before it that is not repeated itself."""


class Discount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The discounts of events, evenly from `least` to `most` percent. A priority sale above 50 % is flagged."""

    least: _Percent = 0
    most: _Percent = 75


class Mix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shares of a stage's events. With none given, they are those of the original project's producer.

    - bad: without a store
    - doubled: an earlier event of the stage once more, as it was
    - reused_ids: the id of an earlier event of the stage, with another content
    - late: the producer's time `ts` lies up to `late_by` before the event is sent
    - malformed: a body that is not JSON
    - foreign_fields: fields that the domain does not know, nested ones among them
    - unicode: texts in other scripts
    - oversized: a text of `oversized_bytes` in a foreign field
    """

    sale_share: _SaleShare = 0.8
    priority: Share = 0.3
    discount: Discount = Discount()
    bad: Share = 0.1
    doubled: Share = 0.0
    reused_ids: Share = 0.0
    late: Share = 0.0
    late_by: Duration = "10m"
    malformed: Share = 0.0
    foreign_fields: Share = 0.0
    unicode: Share = 0.0
    oversized: Share = 0.0
    oversized_bytes: Annotated[int, Meta(ge=1_000, le=200_000, description="bytes")] = 50_000
