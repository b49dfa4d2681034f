import pytest

from worlds import LabelledWorld, WorldPlan, make_world

SMALL = WorldPlan(seed=7, days=3, customers=2_000, sales_per_day=4_000)


@pytest.fixture(scope="session")
def small_world() -> LabelledWorld:
    """Three days of a small world."""
    return make_world(SMALL)


@pytest.fixture(scope="session")
def whole_world() -> LabelledWorld:
    """A world as it is judged."""
    return make_world(WorldPlan(seed=7))
