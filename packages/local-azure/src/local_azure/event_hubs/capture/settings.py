"""The settings of Capture, in Azure's ranges and names."""

from typing import Literal

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.event_hubs.capture.names import DEFAULT_FORMAT, check_format

MIN_INTERVAL, MAX_INTERVAL = 60, 900
MIN_SIZE, MAX_SIZE = 10_485_760, 524_288_000
DEFAULT_SIZE = 314_572_800
Codec = Literal["null", "deflate"]


class CaptureSettings(msgspec.Struct, frozen=True):
    """Capture of all hubs of a name space into one container. The interval is in Azure's seconds, the size in bytes.

    Raises CannotStartError for what Azure would refuse.
    """

    connection: str
    container: str
    interval_seconds: int = 300
    size_bytes: int = DEFAULT_SIZE
    skip_empty: bool = False
    name_format: str = DEFAULT_FORMAT
    codec: Codec = "null"

    def __post_init__(self) -> None:
        if not MIN_INTERVAL <= self.interval_seconds <= MAX_INTERVAL:
            raise CannotStartError(f"--capture-interval must be {MIN_INTERVAL} to {MAX_INTERVAL} seconds")
        if not MIN_SIZE <= self.size_bytes <= MAX_SIZE:
            raise CannotStartError(f"--capture-size must be {MIN_SIZE} to {MAX_SIZE} bytes")
        check_format(self.name_format)
