"""The maps of rooms in `__init__.py` name each file of their room, and no file that does not exist."""

import re
from pathlib import Path

import pytest

import local_azure

PACKAGE = Path(local_azure.__file__).parent


@pytest.mark.parametrize("room", ["amqp", "event_hubs", "service_bus"])
def test_the_map_of_a_room_names_exactly_its_files(room: str):
    text = (PACKAGE / room / "__init__.py").read_text()
    # The first column of an indented table: names of files, continued on lines without a second column.
    lines = re.findall(r"^    ([a-z_]+(?:, [a-z_]+)*,?)(?:  .*)?$", text, re.MULTILINE)
    named = {name for line in lines for name in re.findall(r"[a-z_]+", line)}
    files = {file.stem for file in (PACKAGE / room).glob("*.py")} - {"__init__", "__main__"}
    assert named == files
