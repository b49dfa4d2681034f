"""Stop the stream job before its resources change, and start it when the app is deployed.

    python infra/hooks/stream_job.py stop | start

`azd` calls this as a hook, with the outputs of infra/main.bicep in the environment. It needs Python's standard library
and the Azure CLI (`az`, signed in) only.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

ATTEMPTS = 20
SECONDS_BETWEEN_ATTEMPTS = 30
"""Ten minutes in all: an identity's new roles may take eight minutes to reach every service."""

IDLE = ("Created", "Stopped", "Failed")
ENDING = ("Stopping", "Deleting")
MOVING = ("Starting", "Restarting", "Scaling", *ENDING)
"""On the way to another state; until it is there, Azure refuses to stop or start it. Every other state is work."""


class HookError(Exception):
    """The hook cannot do its work; the message says what to do."""


def stop(wait: Callable[[float], None] = time.sleep) -> None:
    """Stop the job and wait until it stands still. Before the first deployment there is none."""
    if not os.environ.get("STREAM_ANALYTICS_JOB"):
        say("nothing to stop: it is not deployed yet")
        return
    state, _ = _status()
    for _ in range(ATTEMPTS):
        if state not in MOVING:
            break
        say(f"it is {state}; waiting for that to end")
        wait(SECONDS_BETWEEN_ATTEMPTS)
        state, _ = _status()
    if state in (None, *IDLE):
        say("nothing to stop: " + (f"it is {state}" if state else "it no longer exists"))
        return
    say(f"stopping, it is {state}")
    _job("stop")
    say("stopped; `azd deploy` starts it again, and so does `azd hooks run postdeploy`")


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
            return
    raise HookError("the job did not start; the reason is above. When it is mended, run `azd hooks run postdeploy`")


def _works(state: str | None) -> bool:
    return state not in (None, *IDLE, *ENDING)


def _status() -> tuple[str | None, str | None]:
    """The job's state and when it last gave output; no state if there is no such job."""
    try:
        answer = json.loads(_job("show"))
    except HookError as error:
        if "ResourceNotFound" in str(error) or "ResourceGroupNotFound" in str(error):
            return None, None
        raise
    return answer["jobState"], answer.get("lastOutputEventTime")


def _job(action: str, *options: str) -> str:
    """What `az stream-analytics job ACTION` prints. Raises HookError."""
    az = shutil.which("az")
    if az is None:
        raise HookError("the Azure CLI is missing: https://aka.ms/azure-cli")
    try:
        group, job = os.environ["AZURE_RESOURCE_GROUP"], os.environ["STREAM_ANALYTICS_JOB"]
    except KeyError as missing:
        raise HookError(f"{missing} is not set: run this through azd, after `azd provision`") from None
    command = [az, "stream-analytics", "job", action, "--resource-group", group, "--name", job, "--output", "json"]
    if subscription := os.environ.get("AZURE_SUBSCRIPTION_ID"):
        command += ["--subscription", subscription]
    # `az stream-analytics` is an extension, which is installed when it is first used.
    environment = os.environ | {"AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "yes_without_prompt"}
    done = subprocess.run(  # noqa: S603 - the command is ours, its arguments are names of resources
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise HookError(f"az stream-analytics job {action}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout


def say(text: str) -> None:
    """Tell whoever runs azd."""
    sys.stdout.write(f"stream job: {text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """0 if done, 1 if not, 2 for wrong arguments."""
    actions = {"stop": stop, "start": start}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("usage: stream_job.py stop | start\n")
        return 2
    try:
        actions[arguments[0]]()
    except HookError as error:
        sys.stderr.write(f"stream job: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
