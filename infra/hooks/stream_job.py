"""Stop the stream job before its query or units change, and start it again.

    python infra/hooks/stream_job.py prepare | resume | start | stop

prepare stops it if a provisioning is going to change it, and only then; resume starts what prepare stopped; start and
stop do so in any case.

`azd` calls this as a hook, with the outputs of infra/main.bicep in the environment. It needs Python's standard library
and the Azure CLI (`az`, signed in) only.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ATTEMPTS = 20
SECONDS_BETWEEN_ATTEMPTS = 30
"""Ten minutes in all: an identity's new roles may take eight minutes to reach every service."""

IDLE = ("Created", "Stopped", "Failed")
ENDING = ("Stopping", "Deleting")
MOVING = ("Starting", "Restarting", "Scaling", *ENDING)
"""On the way to another state: until it is there, Azure refuses to stop or start it. A state in no list is work."""


STOPPED = "STREAM_JOB_STOPPED"
"""True in azd's environment from when prepare stopped the job until it runs again."""

INFRA = Path(__file__).parents[1]
TRANSFORMATION = "suspicious-windows"


class HookError(Exception):
    """The hook cannot do its work; the message says what to do."""


def prepare(wait: Callable[[float], None] = time.sleep) -> None:
    """Stop the job if provisioning changes what it runs: a running job refuses that. A preview stops nothing."""
    if not os.environ.get("STREAM_ANALYTICS_JOB"):
        say("nothing to stop: it is not deployed yet")
        return
    running = _transformation()
    if running is None or running == _wanted():
        say(
            "nothing to stop: " + ("it no longer exists" if running is None else "its query and units stay as they are")
        )
        return
    if _is_preview():
        say("its query or units change: `azd provision` will stop it for that. This is a preview, which stops nothing")
        return
    if not stop(wait):
        return  # whoever stopped it starts it again
    _remember(stopped=True)
    say("if provisioning fails, `azd hooks run postprovision` starts it again")


def resume(wait: Callable[[float], None] = time.sleep) -> None:
    """Start the job if prepare stopped it."""
    if os.environ.get(STOPPED) == "true":
        start(wait)
    else:
        say("nothing to start again: it was not stopped for this")


def stop(wait: Callable[[float], None] = time.sleep) -> bool:
    """Stop the job and wait until it stands still; False if it stood still, or does not exist, before."""
    if not os.environ.get("STREAM_ANALYTICS_JOB"):
        say("nothing to stop: it is not deployed yet")
        return False
    state, _ = _status()
    for _ in range(ATTEMPTS):
        if state not in MOVING:
            break
        say(f"it is {state}; waiting for that to end")
        wait(SECONDS_BETWEEN_ATTEMPTS)
        state, _ = _status()
    if state in (None, *IDLE):
        say("nothing to stop: " + (f"it is {state}" if state else "it no longer exists"))
        return False
    say(f"stopping, it is {state}")
    _job("stop")
    say("stopped; `azd deploy` starts it again, and so does `azd hooks run postdeploy`")
    return True


def start(wait: Callable[[float], None] = time.sleep) -> None:
    """Start the job where its output ended, the first time from now on. Tries again while its roles propagate."""
    for attempt in range(1, ATTEMPTS + 1):
        if attempt > 1:
            wait(SECONDS_BETWEEN_ATTEMPTS)
        state, last_output = _status()
        if state is None:
            raise HookError("the job does not exist: run `azd provision`")
        if _works(state):
            say(f"it is {state}")
            _remember(stopped=False)
            return
        # Azure refuses LastOutputEventTime for a job that never gave output.
        mode = "LastOutputEventTime" if last_output else "JobStartTime"
        say(f"it is {state}; starting from {mode}, attempt {attempt} of {ATTEMPTS}")
        try:
            _job("start", "--output-start-mode", mode)
        except HookError as error:
            say(str(error))
            continue
        # A job whose roles have not arrived may start and fail at once.
        state, _ = _status()
        if _works(state):
            say(f"it is {state}")
            _remember(stopped=False)
            return
    raise HookError("the job did not start; the reason is above. When it is mended, run `azd hooks run postdeploy`")


def _works(state: str | None) -> bool:
    return state not in (None, *IDLE, *ENDING)


def _wanted() -> tuple[str, int]:
    """The query and the streaming units of the size that azd is told."""
    sizes = json.loads((INFRA / "sizes.json").read_text())
    size = sizes.get(os.environ.get("FRAUD_SIZE") or "1k")
    if size is None:
        raise HookError(f"FRAUD_SIZE is {os.environ['FRAUD_SIZE']!r}; there are {', '.join(sizes)}")
    query = (INFRA.parent / "stream_analytics" / f"{TRANSFORMATION}.asaql").read_text()
    return _lines(query), size["streamingUnits"]


