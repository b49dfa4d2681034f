import logging

import pytest

from local_azure.core.log_lines import LINES, SPAN, Rationed

REFUSED = "%s: refused %d"


class Log:
    """The lines that get past the ration, at a time that the test moves."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.lines: list[str] = []
        self._ration = Rationed(now=lambda: self.time)

    def write(self, text: str, *values: object, level: int = logging.WARNING, name: str = "local_azure.amqp") -> None:
        record = logging.LogRecord(name, level, __file__, 1, text, values, None)
        if self._ration.filter(record):
            self.lines.append(record.getMessage())


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_flood_of_refusals_writes_few_lines_and_says_so(log: Log):
    for number in range(10_000):
        log.write(REFUSED, "127.0.0.1", number)
    assert len(log.lines) == LINES
    assert log.lines[0] == "127.0.0.1: refused 0"
    assert log.lines[-1] == f"127.0.0.1: refused {LINES - 1} (more like this in {SPAN:.0f} s are only counted)"


def test_the_next_line_after_a_flood_counts_what_was_held_back(log: Log):
    for number in range(LINES + 7):
        log.write(REFUSED, "127.0.0.1", number)
    log.time += SPAN
    log.write(REFUSED, "127.0.0.1", 99)
    assert log.lines[-1] == "127.0.0.1: refused 99 (7 more like this were not written)"
    log.write(REFUSED, "127.0.0.1", 100)
    assert log.lines[-1] == "127.0.0.1: refused 100"


def test_a_flood_hides_no_other_trouble(log: Log):
    for number in range(LINES * 2):
        log.write(REFUSED, "127.0.0.1", number)
    log.write("%s: cut off", "127.0.0.1")
    assert log.lines[-1] == "127.0.0.1: cut off"


@pytest.mark.parametrize(
    ("name", "level"),
    [("app", logging.WARNING), ("local_azure.amqp", logging.INFO), ("local_azure.amqp", logging.ERROR)],
)
def test_errors_and_what_an_app_logs_are_never_held_back(log: Log, name: str, level: int):
    for number in range(LINES * 2):
        log.write(REFUSED, "127.0.0.1", number, level=level, name=name)
    assert len(log.lines) == LINES * 2
