"""`python -m tests.fuzz`: fuzz every reader and server of the package. `make fuzz` runs it."""

import sys

from local_azure.testing.fuzz_suite import fuzz_command
from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    sys.exit(fuzz_command(TARGETS))
