"""The report of a campaign: what is lost, doubled or slow is named in every format and decides whether it holds."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from cli.campaign_report.comparing import ReportFileError, compare, read_report
from cli.campaign_report.files import FORMATS, to_html, to_junit, to_markdown, write_files
from cli.campaign_report.rows import account_rows
from cli.campaign_report.showing import show_report
from cli.campaigns import CampaignState
from fraud.load.assertions import Assertions
from fraud.load.latencies import Latencies
from fraud.load.report import (
    AssertionCheck,
    CampaignOutcome,
    CampaignReport,
    DifferenceCount,
    FraudFound,
    Sending,
    checks_of,
)

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
LATENCIES = Latencies.of(
    [(START + timedelta(seconds=second), 3.0 if second < 120 else 40.0) for second in range(180)],
    [(START + timedelta(minutes=5), 12.0)],
    sample=1,
    from_due=True,
)
SENDING = Sending(planned=180, due=180, accepted=180, retried=0, throttled=0, most_behind_seconds=1, totals={"bad": 3})
OUTCOME = CampaignOutcome(
    captured=180, archived=177, quarantined=3, expected=14, flagged=14, analysed=14, lost=0, doubled=0, resent=0,
    unresolved=0, must_be_flagged=14, caught=14, judged=14, correct=14, verdict="balanced", sentence="All is well.",
)  # fmt: skip
ASSERTS = {"loss": 0, "doubles": 0, "recall": 1, "rate": 0.95, "p95_window_to_verdict": "15s"}


def report_of(
    outcome: CampaignOutcome = OUTCOME, sending: Sending = SENDING, latencies: Latencies = LATENCIES, **asserts: Any
) -> CampaignReport:
    checks = checks_of(msgspec.convert({**ASSERTS, **asserts}, Assertions), sending, outcome, latencies)
    return CampaignReport(
        id="campaign-x",
        about="A <b>test</b>.",
        seed=42,
        phase="completed",
        started=START,
        ended=START + timedelta(minutes=3),
        sending=sending,
        outcome=outcome,
        latencies=latencies,
        checks=checks,
        balanced=outcome.verdict == "balanced",
        held=outcome.verdict == "balanced" and all(check.holds for check in checks),
    )


LOSS = report_of(
    msgspec.structs.replace(
        OUTCOME, lost=2, verdict="differences", sentence="2 events | `are` <missing>.",
        differences=[DifferenceCount("missing_from_suspicious", 2, ["3b9d", "<script>alert(1)</script>"])],
    )
)  # fmt: skip


def failed(report: CampaignReport) -> list[str]:
    return [check.name for check in report.checks if not check.holds]


def test_a_campaign_of_which_all_is_as_asserted_holds():
    report = report_of()

    assert report.held
    assert failed(report) == []
    assert {check.name for check in report.checks} == ASSERTS.keys()


@pytest.mark.parametrize(
    ("changes", "asserts", "name"),
    [
        ({"lost": 1}, {}, "loss"),
        ({"doubled": 1}, {}, "doubles"),
        ({"unresolved": 2}, {"unresolved": 1}, "unresolved"),
        ({"caught": 13}, {}, "recall"),
        ({"correct": 13}, {"precision": 1}, "precision"),
        ({}, {"p99_send_to_archive": "30s"}, "p99_send_to_archive"),
        ({}, {"max_window_to_verdict": "11s"}, "max_window_to_verdict"),
        ({}, {"behind": "500ms"}, "behind"),
        ({"must_be_flagged": None, "caught": None}, {}, "recall"),
        ({}, {"fraud_recall": 0.5}, "fraud_recall"),
    ],
)
def test_an_assertion_that_is_broken_or_not_measured_does_not_hold(
    changes: dict[str, Any], asserts: dict[str, Any], name: str
):
    assert failed(report_of(msgspec.structs.replace(OUTCOME, **changes), **asserts)) == [name]


def test_a_rate_below_the_asserted_one_does_not_hold():
    slow = msgspec.structs.replace(SENDING, accepted=170)

    (check,) = (check for check in report_of(sending=slow).checks if not check.holds)
    assert check.sentence == "rate is 0.944444, must be at least 0.95"


def test_what_is_wrong_is_named_in_every_format(capsys: pytest.CaptureFixture[str]):
    show_report(LOSS)
    texts = {"screen": capsys.readouterr().out, "html": to_html(LOSS), "md": to_markdown(LOSS), "xml": to_junit(LOSS)}

    for name, text in texts.items():
        assert "loss is 2, must be at most 0" in text, name
    for name in ("screen", "html", "md"):
        assert "✘ the archives balance" in texts[name], name
        assert "3b9d" in texts[name], name
        assert "10:02" in texts[name], f"the worst minute in {name}"
    assert max(map(len, texts["screen"].splitlines())) <= 80
    assert "Not held" in texts["screen"]


def test_texts_of_others_are_escaped():
    page, text = to_html(LOSS), to_markdown(LOSS)

    assert "<script>" not in page
    assert "A &lt;b&gt;test&lt;/b&gt;." in page
    assert "<script>" not in text
    assert "2 events \\| 'are' &lt;missing>." in text


def test_the_page_needs_nothing_from_elsewhere_and_draws_each_minute():
    page = to_html(report_of())

    assert "http" not in page
    assert page.count("<rect") == 4
    assert page.count('class="worst"') == 2
    # Each chart says its span and its scale.
    assert page.count("p95 of each minute, at most") == 2


def test_continuous_integration_sees_a_test_case_for_each_assertion():
    suite = ElementTree.fromstring(to_junit(LOSS))

    assert (suite.get("tests"), suite.get("failures")) == ("6", "2")
    failures = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failures == {"the archives balance", "loss holds"}


def test_the_files_are_written_and_the_report_is_read_again(tmp_path: Path):
    paths = write_files(LOSS, tmp_path / "reports" / "x")

    assert sorted(paths) == sorted(FORMATS)
    assert read_report(paths["json"]) == LOSS
    assert json.loads(paths["json"].read_text())["schema_version"] == 1


def test_a_file_that_is_not_a_report_is_refused(tmp_path: Path):
    file = tmp_path / "report.json"
    file.write_text("{}")

    with pytest.raises(ReportFileError, match="not the report"):
        read_report(file)
    with pytest.raises(ReportFileError, match="cannot be read"):
        read_report(tmp_path / "absent.json")


def slower(seconds: float, lost: int = 0) -> CampaignReport:
    latencies = Latencies.of([(START, 3.0 + seconds)] * 10, [(START, 12.0)], sample=1, from_due=True)
    return report_of(msgspec.structs.replace(OUTCOME, lost=lost), latencies=latencies)


def test_only_what_lies_beyond_the_noise_of_earlier_runs_has_changed():
    earlier = [slower(0), slower(6)]

    assert {row.change for row in compare(slower(7), earlier)} == {"same"}
    worse = {row.name for row in compare(slower(30, lost=1), earlier) if row.change == "worse"}
    assert worse == {"lost", *(f"send to archive {share}" for share in ("p50", "p95", "p99", "max"))}
    assert {row.name for row in compare(slower(0), [slower(30)]) if row.change == "better"} == worse - {"lost"}


def test_a_campaign_without_a_plan_has_a_state_too():
    state = msgspec.convert(
        {"id": "campaign-x", "batches": 4, "batches_sent": 2, "totals": {"sent": 60}}, CampaignState
    )

    assert (state.events_planned, state.plan, state.behind_seconds) == (120, None, 0)


def test_shares_that_nobody_counted_do_not_stand_beside_those_of_the_fraud():
    played = msgspec.structs.replace(OUTCOME, must_be_flagged=None, caught=None, judged=None, correct=None)
    fraud = FraudFound(fraud=21, not_flagged=8, alarmed=36, caught=21)

    def names(report: CampaignReport) -> list[str]:
        return [row.name for group in account_rows(report) for row in group]

    without = report_of(played)
    assert names(without)[-2:] == ["recall", "precision"]
    assert names(msgspec.structs.replace(without, fraud=fraud)).count("precision") == 1
    assert names(msgspec.structs.replace(report_of(), fraud=fraud)).count("precision") == 2


def test_a_check_says_its_unit():
    check = AssertionCheck(name="behind", bound=5, value=12.5, unit="s", at_least=False, holds=False)

    assert check.sentence == "behind is 12.5s, must be at most 5s"
