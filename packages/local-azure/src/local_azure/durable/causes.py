"""The cause of a failure as .NET serialises its exceptions into the history.

The members and their order are those of Newtonsoft's JSON of System.Exception and of the Functions host's RpcException.
"""

import json
from typing import Any

_PYTHON_FRAME = "   at Microsoft.Azure.WebJobs.Script.Description.WorkerFunctionInvoker.InvokeCore(Object[] parameters)"
_FRAME = "   at System.Threading.Tasks.Task.ThrowIfExceptional(Boolean)"
_FAILED = -2146233088
"""COR_E_EXCEPTION, the HResult of a plain exception."""

_UNREAD = "One or more errors occurred. (Result: Failure\nException: "

NON_DETERMINISTIC = "Non-Deterministic workflow detected:"
STATUS_TOO_LARGE = "The UTF-16 size of the JSON-serialized payload must not exceed"
_ARGUMENT_EXCEPTION = "System.ArgumentException"
_WRONG_ARGUMENT = -2147024809
"""COR_E_ARGUMENT."""


def python_failure(message: str, stack: str, told: str | None = None) -> str:
    """A Python function raised: `message` is 'Type: text', `stack` its traceback, `told` what the host tells of it."""
    return _exception("System.Exception, System.Private.CoreLib", told or message, _remote(message, stack))


def _remote(message: str, stack: str) -> dict[str, Any]:
    return {
        "$type": "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script",
        "RemoteMessage": message,
        "RemoteStackTrace": stack,
        "Message": f"Result: Failure\nException: {message}\nStack: {stack}",
        "Data": {"$type": "System.Collections.ListDictionaryInternal, System.Private.CoreLib"},
        "InnerException": None,
        "HelpLink": None,
        "Source": "Microsoft.Azure.WebJobs.Script",
        "HResult": _FAILED,
        "StackTrace": _PYTHON_FRAME,
    }


def unread(message: str, stack: str) -> str:
    """A failed orchestrator of whose answer the host reads nothing, in its words."""
    return f"{_UNREAD}{message}\nStack: {stack})"


def host_failure(exception: str, message: str) -> str:
    """The host itself failed: `exception` is the .NET type with its assembly."""
    return _exception(exception, message, None)


def child_failure(reason: str, name: str) -> str:
    """The `Details` of a child that failed for a reason: the message of its cause and a stack, as text."""
    if reason.startswith((NON_DETERMINISTIC, STATUS_TOO_LARGE)):
        changed = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException"
        exception = changed if reason.startswith(NON_DETERMINISTIC) else _ARGUMENT_EXCEPTION
        return f"Unhandled exception while executing orchestration: {exception}: {reason}"
    message = reason.removeprefix(f"Orchestrator function '{name}' failed: ")
    if message.startswith(_UNREAD) and message.endswith(")"):
        said, _, stack = message[len(_UNREAD) : -1].partition("\nStack: ")
        remote = _remote(said, stack)
        several = "System.AggregateException, System.Private.CoreLib"
        cause = _members(several, "One or more errors occurred.", remote)
        return _text({**cause, "StackTraceString": _FRAME, "InnerExceptions": [remote]})
    if message.startswith(STATUS_TOO_LARGE):
        cause = _members(f"{_ARGUMENT_EXCEPTION}, System.Private.CoreLib", message, None)
        return _text({**cause, "StackTraceString": _FRAME, "HResult": _WRONG_ARGUMENT, "ParamName": None})
    return f"Message: {message}, StackTrace: {_FRAME}"


def connection_refused(message: str) -> str:
    """A durable HTTP call found nobody who listens."""
    socket = _members("System.Net.Sockets.SocketException, System.Net.Primitives", "Connection refused", None)
    refused: dict[str, Any] = {
        "$type": "System.Net.Http.HttpRequestException, System.Net.Http",
        "HttpRequestError": 2,
        "StatusCode": None,
        "Message": message,
        "Data": {"$type": "System.Collections.ListDictionaryInternal, System.Private.CoreLib"},
        "InnerException": {**socket, "HResult": -2147467259, "NativeErrorCode": 111},
        "HelpLink": None,
        "Source": "System.Net.Http",
        "HResult": -2147467259,
        "StackTrace": "   at System.Net.Http.HttpConnectionPool.ConnectToTcpHostAsync(String host, Int32 port)",
    }
    return _text(refused)


def _exception(kind: str, message: str, inner: dict[str, Any] | None) -> str:
    return _text(_members(kind, message, inner))


def _members(kind: str, message: str, inner: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "$type": kind,
        "ClassName": kind.partition(",")[0],
        "Message": message,
        "Data": None,
        "InnerException": inner,
        "HelpURL": None,
        "StackTraceString": None,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": _FAILED,
        "Source": None,
        "WatsonBuckets": None,
    }


def _text(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))
