// Loaded before Azurite, whose telemetry is off. It loads the library that would send it all the same, with the whole of
// OpenTelemetry: two thirds of the work of its start. Here an empty module stands in that library's place.
const { createRequire } = require("node:module");

const azurite = createRequire(process.argv[1]);
const filename = azurite.resolve("applicationinsights");
azurite.cache[filename] = { id: filename, filename, loaded: true, exports: {} };
