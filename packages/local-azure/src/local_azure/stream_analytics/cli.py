"""The command line: run a project, check a query, or run a project's golden tests."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.core.process import CannotStartError, arguments, run
from local_azure.stream_analytics.job.connect import BLOB_SETTING, Connections, blob_setting
from local_azure.stream_analytics.job.golden import SUMMARY, run_tests
from local_azure.stream_analytics.job.project import Project, load_project
from local_azure.stream_analytics.job.project_files import ProjectError, read_text
from local_azure.stream_analytics.job.service import StreamJob
from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.position import QueryError

PROG = "local_azure.stream_analytics"
PASSED, BROKEN, FAILED = 0, -1, -2
"""Exit codes of Microsoft's command line; a shell sees the last two as 255 and 254."""


def main() -> None:
    """Entry point of `python -m local_azure.stream_analytics`."""
    arguments_given = sys.argv[1:]
    if "--check" in arguments_given or "--test" in arguments_given:
        sys.exit(_offline(arguments_given))
    parser = arguments(PROG, "Run a Stream Analytics project on this machine.")
    parser.add_argument("--project", type=Path, metavar="FILE", required=True, help="the project's asaproj.json")
    for service, default in (("event-hubs", "EventHubs"), ("service-bus", "ServiceBus")):
        words = f"setting of the environment with the connection string; default: {default}"
        parser.add_argument(f"--{service}-connection", default=default, metavar="SETTING", help=words)
    words = f"the same of the storage account; default: the only setting that leads to one, or {BLOB_SETTING}"
    parser.add_argument("--blob-connection", metavar="SETTING", help=words)
    parser.epilog = (
        "Without a broker: --check FILE.asaql compiles a query and says where it is wrong; "
        "--test testConfig.json runs the golden tests of the project in the folder above, or of --project FILE."
    )
    _serve(parser.parse_args())


def _serve(options: argparse.Namespace) -> None:
    async def serve(stop: asyncio.Event) -> None:
        try:
            project = load_project(options.project)
            blob = options.blob_connection or blob_setting(os.environ)
            connections = Connections(os.environ, options.event_hubs_connection, options.service_bus_connection, blob)
            job = StreamJob(project, connections, options.state, Clock.from_environment())
        except ProjectError as error:
            raise CannotStartError(str(error)) from error
        except QueryError as error:
            raise CannotStartError(f"the query of {options.project}: {error}") from error
        await job.run(stop)

    run("stream-analytics", options.log_level, serve)


def _offline(arguments_given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {PROG}", description="Check or test without a broker.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", type=Path, metavar="FILE", help="compile this query and say where it is wrong")
    what.add_argument("--test", type=Path, metavar="FILE", help="run the golden tests of this testConfig.json")
    parser.add_argument("--project", type=Path, metavar="FILE", help="the project's asaproj.json")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where results of tests go (default: .local/golden)")
    options = parser.parse_args(arguments_given)
    try:
        if options.check is not None:
            return _check(options.check)
        project = options.project or options.test.resolve().parent.parent / "asaproj.json"
        return _test(load_project(project), options.test, options.output or Path(".local/golden"))
    except ProjectError as error:
        sys.stderr.write(f"{error}\n")
    except QueryError as error:
        sys.stderr.write(f"{options.check or options.test}: {error}\n")
    return BROKEN


def _check(file: Path) -> int:
    query = check(parse(read_text(file)))
    outputs = ", ".join(dict.fromkeys(output.name for output in query.outputs))
    sys.stdout.write(f"{file}: no problems; writes to {outputs}\n")
    return PASSED


def _test(project: Project, config: Path, results: Path) -> int:
    summary = run_tests(project, config, results)
    for result in summary.results:
        sys.stdout.write(f"{'passed' if result.status == 0 else 'FAILED'}  {result.name}\n")
        for kind in ("output_not_equal", "output_missing", "output_unexpected"):
            for comparison in getattr(result, kind):
                expected = comparison.expected_output or "no rows"
                sys.stdout.write(
                    f"        {comparison.output_alias}: expected {expected}, got {comparison.output or 'no rows'}\n"
                )
    sys.stdout.write(f"{summary.passed} of {summary.total} passed; details in {results / SUMMARY}\n")
    return PASSED if summary.failed == 0 else FAILED
