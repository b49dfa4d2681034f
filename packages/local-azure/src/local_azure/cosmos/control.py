"""The local part's own addresses, `/_local/faults` and `/_local/charges`: Azure has neither, and no SDK asks them."""

import msgspec

from local_azure.core.faults import FaultsRefusedError, Held
from local_azure.cosmos.charges import Charges
from local_azure.cosmos.errors import bad_request, not_found
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import Reply


class Control:
    """Reads (GET) and sets (POST) the faults; reads the charges. Unsigned: it serves whoever is on this machine."""

    def __init__(self, faults: Held[Faults], charges: Charges) -> None:
        self._faults = faults
        self._charges = charges

    async def answer(self, request: Request) -> Reply:
        """The faults as they now are, or the charges. 400 for a malformed body, 404 and 405 as everywhere."""
        if request.segments == ("_local", "charges") and request.method == "GET":
            return Reply(200, msgspec.json.encode(self._charges))
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
