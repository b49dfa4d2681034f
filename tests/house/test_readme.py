"""The README shows code and pictures of this repository, as they are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_code_is_that_of_the_workflow_without_its_docstrings():
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    source = (ROOT / "orchestrations" / "analyze_window.py").read_text()
    code = re.sub(r'    """.*?"""\n', "", source, flags=re.DOTALL)

    assert "def analyze_window(" in block
    assert block in code


def test_its_pictures_are_there_and_quick_to_load():
    pictures = re.findall(r'!\[[^]]*\]\((.*?)\)|<img src="(.*?)"', README)

    assert len(pictures) == 3
    for name in map("".join, pictures):
        assert 0 < (ROOT / name).stat().st_size <= 150_000, name