def _transformation() -> tuple[str, int] | None:
    """The query and the streaming units that the job has; None if the job does not exist."""
    try:
        answer = json.loads(_az("transformation", "show", "--job-name", "--transformation-name", TRANSFORMATION))
    except HookError as error:
        if "ResourceNotFound" in str(error) or "ResourceGroupNotFound" in str(error):
            return None
        raise
    return _lines(answer["query"]), answer["streamingUnits"]


def _lines(query: str) -> str:
    """A query whose lines end alike wherever it was edited."""
    return "\n".join(line.rstrip() for line in query.strip().splitlines())


def _is_preview() -> bool:
    """True if azd was started with `--preview`. It runs this hook either way, and does not tell.

    Raises HookError if that cannot be seen.
    """
    try:
        return any("--preview" in command.split() for command in _commands_above())
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise HookError(
            f"cannot see whether this is a preview ({error}). Nothing was stopped; run "
            "`python infra/hooks/stream_job.py stop`, then `azd provision`"
        ) from error


def _commands_above() -> Iterator[str]:
    """The command lines of the processes that started this one, the nearest first."""
    process = os.getppid()
    while process > 1:
        if os.name == "nt":
            query = f"Get-CimInstance Win32_Process -Filter 'ProcessId={process}'"
            asked = f"{query} | ForEach-Object {{ '{{0}} {{1}}' -f $_.ParentProcessId, $_.CommandLine }}"
            command = ["powershell", "-NoProfile", "-Command", asked]
        else:
            command = ["ps", "-ww", "-o", "ppid=", "-o", "args=", "-p", str(process)]
        said = subprocess.run(command, capture_output=True, text=True, check=os.name != "nt").stdout  # noqa: S603
        above, _, line = said.strip().partition(" ")
        if not above:
            return
        yield line
        process = int(above)


def _remember(*, stopped: bool) -> None:
    """Tell azd's environment, which the next hook gets, whether the job was stopped for a provisioning."""
    azd = shutil.which("azd")
    if azd is None or (os.environ.get(STOPPED) == "true") == stopped:
        return
    subprocess.run([azd, "env", "set", STOPPED, str(stopped).lower()], check=False)  # noqa: S603


def _status() -> tuple[str | None, str | None]:
    """The job's state and when it last gave output; no state if the job does not exist."""
    try:
        answer = json.loads(_job("show"))
    except HookError as error:
        if "ResourceNotFound" in str(error) or "ResourceGroupNotFound" in str(error):
            return None, None
        raise
    return answer["jobState"], answer.get("lastOutputEventTime")


def _job(action: str, *options: str) -> str:
    """The output of `az stream-analytics job ACTION`. Raises HookError."""
    return _az("job", action, "--name", *options)


def _az(part: str, action: str, named: str, *options: str) -> str:
    """The output of `az stream-analytics PART ACTION`; `named` is the option for the job's name. Raises HookError."""
    az = shutil.which("az")
    if az is None:
        raise HookError("the Azure CLI is missing: https://aka.ms/azure-cli")
    try:
        group, job = os.environ["AZURE_RESOURCE_GROUP"], os.environ["STREAM_ANALYTICS_JOB"]
    except KeyError as missing:
        raise HookError(f"{missing} is not set: run this through azd, after `azd provision`") from None
    command = [az, "stream-analytics", part, action, "--resource-group", group, named, job, "--output", "json"]
    if subscription := os.environ.get("AZURE_SUBSCRIPTION_ID"):
        command += ["--subscription", subscription]
    # `az stream-analytics` is an extension, which is installed when it is first used.
    environment = os.environ | {"AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "yes_without_prompt"}
    done = subprocess.run(  # noqa: S603 - the command is ours, its arguments are names of resources
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise HookError(f"az stream-analytics {part} {action}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout


def say(text: str) -> None:
    """Tell whoever runs azd."""
    sys.stdout.write(f"stream job: {text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """0 if done, 1 if not, 2 for wrong arguments."""
    actions = {"prepare": prepare, "resume": resume, "start": start, "stop": stop}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("usage: stream_job.py prepare | resume | start | stop\n")
        return 2
    try:
        actions[arguments[0]]()
    except HookError as error:
        sys.stderr.write(f"stream job: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
