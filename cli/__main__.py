"""The command line `detective`: `python -m cli --help`."""

import sys


def main() -> int:
    """Run the command of the arguments; its exit code, as `detective --help` explains it."""
    try:
        from cli.running import run  # noqa: PLC0415 - its imports take a second, in which Ctrl-C may come
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
