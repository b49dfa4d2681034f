"""Versions: which one an instance has, and which ones a deployment works on."""

import asyncio

import pytest

from local_azure.durable.settings import HubSettings
from local_azure.durable.versions import VersionMatch, accepts
from local_azure.testing.running_hub import Context, RunningHub, Steps


async def test_the_version_is_that_of_the_start_or_the_hubs_default(hub: RunningHub):
    hub.settings = HubSettings(default_version="1.0", version_match=VersionMatch.NONE)

    @hub.orchestrator
    def version(context: Context) -> Steps:
        child = yield context.call_sub_orchestrator("child_version", version="3.0")
        inherited = yield context.call_sub_orchestrator("child_version")
        return [context.version, child, inherited]

    @hub.orchestrator
    def child_version(context: Context) -> Steps:
        return context.version
        yield

    task_hub = await hub.hub()
    default = await hub.run("version")
    chosen = await hub.ended(task_hub.client.start("version", None, None, "2.0"))

    assert default["output"] == ["1.0", "3.0", "1.0"]
    assert chosen["output"] == ["2.0", "3.0", "1.0"]


@pytest.mark.parametrize(
    ("match", "own", "version", "accepted"),
    [
        (VersionMatch.NONE, "1.0", "9.0", True),
        (VersionMatch.STRICT, "1.0", "1.0", True),
        (VersionMatch.STRICT, "1.0", "0.9", False),
        (VersionMatch.STRICT, None, "0.9", False),
        (VersionMatch.STRICT, None, None, True),
        (VersionMatch.CURRENT_OR_OLDER, None, "0.9", False),
        (VersionMatch.CURRENT_OR_OLDER, None, " ", True),
        (VersionMatch.CURRENT_OR_OLDER, "1.10", "1.9", True),
        (VersionMatch.CURRENT_OR_OLDER, "1.10", "1.11", False),
        (VersionMatch.CURRENT_OR_OLDER, "1.10", None, True),
        (VersionMatch.CURRENT_OR_OLDER, "Beta", "alpha", True),
        (VersionMatch.CURRENT_OR_OLDER, "beta", "Gamma", False),
    ],
)
def test_versions_compare_by_numbers_or_as_text(
    match: VersionMatch, own: str | None, version: str | None, accepted: bool
):
    assert accepts(match, own, version) is accepted


async def test_an_instance_of_a_newer_version_waits_for_its_deployment(hub: RunningHub):
    @hub.orchestrator
    def version(context: Context) -> Steps:
        return context.version
        yield

    hub.settings = HubSettings(default_version="1.0")
    instance_id = (await hub.hub()).client.start("version", None, None, "2.0")
    await asyncio.sleep(0.05)
    waiting = (await hub.status(instance_id))["runtimeStatus"]
    await hub.stop()
    hub.settings = HubSettings(default_version="2.0")

    assert waiting == "Pending"
    assert (await hub.ended(instance_id))["output"] == "2.0"


async def test_an_instance_that_nobody_works_on_can_be_terminated(hub: RunningHub):
    @hub.orchestrator
    def version(context: Context) -> Steps:
        return context.version
        yield

    client = (await hub.hub()).client
    instance_id = client.start("version", None, None, "2.0")
    await asyncio.sleep(0.05)
    client.terminate(instance_id, "enough")

    ended = await hub.ended(instance_id)
    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "enough")


async def test_an_instance_of_a_newer_version_fails_if_the_settings_say_so(hub: RunningHub):
    @hub.orchestrator
    def version(context: Context) -> Steps:
        return context.version
        yield

    hub.settings = HubSettings(default_version="1.0", fail_other_versions=True)
    status = await hub.ended((await hub.hub()).client.start("version", None, None, "2.0"))

    assert status["runtimeStatus"] == "Failed"
    assert "'2.0' is not worked on by a deployment of '1.0'" in status["output"]
