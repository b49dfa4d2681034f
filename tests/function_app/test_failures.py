"""A trigger that fails is told in a line of fixed fields, without the text of its error."""

import pytest

from function_app.failures import logged_failure


@pytest.mark.parametrize("error", [OSError("AccountKey=s3cret"), ExceptionGroup("many", [OSError("s3cret")])])
def test_a_failure_is_raised_and_its_kind_is_logged(error: Exception, caplog: pytest.LogCaptureFixture):
    with pytest.raises(type(error)), logged_failure("archive-events"):
        raise error

    assert [record.getMessage() for record in caplog.records] == [
        "event=trigger_failed function=archive-events error=OSError"
    ]
