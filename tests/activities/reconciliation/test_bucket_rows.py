"""However ids are spread over buckets and activities, the report is the same; an activity reads each part once."""

from random import Random

import msgspec
import pytest

from activities.reconciliation.bucket_rows import gathered
from activities.reconciliation.compare_buckets import compare_bucket, compare_buckets
from reconciliation import plan
from reconciliation.plan import buckets_at_once, buckets_of
from reconciliation.reading.rows import Kind, PartError, RowWriter, read_offsets
from services.blobs import workflow_data, write_blob
from tests.activities.reconciliation.stored_world import ACTIVITIES, reconcile, store
from tests.activities.reconciliation.test_activities import a_world
from tests.reconciliation.rows_in_memory import KEYS
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes would not see what is patched."""
    monkeypatch.setitem(ACTIVITIES, compare_bucket.__name__, compare_buckets)


@pytest.mark.usefixtures("in_this_process")
async def test_the_report_does_not_depend_on_how_ids_are_shared_out(monkeypatch: pytest.MonkeyPatch):
    world = a_world(Random(9))
    world.verdicts = world.verdicts[::2]
    world.documents = world.documents[1:]
    await store(world)
    _, at_once = await reconcile(RANGE)
    assert len(at_once.lists) == 1

    monkeypatch.setattr(plan, "BUCKET_IDS", 10)
    for steps in (1, 2, 64):
        monkeypatch.setattr(plan, "COMPARE_STEPS", steps)
        _, shared = await reconcile(RANGE)
        assert len(shared.lists) > 1
        assert msgspec.structs.replace(shared, lists=at_once.lists) == at_once, steps


async def test_a_bucket_is_gathered_from_every_part_in_the_order_of_the_parts():
    paths: list[str] = []
    for part in range(3):
        rows = RowWriter(KEYS)
        rows.add(Kind.CAPTURED, [f"odd {n}" for n in range(50)], part, 7)
        paths.append(f"gathered/{part}")
        await write_blob(await workflow_data(), paths[-1], rows.encode(3))

    named: list[str] = []
    for buckets in (range(0, 3), range(3, 8)):
        async with gathered(paths, buckets) as gathering:
            for bucket in buckets:
                bucket_rows, names = await gathering.read(bucket)
                assert bucket_rows["window"].tolist() == sorted(bucket_rows["window"].tolist())
                assert sorted(names) == list(range(len(bucket_rows)))
                named += [names[n] for n in range(len(bucket_rows) // 3)]

    assert sorted(named) == sorted(f"odd {n}" for n in range(50))


@pytest.mark.parametrize("bits", range(13))
async def test_every_bucket_belongs_to_one_step(bits: int):
    steps = 2**bits // buckets_at_once(bits)

    assert [bucket for step in range(steps) for bucket in buckets_of(step, bits)] == list(range(2**bits))


@pytest.mark.parametrize("data", [b"", b"1234567", b"12345678", (9).to_bytes(8, "little") + (8).to_bytes(8, "little")])
async def test_damaged_offsets_are_refused(data: bytes):
    with pytest.raises(PartError):
        read_offsets(data)
