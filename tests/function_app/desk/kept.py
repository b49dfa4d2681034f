"""Pages held against their kept pictures, in each scheme and width; what differs is kept to be looked at."""

import os
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.function_app.desk.browsing import SCHEMES, SCREENS
from tests.function_app.desk.pictures import (
    KEPT,
    LETTERING,
    SMALL,
    Comparison,
    compare,
    from_png,
    lettering,
    take,
    to_png,
)

RENEW = "KEEP_PICTURES"
"""Set to 1, it keeps the pictures of now."""
DIFFERING = SCREENS / "pictures"
_PATIENCE = 240_000
"""Milliseconds, on a busy machine."""
_LOOKS, _BETWEEN = 20, 3_000


def compared(
    browser: Browser, address: str, name: str, *, prepare: Callable[[Page], object] = lambda page: None, shows: str = ""
) -> Iterator[tuple[str, Comparison]]:
    """A page in each scheme and width, held against its kept picture.

    `prepare` is done before it is opened; it is opened again until it `shows` a text.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    # The page that was opened last is in front: one behind is drawn once a second.
    shrinker, page = context.new_page(), context.new_page()
    context.set_default_timeout(_PATIENCE)
    prepare(page)
    page.goto(address, wait_until="networkidle")
    for _ in range(_LOOKS):
        if page.get_by_text(shows).count():
            break
        page.wait_for_timeout(_BETWEEN)
        page.reload(wait_until="networkidle")
    _hold_lettering(page)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in SMALL:
            yield _compared(page, shrinker, f"{name}-{scheme}-{width}", width)
    context.close()


def _hold_lettering(page: Page) -> None:
    now = msgspec.json.encode(lettering(page))
    if os.environ.get(RENEW) == "1":
        LETTERING.write_bytes(now + b"\n")
    elif now != LETTERING.read_bytes().strip():
        pytest.skip(f"this browser has other fonts than the kept pictures: set {RENEW}=1 once, and look at them")


def _compared(page: Page, shrinker: Page, look: str, width: int) -> tuple[str, Comparison]:
    now, kept = take(page, shrinker, width), KEPT / f"{look}.png"
    if os.environ.get(RENEW) == "1":
        KEPT.mkdir(exist_ok=True)
        kept.write_bytes(to_png(now))
    before = from_png(kept.read_bytes())
    comparison = compare(before, now)
    if not comparison.alike:
        # Of a long page the browser leaves a stretch unpainted now and then: what is wrong is wrong twice.
        now = take(page, shrinker, width)
        comparison = compare(before, now)
    if not comparison.alike:
        _keep_difference(look, [before, now, comparison.where])
    return look, comparison


def _keep_difference(look: str, pictures: list[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]) -> None:
    """Keep what was, what is, and where they differ, side by side."""
    height = max(picture.shape[0] for picture in pictures)
    padded = [np.pad(picture, ((0, height - picture.shape[0]), (0, 4)), constant_values=128) for picture in pictures]
    DIFFERING.mkdir(parents=True, exist_ok=True)
    (DIFFERING / f"{look}.png").write_bytes(to_png(np.hstack(padded)))
