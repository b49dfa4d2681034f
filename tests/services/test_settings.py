import pytest

from fraud.rules.shipped import DEFAULT
from fraud.watching.checks import Thresholds
from services.settings import SettingsError, read_settings
from tests.conftest import APP_SETTINGS


def test_all_settings_are_read():
    settings = read_settings(APP_SETTINGS | {"ALERT_WEBHOOK_URL": "https://example.org/alerts"})

    assert settings.cosmos.connection_string == APP_SETTINGS["Cosmos"]
    assert settings.reconciliation_schedule == "0 30 2 * * *"
    assert settings.alert_webhook_url == "https://example.org/alerts"


def test_the_webhook_may_be_missing():
    assert read_settings(APP_SETTINGS).alert_webhook_url is None


@pytest.mark.parametrize("name", APP_SETTINGS)
def test_a_missing_setting_is_named(name: str):
    without = {key: value for key, value in APP_SETTINGS.items() if key != name}

    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_settings(without)


def test_every_missing_setting_is_named_at_once():
    with pytest.raises(SettingsError) as problem:
        read_settings({})

    assert all(name in str(problem.value) for name in APP_SETTINGS)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://x/s3cret",
            "example.org/s3cret",
            "http://",
            "http://[s3cret",
            "https://x:s3cret/",
            "https://x/s3cret\ny",
        ),
        *("http://example.org/s3cret", "http://127.0.0.1.example.org/s3cret", "http://localhost.example.org/s3cret"),
    ],
)
def test_a_webhook_that_is_not_a_safe_address_is_refused_without_being_shown(url: str):
    with pytest.raises(SettingsError, match="ALERT_WEBHOOK_URL must be an https address") as problem:
        read_settings(APP_SETTINGS | {"ALERT_WEBHOOK_URL": url})

    assert "s3cret" not in str(problem.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9/x"])
def test_a_webhook_on_this_machine_needs_no_tls(url: str):
    assert read_settings(APP_SETTINGS | {"ALERT_WEBHOOK_URL": url}).alert_webhook_url == url


def test_settings_show_no_secret():
    settings = read_settings(APP_SETTINGS | {"ALERT_WEBHOOK_URL": "https://example.org/s3cret"})

    assert "s3cret" not in repr(settings)
    assert "AccountKey" not in repr(settings)


def test_triggers_ask_for_keys_and_keys_are_kept_unless_a_setting_says_otherwise():
    closed = read_settings(APP_SETTINGS)
    opened = read_settings(APP_SETTINGS | {"PRODUCER_ANONYMOUS": "true", "MANAGEMENT_URLS": "True"})

    assert (closed.producer_anonymous, closed.management_urls) == (False, False)
    assert (opened.producer_anonymous, opened.management_urls) == (True, True)


@pytest.mark.parametrize(
    ("site", "text", "asks"),
    [("", "", True), ("", "false", False), ("s", "", False), ("s", "false", False), ("s", "true", True)],
)
def test_the_page_of_sql_asks_on_ones_own_machine_and_on_azure_only_if_it_is_told_to(site: str, text: str, asks: bool):
    identities = {
        "AzureWebJobsStorage__blobServiceUri": "https://a.blob.core.windows.net",
        "Warehouse__blobServiceUri": "https://w.blob.core.windows.net",
        "EventHubs__fullyQualifiedNamespace": "h.servicebus.windows.net",
        "ServiceBus__fullyQualifiedNamespace": "s.servicebus.windows.net",
        "Cosmos__accountEndpoint": "https://c.documents.azure.com",
        "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
    }
    assert read_settings({**identities, "WEBSITE_SITE_NAME": site, "SQL_PAGE": text}).sql_page is asks


@pytest.mark.parametrize("name", ["PRODUCER_ANONYMOUS", "MANAGEMENT_URLS", "SQL_PAGE"])
def test_a_switch_that_is_neither_true_nor_false_is_refused(name: str):
    with pytest.raises(SettingsError, match=f"{name} must be true or false, not 'yes'"):
        read_settings(APP_SETTINGS | {name: "yes"})


MAIL = {
    "ALERT_MAIL_SERVER": "smtps://user:s3cret@mail.example.org:465",
    "ALERT_MAIL_FROM": "fraud@example.org",
    "ALERT_MAIL_TO": "ana@example.org, ben@example.org",
}


def test_alerts_go_by_mail_where_a_server_a_sender_and_recipients_are_named():
    settings = read_settings(APP_SETTINGS | MAIL)

    assert read_settings(APP_SETTINGS).mail is None
    assert settings.mail is not None
    assert settings.mail.recipients == ("ana@example.org", "ben@example.org")
    assert "s3cret" not in f"{settings!r} {settings.mail!r} {settings.mail}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALERT_MAIL_SERVER", "https://s3cret@mail.example.org"),
        ("ALERT_MAIL_SERVER", ""),
        ("ALERT_MAIL_FROM", "fraud"),
        ("ALERT_MAIL_TO", ""),
        ("ALERT_MAIL_TO", "ana@example.org, ben"),
    ],
)
def test_half_a_mail_setting_is_named_and_never_shows_the_password(name: str, text: str):
    with pytest.raises(SettingsError, match=f"{name} must be") as problem:
        read_settings(APP_SETTINGS | MAIL | {name: text})

    assert "s3cret" not in str(problem.value)


