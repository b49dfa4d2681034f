"""The time from which the events of a campaign count."""

from fraud.load.messages import MixTotals
from function_app.campaigns import tells_due


def test_late_and_recorded_events_do_not_tell_when_they_were_due():
    constant, tape = {"shape": "constant"}, {"shape": "tape"}

    assert tells_due(MixTotals(), None)
    assert tells_due(MixTotals(), {"stages": [constant]})
    assert not tells_due(MixTotals(), {"stages": [constant, tape]})
    assert not tells_due(MixTotals(late=1), {"stages": [constant]})
