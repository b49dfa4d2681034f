// Loaded before Azurite. The other end of stdin is the part that started it: when that dies, even by SIGKILL, stdin ends,
// and Azurite saves and ends as it does on SIGTERM. Unreferenced, because Azurite ends when it has nothing left to do.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume().unref();
