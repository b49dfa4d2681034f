"""The app knows Azure by any sign of it: nothing that is guarded there hangs on a single name of the platform."""

import pytest

from services.connections import BLOB_SERVICE, ConnectionSettingError, read_connection
from services.hosting import runs_on_azure
from services.settings import SettingsError, read_settings
from tests.conftest import APP_SETTINGS

FLEX = {"WEBSITE_SITE_NAME": "func-x", "WEBSITE_POD_NAME": "pod", "WEBSITE_SKU": "FlexConsumption"}
"""Names that the Functions host looks for on Flex Consumption, where no WEBSITE_INSTANCE_ID is."""
CORE_TOOLS = {"WEBSITE_HOSTNAME": "localhost:7071", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"}


@pytest.mark.parametrize(
    "environment",
    [FLEX, {"WEBSITE_SITE_NAME": "a"}, {"WEBSITE_POD_NAME": "a"}, {"WEBSITE_INSTANCE_ID": "a"}, {"ON_AZURE": "True"}],
)
def test_any_sign_of_azure_is_enough(environment: dict[str, str]):
    assert runs_on_azure(environment)


@pytest.mark.parametrize("environment", [{}, CORE_TOOLS, {"ON_AZURE": "false"}, {"WEBSITE_SITE_NAME": " "}])
def test_without_a_sign_it_is_ones_own_machine(environment: dict[str, str]):
    assert not runs_on_azure(environment)


def test_a_setting_that_says_no_does_not_outweigh_the_platform():
    assert runs_on_azure(FLEX | {"ON_AZURE": "false"})


def test_on_flex_consumption_a_connection_string_is_refused():
    with pytest.raises(ConnectionSettingError, match="refused in Azure"):
        read_connection("Warehouse", BLOB_SERVICE, FLEX | {"Warehouse": "AccountName=shop;AccountKey=secret=="})


def test_a_setting_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(SettingsError, match="ON_AZURE must be true or false, not 'perhaps'"):
        read_settings(APP_SETTINGS | {"ON_AZURE": "perhaps"})
