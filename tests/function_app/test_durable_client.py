"""Starting an instance: refusals are told from failures, and a race has one winner and no error."""

from typing import Any, cast

import azure.durable_functions as df
import pytest

from function_app.durable_client import AlreadyRunningError, Client, find, find_restarted, start
from orchestrations.contracts import RECONCILE, RECONCILE_NIGHTLY, RUN_CAMPAIGN

Status = df.OrchestrationRuntimeStatus


class Engine:
    """A durable client that refuses as often as told; `status` is that of the one instance."""

    def __init__(self, refusals: int, status: df.OrchestrationRuntimeStatus) -> None:
        self.refusals = refusals
        self.runtime_status = status
        self.name = "run_campaign"
        self.asked: list[str] = []
        self.started = 0

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Exception("The operation failed with 409")  # noqa: TRY002 - as the SDK
        self.started += 1

    async def get_status(self, instance_id: str, *, show_input: bool) -> Any:
        self.asked.append(instance_id)
        return self


def client(engine: Engine) -> Client:
    return cast(Client, engine)


async def test_a_start_that_another_one_has_forestalled_says_so():
    with pytest.raises(AlreadyRunningError):
        await start(client(Engine(1, Status.Pending)), RECONCILE_NIGHTLY, "night", None)


async def test_a_start_whose_forerunner_has_ended_meanwhile_is_done_again():
    engine = Engine(1, Status.Completed)

    await start(client(engine), RECONCILE_NIGHTLY, "night", None)

    assert engine.started == 1


async def test_an_engine_that_refuses_every_start_is_a_failure():
    with pytest.raises(Exception, match="409"):
        await start(client(Engine(9, Status.Completed)), RECONCILE_NIGHTLY, "night", None)


async def test_an_id_cannot_add_a_query_to_the_address_that_is_asked():
    engine = Engine(0, Status.Completed)

    await find(client(engine), "reconcile-x?code=y/z")

    assert engine.asked == ["reconcile-x%3Fcode%3Dy%2Fz"]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("0" * 32, True), ("0" * 32 + "\n", False), ("00000000-0000-0000-0000-000000000000", True), ("night", False)],
)
async def test_only_an_id_that_the_extension_chose_is_looked_up_as_restarted(text: str, is_found: bool):
    engine = Engine(0, Status.Completed)

    assert (await find_restarted(client(engine), RUN_CAMPAIGN, text) is not None) == is_found
    assert await find_restarted(client(engine), RECONCILE, text) is None
