"""Bodies that are compressed with gzip, as an input with `CompressionType` GZip expects them."""

import zlib

MAX_BYTES = 64 * 1_048_576
"""The largest decompressed body, so that a small event cannot fill the memory."""
_GZIP = 16 + zlib.MAX_WBITS


def unpacked(body: bytes) -> bytes:
    """The bytes within a body. One that is not gzip, is cut off or holds too much stays as it is: an input error."""
    decompressor = zlib.decompressobj(_GZIP)
    try:
        content = decompressor.decompress(body, MAX_BYTES)
    except zlib.error:
        return body
    return content if decompressor.eof else body
