"""Pictures of pages, small and grey: kept, and compared with a tolerance.

A page is looked at in full size and kept at a quarter or an eighth of it, in 16 shades: it hides a letter, and
shows that a column or a stylesheet is lost, or that a table lies over another.
"""

import base64
import struct
import zlib
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

KEPT = Path(__file__).parent / "kept_pictures"
LETTERING = KEPT.with_suffix(".json")
"""The lettering of the browser that the pictures were made with."""
SMALL = {400: 100, 1280: 160, 2560: 320}
"""The width of a window, and of its picture, in pixels."""
TALL = 1_800
"""Pixels of a page that are looked at, from its top."""
DIFFERS = 24
"""A pixel differs by more than this of 255."""
TOLERANCE = 0.005
"""The share of pixels that may differ."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SHRINK = """async ([png, width, height]) => {
    const blob = await (await fetch("data:image/png;base64," + png)).blob();
    const small = await createImageBitmap(blob, {resizeWidth: width, resizeHeight: height, resizeQuality: "high"});
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(small, 0, 0);
    const seen = context.getImageData(0, 0, width, height).data;
    let grey = "";
    for (let at = 0; at < seen.length; at += 4)
        grey += String.fromCharCode(Math.round((seen[at] * 0.3 + seen[at + 1] * 0.59 + seen[at + 2] * 0.11) / 17) * 17);
    return btoa(grey);
}"""

_LETTERING = """() => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    const families = [getComputedStyle(document.body).fontFamily, "monospace", "sans-serif"];
    return families.flatMap((family) => ["", "bold "].map((weight) => {
        context.font = `${weight}100px ${family}`;
        return Math.round(context.measureText("A case of 12 accounts: 4,321.50 \u2714 \u2500").width);
    }));
}"""

Picture = NDArray[np.uint8]


class Comparison(msgspec.Struct, frozen=True):
    """The share of pixels that differ between two pictures, and where: white is the same, black differs."""

    share: float
    where: Picture

    @property
    def alike(self) -> bool:
        return self.share <= TOLERANCE


def take(page: Page, shrinker: Page, width: int) -> Picture:
    """The picture of a page as it is open. `shrinker` is a blank page, whose browser does the arithmetic."""
    page.set_viewport_size({"width": width, "height": 900})
    height: int = min(page.evaluate("document.documentElement.scrollHeight"), TALL)
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    png = page.screenshot(full_page=True, animations="disabled", clip=clip)  # pyright: ignore[reportArgumentType]
    size = (SMALL[width], round(height * SMALL[width] / width))
    grey: str = shrinker.evaluate(_SHRINK, [base64.b64encode(png).decode(), *size])
    return np.frombuffer(base64.b64decode(grey), np.uint8).reshape(size[::-1])


def lettering(page: Page) -> list[float]:
    """The widths of letters in a page's fonts: on a machine with other fonts, they and all pictures are others."""
    return page.evaluate(_LETTERING)


def compare(before: Picture, now: Picture) -> Comparison:
    """The two pictures, held against one another; what only one of them has differs."""
    height, width = (max(sizes) for sizes in zip(before.shape, now.shape, strict=True))
    first, second = (np.full((height, width), -1_000, np.int16) for _ in range(2))
    for whole, picture in ((first, before), (second, now)):
        whole[: picture.shape[0], : picture.shape[1]] = picture
    differs = np.abs(first - second) > DIFFERS
    return Comparison(float(differs.mean()), np.where(differs, 0, 255).astype(np.uint8))


def to_png(picture: Picture) -> bytes:
    """A grey PNG of 8 bits. Source: Portable Network Graphics (PNG) Specification, Third Edition, W3C."""
    height, width = picture.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), picture]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def from_png(content: bytes) -> Picture:
    """The picture of a file that `to_png` wrote, which has one chunk of data and no filters."""
    width, height = struct.unpack(">II", content[16:24])
    (size,) = struct.unpack(">I", content[33:37])
    rows = np.frombuffer(zlib.decompress(content[41 : 41 + size]), np.uint8).reshape(height, width + 1)
    return rows[:, 1:]
