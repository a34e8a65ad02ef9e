const fs = require("fs");
const has = (name) => {
  try {
    return Boolean(require(name));
  } catch {
    return false;
  }
};
const says = `production ${has("is-number")}, development ${has("is-odd")}, built ${fs.readFileSync("built", "utf8")}`;
require("http").createServer((request, response) => response.end(says)).listen(process.env.PORT);
