"""The deployment is as the snapshots say: a change of infrastructure is a change of these files."""

import pytest

from tests.infra.kept import FOLDER, file_of, text_of
from tests.infra.sets import SETS


@pytest.mark.parametrize("name", SETS)
def test_a_deployment_is_the_one_that_is_kept(name: str):
    """After a change that is meant: `python -m tests.infra.kept`, and look at the difference."""
    assert text_of(name).splitlines() == file_of(name).read_text().splitlines()


def test_every_file_belongs_to_a_set():
    assert {path.stem for path in FOLDER.iterdir()} == SETS.keys()
