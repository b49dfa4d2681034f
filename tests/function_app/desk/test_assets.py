"""The files that a browser keeps: under a name of their content, as they were vendored, with their licence."""

import base64
import hashlib

from function_app.desk.assets import address, assets, served_asset

VENDORED = {
    "htmx.min.js": "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
}
"""SHA-384 of the files that others wrote: htmx.org 4.0.1, as npm gives it."""


def test_vendored_files_are_as_their_makers_gave_them():
    digests = {name: base64.b64encode(hashlib.sha384(assets()[name].content).digest()).decode() for name in VENDORED}

    assert digests == VENDORED


def test_a_vendored_file_has_its_licence_beside_it():
    assert "Zero-Clause BSD" in assets()["htmx.LICENSE.txt"].content.decode()


def test_an_asset_is_served_under_the_digest_of_its_content_and_no_other():
    name = address("desk.css").removeprefix("/desk/static/")

    asset = served_asset(name)

    assert asset is not None
    assert hashlib.sha256(asset.content).hexdigest()[:10] in name
    assert served_asset("desk.css") is None
    assert served_asset(name.replace(".css", "0.css")) is None
    assert served_asset("../pages.py") is None
