// Loaded before Azurite: counts the operations that clients ask for, as core/figures.py does for other parts.
//
//   [["container", "PUT blob", count, bytes that were sent], ...]
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const folder = process.env.LOCAL_AZURE_FIGURES;
const KEPT_EVERY_MS = 1_000;

if (folder) {
  const file = path.join(folder, "azurite.json");
  const counts = new Map();
  let changed = false;
  try {
    for (const [container, name, count, bytes] of JSON.parse(fs.readFileSync(file))) {
      counts.set(`${container} ${name}`, [container, name, count, bytes]);
    }
  } catch (error) {
    if (error.code !== "ENOENT") console.error(`counting begins anew: ${error.message}`);
  }
  const keep = () => {
    if (!changed) return;
    changed = false;
    try {
      fs.writeFileSync(`${file}.new`, JSON.stringify([...counts.values()]));
      fs.renameSync(`${file}.new`, file);
    } catch (error) {
      console.error(`operations are not counted: ${error.message}`);
    }
  };
  setInterval(keep, KEPT_EVERY_MS).unref();
  process.on("exit", keep);
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (event, request, ...rest) {
    if (event === "request") {
      const [address, query = ""] = request.url.split("?", 2);
      const [, container = "", blob] = address.split("/").filter(Boolean); // the account comes first
      // A list is asked for with GET, and costs as much as a write.
      const what = /(^|&)comp=list(&|$)/.test(query) ? "LIST" : request.method;
      const name = `${what} ${blob ? "blob" : container ? "container" : "account"}`;
      const key = `${container} ${name}`;
      const counted = counts.get(key) ?? [container, name, 0, 0];
      counted[2] += 1;
      counted[3] += Number(request.headers["content-length"] ?? 0);
      counts.set(key, counted);
      changed = true;
    }
    return emit.call(this, event, request, ...rest);
  };
}
