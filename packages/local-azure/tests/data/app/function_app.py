"""An app of three functions: HTTP starts an orchestration, which calls an activity."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false, reportUnknownArgumentType=false

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="orders/{number}")
@app.durable_client_input(client_name="client")
async def take_order(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    number = int(req.route_params["number"])
    instance_id = await client.start_new("fulfil", f"order-{number}", number)
    return client.create_check_status_response(req, instance_id)


@app.orchestration_trigger(context_name="context")
def fulfil(context):
    return (yield context.call_activity("ship", context.get_input()))


@app.activity_trigger(input_name="number")
def ship(number: int) -> str:
    return f"order {number} is on its way"
