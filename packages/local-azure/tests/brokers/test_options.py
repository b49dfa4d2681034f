"""The command line of the brokers: what Azure would refuse is named at the start."""

from pathlib import Path

import pytest

from local_azure.testing.parts import running
from tests.event_hubs.conftest import CONFIG

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "options",
    [("--retention-hours", "0"), ("--throughput-units", "-1"), ("--capture-connection", "garbage"),
     ("--capture-connection", "UseDevelopmentStorage=true", "--capture-interval", "5")],
)  # fmt: skip
def test_settings_that_make_no_sense_are_named_at_the_start(tmp_path: Path, options: tuple[str, ...]):
    with pytest.raises(AssertionError, match="amqp cannot go on: --"):
        running("amqp", "--event-hubs-config", CONFIG, *options, state=tmp_path / "state").__enter__()
