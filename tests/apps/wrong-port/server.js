require("http").createServer((_, response) => response.end("on the wrong port\n")).listen(3000, () => console.log("listening on port 3000"));
