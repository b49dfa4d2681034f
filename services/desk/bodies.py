"""Bytes of others as people may read them."""

MAX_SHOWN = 64 * 1024
"""Bytes of a body that are shown."""


def shown(body: bytes, most: int = MAX_SHOWN) -> tuple[str, bool]:
    """A body as text, and True if it was cut. Bytes that are not text are written as `\\xff`."""
    return body[:most].decode("utf-8", "backslashreplace"), len(body) > most
