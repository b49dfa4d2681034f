"""The signs by which the app knows that it runs on Azure, where anybody may know its address."""

from collections.abc import Mapping

ON_AZURE = "ON_AZURE"
"""Set to `true` by infra/: what the app guards there must not hang on names that the platform may leave out."""
PLATFORM_SIGNS = ("WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "WEBSITE_POD_NAME")
"""Set by the platform. Flex Consumption sets no WEBSITE_INSTANCE_ID: the Functions host knows the plan by its absence
(`EnvironmentExtensions.cs`: an instance there is a pod or a container). Core Tools set none of them.
"""


def runs_on_azure(environment: Mapping[str, str]) -> bool:
    """True if infra/ says so, or any sign of the platform is there."""
    says_so = environment.get(ON_AZURE, "").strip().lower() == "true"
    return says_so or any(environment.get(sign, "").strip() for sign in PLATFORM_SIGNS)
