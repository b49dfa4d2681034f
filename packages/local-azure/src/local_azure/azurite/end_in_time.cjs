// Loaded before Azurite. When it ends, it closes the connections that have asked for something and wait, and lets the
// others finish: for one that was opened and has asked for nothing it would wait for ever. What is open a second later is
// closed here; no answer takes so long, and what is not answered is not acknowledged.
const http = require("node:http");

const GRACE_MS = 1_000;

const close = http.Server.prototype.close;
http.Server.prototype.close = function (...callback) {
  setTimeout(() => this.closeAllConnections(), GRACE_MS).unref();
  return close.apply(this, callback);
};
