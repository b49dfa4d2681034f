"""The settings that lead the job to its services."""

import pytest

from local_azure.stream_analytics.job.connect import blob_setting
from local_azure.testing import connections

ACCOUNT = connections.blobs("127.0.0.1:10000")


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"Archive": ACCOUNT, "EventHubs": connections.namespace("127.0.0.1:5672"), "PATH": "/bin"}, "Archive"),
        ({"Archive": "UseDevelopmentStorage=true"}, "Archive"),
        ({"Archive": ACCOUNT, "AzureWebJobsStorage": ACCOUNT}, "AzureWebJobsStorage"),
        ({"Archive": "", "PATH": "/bin"}, "AzureWebJobsStorage"),
    ],
)
def test_the_only_storage_account_of_the_settings_is_the_jobs_own(environment: dict[str, str], name: str):
    assert blob_setting(environment) == name
