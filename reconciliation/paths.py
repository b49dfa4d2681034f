"""The paths of a run's blobs. Every path is computed from the run and a number, so that an activity that runs again
overwrites its own work.

Work blobs lie in the container `workflow-data`, reports in the container `reports`.
"""


def run_folder(run: str) -> str:
    """The folder of a run's work blobs."""
    return f"reconciliations/{run}"


def plan_path(run: str) -> str:
    """The run's `RunPlan`."""
    return f"{run_folder(run)}/work.json"


def secret_path(run: str) -> str:
    """The secret of the run's keys (`reconciliation.reading.keys`), which is gone with its work."""
    return f"{run_folder(run)}/secret"


def part_path(run: str, stage: str, number: int) -> str:
    """The input of a part: what it reads."""
    return f"{run_folder(run)}/parts/{stage}-{number:05}.json"


def rows_path(run: str, stage: str, number: int) -> str:
    """The rows of a part, in buckets."""
    return f"{run_folder(run)}/rows/{stage}-{number:05}"


def sums_path(run: str, stage: str, number: int) -> str:
    """The sums of a part or a bucket."""
    return f"{run_folder(run)}/sums/{stage}-{number:05}.json"


def report_folder(run: str) -> str:
    """The folder of a run's report in the container `reports`."""
    return f"reconciliations/{run}"


def report_path(run: str, extension: str) -> str:
    """A run's report in the container `reports`, in one of its formats."""
    return f"{report_folder(run)}/report.{extension}"


def differences_path(run: str, bucket: int) -> str:
    """The full list of a bucket's differences in the container `reports`, one JSON object per line."""
    return f"{report_folder(run)}/differences-{bucket:05}.ndjson"


def steps_path(repair: str) -> str:
    """The list of a repair's steps in the container `reports`, one JSON object per line."""
    return f"repairs/{repair}/steps.ndjson"


REPAIR_WINDOWS_FOLDER = "repairs/windows"
"""Analyses of a repair keep their work here, beside that of an analysis of the same window which still runs."""
