"""Owners of a partition: a higher or equal epoch takes over, a lower one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.event_hubs.readers import MAX_WITHOUT_EPOCH, Readers


class Reader:
    """A reader that leaves when it is told to."""

    def __init__(self, readers: Readers, epoch: int | None = None) -> None:
        self.readers = readers
        self.epoch = epoch
        self.evicted: AmqpError | None = None

    def evict(self, error: AmqpError) -> None:
        self.evicted = error
        self.readers.leave(self)


def test_a_higher_epoch_evicts_and_so_does_the_same():
    readers = Readers()
    first, second, third = Reader(readers, 1), Reader(readers, 2), Reader(readers, 2)
    for reader in (first, second, third):
        readers.join(reader)
    assert [reader.evicted is not None for reader in (first, second, third)] == [True, True, False]
    assert first.evicted is not None
    assert first.evicted.condition is Condition.LINK_STOLEN


@pytest.mark.parametrize("epoch", [None, 0, 1])
def test_a_lower_epoch_or_none_is_refused(epoch: int | None):
    readers = Readers()
    readers.join(owner := Reader(readers, 2))
    with pytest.raises(AmqpError, match="link:stolen"):
        readers.join(Reader(readers, epoch))
    assert owner.evicted is None


def test_an_owner_evicts_those_without_an_epoch():
    readers = Readers()
    free = [Reader(readers) for _ in range(MAX_WITHOUT_EPOCH)]
    for reader in free:
        readers.join(reader)
    with pytest.raises(AmqpError, match="maximum number of allowed receivers"):
        readers.join(Reader(readers))
    readers.join(Reader(readers, 0))
    assert all(reader.evicted for reader in free)


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=20))
def test_there_is_one_owner_or_a_few_without(epochs: list[int | None]):
    readers = Readers()
    present: list[Reader] = []
    for epoch in epochs:
        reader = Reader(readers, epoch)
        try:
            readers.join(reader)
            present.append(reader)
        except AmqpError:
            pass
        present = [each for each in present if not each.evicted]
        owners = [each for each in present if each.epoch is not None]
        assert len(owners) <= 1
        assert not owners or owners == present
        assert len(present) <= MAX_WITHOUT_EPOCH
