"""Progress: when a partition is known to be complete up to a time."""

from local_azure.stream_analytics.job.progress import Progress, Promise


def started(position: int) -> Progress:
    progress = Progress()
    progress.start(0, position)
    return progress


def test_a_partition_that_has_been_read_to_its_end_is_complete_at_once():
    assert started(9).promise(0, Promise(9, time=100)) == 100


def test_otherwise_it_is_complete_when_the_last_promised_event_has_been_read():
    progress = started(5)
    assert progress.promise(0, Promise(9, time=100)) is None
    assert progress.read(0, 8) is None
    assert progress.read(0, 12) == 100
    assert progress.read(0, 13) is None, "a promise is fulfilled once"


def test_an_empty_partition_is_complete_from_its_beginning():
    assert started(-1).promise(0, Promise(-1, time=100)) == 100


def test_a_later_answer_takes_the_place_of_one_that_still_waits():
    progress = started(5)
    progress.promise(0, Promise(9, time=100))
    progress.promise(0, Promise(20, time=200))
    assert progress.read(0, 10) is None
    assert progress.read(0, 20) == 200
