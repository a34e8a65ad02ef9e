// Prints what the build needs to know of package.json as assignments for the shell.
"use strict";
const fs = require("fs");

const p = JSON.parse(fs.readFileSync("package.json", "utf8").replace(/^\uFEFF/, ""));
if (p === null || typeof p !== "object" || Array.isArray(p)) throw new Error("it is not an object");
const scripts = p.scripts || {};
const versions = Object.values({ ...p.dependencies, ...p.devDependencies, ...p.optionalDependencies });
const installScripts = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];

const facts = {
  node_wanted: (p.engines || {}).node,
  package_manager: typeof p.packageManager === "string" ? p.packageManager : undefined,
  build_script: ["heroku-postbuild", "build"].find((name) => scripts[name]),
  start_script: scripts.start,
  start_hooks: scripts.prestart || scripts.poststart,
  // Packages that live in the source tree are linked relative to it: such a node_modules cannot move.
  must_stay: p.workspaces || versions.some((version) => /^(file|link):/.test(version)),
  // Scripts that npm runs on install may read any file of the source: no key covers them.
  install_scripts: installScripts.some((name) => scripts[name]),
  packages: versions.length > 0 || p.workspaces || installScripts.some((name) => scripts[name]),
  dev_packages: Object.keys(p.devDependencies || {}).length > 0,
};

for (const [name, value] of Object.entries(facts)) {
  const text = value === undefined || value === null || value === false ? "" : String(value);
  console.log(`${name}='${text.replace(/'/g, `'\\''`)}'`);
}
