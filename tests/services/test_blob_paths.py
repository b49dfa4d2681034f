import pytest

from services.desk.blob_paths import PathRange

DAY = PathRange("alerts/", "2026/01/02/1000", "2026/01/03/0000", "alerts/2026/01/02/2200/window-5.json")


@pytest.mark.parametrize(
    ("name", "may_hold"),
    [
        ("alerts/2025/", False),
        ("alerts/2026/", True),
        ("alerts/2026/01/01/", False),
        ("alerts/2026/01/02/", True),
        ("alerts/2026/01/02/0955/", False),
        ("alerts/2026/01/02/2200/", True),
        ("alerts/2026/01/02/2200/window-4.json", True),
        ("alerts/2026/01/02/2200/window-5.json", True),
        ("alerts/2026/01/02/2200/window-6.json", False),
        ("alerts/2026/01/02/2300/", False),
        ("alerts/2026/01/03/", False),
    ],
)
def test_only_folders_and_blobs_of_the_range_before_the_last_page_are_listed(name: str, may_hold: bool):
    assert DAY.may_hold(name) == may_hold


def test_a_range_without_bounds_holds_everything():
    assert PathRange().may_hold("2026/01/02/1000/window-5.ndjson")


def test_what_lies_beyond_the_last_folder_is_left_out():
    assert not PathRange(last=":").may_hold("quarantine/")
