"""`python -m tests.fuzz`: fuzz each reader of the app, its command line and its HTTP functions; see `make fuzz`."""

import sys

import tests.conftest  # the settings with which the app can be imported
from local_azure.testing import fuzz_command
from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    assert tests.conftest.APP_SETTINGS
    sys.exit(fuzz_command(TARGETS))
