"""The bounds of a question: how much is fetched, how long it takes, how much it answers."""

from datetime import timedelta

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Time that is looked back, blobs and bytes of each archive, seconds of the query, rows of the answer."""

    last: timedelta = timedelta(days=1)
    files: int = 2_000
    megabytes: int = 512
    seconds: float = 60.0
    rows: int = 200


class TooMuchError(Exception):
    """A question would pass a bound; the message names the option that moves it."""
