"""Serve a file of a report or of a repair."""

import azure.functions as func

from function_app.http import problem
from services.reports import ReportFile, read_report

_HEADERS = {
    # A report holds texts of others; they are escaped, and nothing may run even if one were not.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


async def serve(file: ReportFile | None) -> func.HttpResponse:
    """The file; 404 if absent; 413 for one that only the storage account can serve."""
    if file is None:
        return problem(404, "No such file", "there is no file of this name: reconcile or repair the range first")
    if file.is_large:
        return problem(413, "Too large", f"{file.size} bytes: read it from the container {file.container}, {file.path}")
    headers = _HEADERS
    if file.is_download:
        headers = headers | {"Content-Disposition": f'attachment; filename="{file.path.rpartition("/")[2]}"'}
    return func.HttpResponse(await read_report(file), mimetype=file.mimetype, charset="utf-8", headers=headers)


def serve_page(page: str) -> func.HttpResponse:
    """A page that was made for this answer."""
    return func.HttpResponse(page.encode(), mimetype="text/html", charset="utf-8", headers=_HEADERS)
