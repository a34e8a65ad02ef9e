// Needs a development package, which is gone when the app runs.
require("fs").writeFileSync("built", String(require("is-odd")(3)));
