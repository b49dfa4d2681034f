// Loaded before Azurite: notes each operation that a client asks for once, as core/operations.py does for other parts.
//
//   {"client": user agent, "resource": container, "name": "PUT blob comp=lease"}
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const folder = process.env.LOCAL_AZURE_OPERATIONS;

if (folder) {
  const file = path.join(folder, "azurite.ndjson");
  const noted = new Set();
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (event, request, ...rest) {
    if (event === "request") {
      const url = new URL(request.url, "http://localhost");
      const [, container = "", ...blob] = url.pathname.split("/").filter(Boolean); // the account comes first
      const kind = blob.length > 0 ? "blob" : container ? "container" : "account";
      const what = url.searchParams.get("comp");
      const name = `${request.method} ${kind}${what ? ` comp=${what}` : ""}`;
      const line = JSON.stringify({ client: request.headers["user-agent"] ?? "", resource: container, name });
      if (!noted.has(line)) {
        noted.add(line);
        fs.appendFileSync(file, `${line}\n`);
      }
    }
    return emit.call(this, event, request, ...rest);
  };
}
