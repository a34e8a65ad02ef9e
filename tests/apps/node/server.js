const os = require("os");
const express = require("express");

const port = process.env.PORT || 5000;
const greeting = process.env.GREETING || "Hello";
const instance = process.env.PAAS_INSTANCE || process.env.DYNO || os.hostname().replace(/-(\d+)$/, ".$1");
let requests = 0;

const app = express();
app.disable("x-powered-by");

app.get("/", (request, response) => {
  requests += 1;
  console.log(`request ${requests} ${request.method} ${request.originalUrl} from ${request.headers["x-forwarded-for"] || request.socket.remoteAddress}`);
  response.type("text/plain").send(
    `${greeting} from ${instance}\nhost: ${os.hostname()}\npid: ${process.pid}\nnode: ${process.version}\n`);
});

const server = app.listen(port, () => console.log(`listening on port ${port}`));

// The router sends nothing new by now: finish what is under way, then go.
process.on("SIGTERM", () => {
  console.log("SIGTERM: closing");
  server.close(() => process.exit(0));
});
