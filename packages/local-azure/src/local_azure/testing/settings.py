"""The settings that a stack would give its app, without a stack that runs.

from local_azure.testing import stack_settings

def test_the_example_file_has_the_settings_of_the_stack():
    assert example() == stack_settings(Path("local-azure.toml"))
"""

from pathlib import Path

from local_azure.stack.config_file import read_config
from local_azure.stack.settings_file import connection_settings


def stack_settings(config: Path) -> dict[str, str]:
    """The connection settings and the app's own settings, by name, with the usual port of each service.

    Raises CannotStartError for a file that the stack would refuse.
    """
    content = read_config(config.resolve())
    return connection_settings(content, content.usual_ports) | (content.functions.settings if content.functions else {})
