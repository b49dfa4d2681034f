"""A memory of what this process has written to work blobs lately, so that the next activity need not read it back.

That one mostly runs in the same process. Everything is named by the digest of its content, so it cannot be out of date.
Another process reads the blob.
"""

from collections import OrderedDict

MOST_BYTES = 16 * 1024 * 1024


class WrittenLately:
    """Contents by their digest; the oldest go as soon as there are more than `most` bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def keep(self, digest: str, content: bytes) -> None:
        """Remember a content."""
        self.take(digest)
        self._contents[digest] = content
        self._bytes += len(content)
        while self._bytes > self._most:
            _, oldest = self._contents.popitem(last=False)
            self._bytes -= len(oldest)

    def get(self, digest: str) -> bytes | None:
        """A content that is still remembered."""
        return self._contents.get(digest)

    def take(self, digest: str) -> bytes | None:
        """A content that is still remembered, for the last time."""
        content = self._contents.pop(digest, None)
        self._bytes -= len(content or b"")
        return content


written_lately = WrittenLately()
