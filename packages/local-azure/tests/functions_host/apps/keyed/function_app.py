"""A function at each level, and an orchestration."""

from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route("open", auth_level=func.AuthLevel.ANONYMOUS)
def opened(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("open")


@app.route("keyed")
def keyed(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("keyed")


@app.route("master", auth_level=func.AuthLevel.ADMIN)
def master(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("master")


@app.route("start")
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    return client.create_check_status_response(req, await client.start_new("nothing"))


@app.orchestration_trigger(context_name="context")
def nothing(context: df.DurableOrchestrationContext) -> Any:
    return None
