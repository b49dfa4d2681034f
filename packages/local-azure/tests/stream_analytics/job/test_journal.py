"""The journal: what belongs together is kept together."""

from pathlib import Path

import pytest

from local_azure.stream_analytics.job.journal import Journal, OtherQueryError, Parcel


def parcel(output: str, name: str) -> Parcel:
    return Parcel(output, name, 5, name.encode())


def names(journal: Journal, output: str) -> list[str]:
    return [each.name for each in journal.pending(output, 10)]


def test_positions_state_and_rows_survive_together(tmp_path: Path):
    journal = Journal(tmp_path / "j.db", "query")
    journal.commit(
        {("events", 0): 7, ("events", 1): 9}, b"state", [parcel("a", "1"), parcel("b", "2"), parcel("a", "3")]
    )
    journal.commit({("events", 0): 8}, b"later", [])
    again = Journal(tmp_path / "j.db", "query")
    assert again.positions("events") == {0: 8, 1: 9}
    assert again.state == b"later"
    assert names(again, "a") == ["1", "3"]
    assert again.pending("b", 10)[0].rows == b"2"


def test_what_an_output_has_taken_is_forgotten_and_the_rest_stays_in_order(tmp_path: Path):
    journal = Journal(tmp_path / "j.db", "query")
    journal.commit({}, b"", [parcel("a", str(number)) for number in range(5)])
    journal.acknowledge(journal.pending("a", 2))
    assert names(journal, "a") == ["2", "3", "4"]
    assert (journal.count_pending("a"), journal.count_pending("b")) == (3, 0)


def test_a_commit_that_fails_keeps_nothing(tmp_path: Path):
    journal = Journal(tmp_path / "j.db", "query")
    journal.commit({("events", 0): 1}, b"before", [])
    unfit = Parcel("a", "1", 5, object())  # type: ignore[arg-type]
    with pytest.raises(Exception, match="type 'object' is not supported"):
        journal.commit({("events", 0): 2}, b"after", [parcel("a", "0"), unfit])
    again = Journal(tmp_path / "j.db", "query")
    assert (again.positions("events"), again.state, names(again, "a")) == ({0: 1}, b"before", [])


def test_the_journal_of_another_query_is_refused(tmp_path: Path):
    Journal(tmp_path / "j.db", "query").close()
    with pytest.raises(OtherQueryError, match=r"j\.db"):
        Journal(tmp_path / "j.db", "another query")
