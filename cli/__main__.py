"""The command line `detective`: `python -m cli --help`."""

import sys

from cli.app_client import AppError
from cli.campaign_files import CampaignFileError
from cli.campaign_report.comparing import ReportFileError
from cli.commands import command_line
from cli.screen import show_error
from cli.stack_process import StackError


def main() -> int:
    """Run a command; its exit code, as `detective --help` explains it."""
    options = command_line().parse_args()
    try:
        return options.run(options)
    except (AppError, CampaignFileError, ReportFileError, StackError) as error:
        show_error(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
