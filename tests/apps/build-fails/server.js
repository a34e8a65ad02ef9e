require("http").createServer((_, response) => response.end("never built\n")).listen(process.env.PORT || 5000);