def test_what_signs_posts_is_long_and_never_shown():
    settings = read_settings(APP_SETTINGS | {"WEBHOOK_SECRET": "s3cret-that-is-long"})
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET must have at least 16 characters") as problem:
        read_settings(APP_SETTINGS | {"WEBHOOK_SECRET": "s3cret"})

    assert settings.webhook_secret == "s3cret-that-is-long"
    assert "s3cret" not in f"{settings!r} {settings} {problem.value}"


@pytest.mark.parametrize("name", ["ALERT_WEBHOOK_URL", "OPERATIONS_WEBHOOK_URL", "WEBHOOK_SECRET", "ALERT_MAIL_SERVER"])
def test_a_reference_to_a_vault_that_nobody_resolved_is_never_taken_for_the_secret(name: str):
    reference = "@Microsoft.KeyVault(SecretUri=https://fraud.vault.azure.net/secrets/one)"

    with pytest.raises(SettingsError, match=f"{name} is a reference to a Key Vault that Azure has not resolved"):
        read_settings(APP_SETTINGS | MAIL | {name: reference})


@pytest.mark.parametrize("name", ["ALERT_WEBHOOK_URL", "OPERATIONS_WEBHOOK_URL"])
def test_the_address_of_a_webhook_is_shown_neither_if_it_is_right_nor_if_it_is_wrong(name: str):
    right = read_settings(APP_SETTINGS | {name: "https://example.org/s3cret"})
    with pytest.raises(SettingsError) as problem:
        read_settings(APP_SETTINGS | {name: "http://example.org/s3cret"})

    assert "s3cret" not in f"{right!r} {right} {problem.value}"


def test_each_threshold_of_the_watch_is_a_setting_with_a_default():
    settings = read_settings(APP_SETTINGS | {"WATCH_ARCHIVER_SECONDS": "90", "WATCH_QUARANTINED": ""})

    assert settings.thresholds == Thresholds(archiver_seconds=90)


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "9999999999"])
def test_a_threshold_that_is_not_a_whole_number_is_named(text: str):
    with pytest.raises(SettingsError, match="WATCH_QUEUE_SECONDS must be a whole number"):
        read_settings(APP_SETTINGS | {"WATCH_QUEUE_SECONDS": text})


def test_windows_are_judged_by_the_set_that_a_setting_names_and_an_unknown_one_is_refused():
    assert read_settings(APP_SETTINGS).rule_set == DEFAULT
    assert read_settings(APP_SETTINGS | {"RULE_SET": "context"}).rule_set == "context"
    with pytest.raises(SettingsError, match="RULE_SET must be one of context, seed, not 'trial'"):
        read_settings(APP_SETTINGS | {"RULE_SET": "trial"})


def test_histories_are_kept_for_as_long_as_the_settings_say():
    kept = read_settings(APP_SETTINGS)
    chosen = read_settings(APP_SETTINGS | {"HISTORY_DAYS": "7", "FAILED_HISTORY_DAYS": "0"})

    assert (kept.history_days, kept.failed_history_days) == (30, 90)
    assert (chosen.history_days, chosen.failed_history_days) == (7, 0)


@pytest.mark.parametrize("text", ["-1", "1.5", "ever", "3651"])
def test_days_that_are_not_a_whole_number_are_named(text: str):
    with pytest.raises(SettingsError, match="HISTORY_DAYS must be a whole number of days"):
        read_settings(APP_SETTINGS | {"HISTORY_DAYS": text})


def test_alerts_are_told_one_by_one_as_json_unless_settings_say_otherwise():
    plain = read_settings(APP_SETTINGS)
    told = {"ALERT_FORMAT": "teams", "ALERT_DIGEST_MINUTES": "5", "DESK_URL": "https://fraud.example/desk/"}
    cards = read_settings(APP_SETTINGS | told)

    assert (plain.alert_format, plain.alert_digest_minutes, plain.desk_url) == ("json", 0, None)
    assert (cards.alert_format, cards.alert_digest_minutes) == ("teams", 5)
    assert cards.desk_url == "https://fraud.example/desk"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALERT_FORMAT", "xml"),
        ("ALERT_DIGEST_MINUTES", "-1"),
        ("DESK_URL", "fraud.example/desk"),
        ("DESK_URL", "http://fraud.example/desk"),
        ("DESK_URL", "https://fraud.example/desk|<!channel>"),
    ],
)
def test_a_wrong_setting_of_alerts_is_named(name: str, text: str):
    with pytest.raises(SettingsError, match=f"{name} must be"):
        read_settings(APP_SETTINGS | {name: text})


def test_a_night_sweeps_up_to_fifty_cases_unless_a_setting_says_otherwise():
    assert read_settings(APP_SETTINGS).sweep_cases == 50
    assert read_settings(APP_SETTINGS | {"SWEEP_CASES": "0"}).sweep_cases == 0
    with pytest.raises(
        SettingsError, match=r"SWEEP_CASES must be a whole number from 0 \(no sweep\) to 500, not 'all'"
    ):
        read_settings(APP_SETTINGS | {"SWEEP_CASES": "all"})
