import pytest

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


@pytest.mark.parametrize("url", ["ftp://x", "example.org", "http://", "http://["])
def test_a_webhook_that_is_no_web_address_is_refused(url: str):
    with pytest.raises(SettingsError, match="ALERT_WEBHOOK_URL"):
        read_settings(APP_SETTINGS | {"ALERT_WEBHOOK_URL": url})
