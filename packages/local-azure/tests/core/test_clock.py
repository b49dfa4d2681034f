import time

import pytest

from local_azure.core.clock import SETTING, Clock


def test_without_a_stack_azures_time_is_real_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(SETTING, raising=False)
    before = time.time()
    assert before <= Clock.from_environment().timestamp() <= time.time()


def test_at_speed_60_a_minute_passes_in_a_second():
    origin = time.time() - 1
    clock = Clock(real_origin=origin, azure_origin=1_000_000, speed=60)
    before = time.time()
    passed = clock.timestamp() - 1_000_000
    assert 60 <= 60 * (before - origin) <= passed <= 60 * (time.time() - origin)
    assert clock.real_seconds(300) == 5


def test_every_process_reads_the_same_clock_from_the_setting(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(real_origin=1.1, azure_origin=2.2, speed=60)
    monkeypatch.setenv(SETTING, clock.setting())
    assert Clock.from_environment() == clock


@pytest.mark.parametrize("text", ["noon", "1,2", "1,2,0", "1,2,-60", "1,2,nan"])
def test_a_setting_that_is_no_clock_is_refused(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv(SETTING, text)
    with pytest.raises(ValueError, match=SETTING):
        Clock.from_environment()


async def test_sleeping_follows_azures_time():
    clock = Clock(real_origin=time.time(), azure_origin=0, speed=100)
    before = time.monotonic()
    await clock.sleep(10)
    assert 0.09 <= time.monotonic() - before < 8
