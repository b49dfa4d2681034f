"""Capture on the command line."""

import argparse

from local_azure.event_hubs.capture.names import DEFAULT_FORMAT
from local_azure.event_hubs.capture.settings import DEFAULT_SIZE, CaptureSettings


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; without `--capture-connection` nothing is captured."""
    capture = parser.add_argument_group("Capture of all hubs to Blob")
    capture.add_argument("--capture-connection", metavar="CONNSTR", help="storage account; without it, no Capture")
    capture.add_argument("--capture-container", default="capture", metavar="NAME", help="default %(default)s")
    capture.add_argument("--capture-interval", type=int, default=300, metavar="S", help="Azure's seconds, 60 to 900")
    capture.add_argument("--capture-size", type=int, default=DEFAULT_SIZE, metavar="BYTES", help="10 to 500 MiB")
    capture.add_argument("--capture-skip-empty", action="store_true", help="write no file for an empty window")
    capture.add_argument(
        "--capture-name-format", default=DEFAULT_FORMAT, metavar="FORMAT", help=f"default {DEFAULT_FORMAT}"
    )
    capture.add_argument("--capture-codec", choices=["null", "deflate"], default="null")


def capture_settings(options: argparse.Namespace) -> CaptureSettings | None:
    """The settings, or None without Capture. Raises CannotStartError for what Azure would refuse."""
    if not options.capture_connection:
        return None
    return CaptureSettings(
        options.capture_connection,
        options.capture_container,
        options.capture_interval,
        options.capture_size,
        options.capture_skip_empty,
        options.capture_name_format,
        options.capture_codec,
    )
