"""A recording names no folder of the machine that made it."""

import re
import subprocess

from tests.house.language import ROOT

FOLDER = re.compile(r"/(tmp|home|root|Users)/[\w.-]+/")


def test_no_recorded_history_names_a_folder_of_a_machine():
    listed = subprocess.run(["git", "ls-files", "*histor*.json"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = listed.stdout.splitlines()

    assert len(files) > 10
    assert [name for name in files if FOLDER.search((ROOT / name).read_text())] == []
