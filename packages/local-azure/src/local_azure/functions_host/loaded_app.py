"""The app of a folder, loaded as in every process that runs its functions: the host's own and its worker processes."""

from pathlib import Path

from local_azure.functions_host.host_json import HostConfig
from local_azure.functions_host.indexing.catalogue import build_catalogue
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.indexing.loader import load_functions
from local_azure.functions_host.invocation.invoker import Invoker
from local_azure.functions_host.invocation.user_loop import UserLoop
from local_azure.functions_host.quick_codec import make_the_codec_quick
from local_azure.functions_host.quick_times import read_times_quickly


async def load_app(app: Path, config: HostConfig) -> tuple[list[Function], Invoker]:
    """Its functions, and what calls them. Raises CannotStartError."""
    read_times_quickly()
    make_the_codec_quick()
    user_loop = UserLoop()
    invoker = Invoker(user_loop, config.timeout_seconds)
    return build_catalogue(await user_loop.call(lambda: load_functions(app)), app, config.functions), invoker
