"""Calls over HTTP that the engine makes."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def web(context):
    asked = context.get_input()
    try:
        answer = yield context.call_http(
            asked.get("method", "GET"), asked["url"], asked.get("content"), asked.get("headers")
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return {
        "status": answer.status_code if hasattr(answer, "status_code") else answer["statusCode"],
        "headers": answer["headers"],
        "content": answer["content"],
    }
