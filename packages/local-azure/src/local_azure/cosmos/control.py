"""The local part's own address, `/_local/faults`: Azure has none, and the SDKs never ask it."""

from local_azure.core.faults import FaultsRefusedError, Held
from local_azure.cosmos.errors import bad_request, not_found
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import Reply


class Control:
    """Reads (GET) and sets (POST) the faults. Unsigned: it serves whoever is on this machine."""

    def __init__(self, faults: Held[Faults]) -> None:
        self._faults = faults

    async def answer(self, request: Request) -> Reply:
        """The faults as they now are. 400 for a malformed body, 404 for another path, 405 for another method."""
        if request.segments != ("_local", "faults"):
            raise not_found("The local resource", "/".join(request.segments))
        if request.method == "POST":
            try:
                self._faults.take(request.body)
            except FaultsRefusedError as problem:
                raise bad_request(str(problem)) from problem
        elif request.method != "GET":
            raise request.method_not_allowed()
        return Reply(200, self._faults.told())
