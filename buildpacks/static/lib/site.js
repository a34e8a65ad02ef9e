// What static.json, _headers and _redirects say, as configuration for nginx.
//   site.js root            prints the directory to serve, empty where static.json names none
//   site.js write ROOT DIR  writes DIR/maps.conf (http level) and DIR/site.conf (server level)
// What is wrong in them ends it with a message and exit code 1.
"use strict";
const fs = require("fs");
const path = require("path");

class Wrong extends Error {}

const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "") : null);

function readJson() {
  const text = read("static.json");
  if (text === null || text.trim() === "") return {};
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Wrong(`static.json is not valid: ${error.message}`);
  }
  if (json === null || typeof json !== "object" || Array.isArray(json)) throw new Wrong("static.json is not an object");
  return json;
}

// nginx has no way to write a dollar sign in a value.
function quote(where, text) {
  if (/[\u0000-\u001f\u007f$]/.test(text)) throw new Wrong(`${where}: ${JSON.stringify(text)} has a character that cannot be served ($ or a control character)`);
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

// A pattern of paths as a quoted regular expression: * is anything, also several directories; :name is one directory.
function pattern(where, text) {
  if (typeof text !== "string" || !text.startsWith("/")) throw new Wrong(`${where}: a path begins with /, and ${JSON.stringify(text)} does not`);
  const parts = text.replace(/\*+/g, "*").split(/(\*|:[A-Za-z]\w*)/);
  const source = parts.map((part, index) => (index % 2 === 0 ? part.replace(/[.+?^{}()|[\]\\]/g, "\\$&") : part === "*" ? "(.*)" : "([^/]+)")).join("");
  return `${quote(where, "^" + source).slice(0, -1)}$"`;
}

function fileWithin(where, root, name) {
  const file = path.posix.normalize("/" + String(name));
  if (!fs.existsSync(path.join(root, file))) throw new Wrong(`${where}: there is no file ${file.slice(1)} in what is served`);
  return file;
}

// header name -> [[pattern, value]]
function readHeaders(root, json) {
  const headers = new Map();
  const add = (where, of, name, value) => {
    if (!/^[A-Za-z0-9-]+$/.test(name)) throw new Wrong(`${where}: ${JSON.stringify(name)} is not the name of a header`);
    const key = name.toLowerCase();
    if (!headers.has(key)) headers.set(key, { name, rules: [] });
    headers.get(key).rules.push([pattern(where, of), quote(where, value)]);
  };
  for (const [of, all] of Object.entries(json.headers || {})) {
    for (const [name, value] of Object.entries(all)) add("static.json, headers", of, name, String(value));
  }

  let of = null;
  (read(path.join(root, "_headers")) || "").split(/\r?\n/).forEach((line, index) => {
    const where = `_headers line ${index + 1}`;
    const text = line.replace(/^\s*#.*/, "").trimEnd();
    if (text.trim() === "") return;
    if (!/^\s/.test(text)) {
      of = text;
      pattern(where, of);
      return;
    }

    const colon = text.indexOf(":");
    if (of === null) throw new Wrong(`${where}: a header without a path above it`);
    if (colon < 0) throw new Wrong(`${where}: "${text.trim()}" is not NAME: VALUE`);
    add(where, of, text.slice(0, colon).trim(), text.slice(colon + 1).trim());
  });
  return headers;
}

const statuses = [200, 301, 302, 303, 307, 308, 404];

function readRedirects(root, json) {
  const rules = Object.entries(json.redirects || {}).map(([from, to]) => ({
    where: "static.json, redirects", from, to: typeof to === "string" ? to : to.url, status: (typeof to === "object" && to.status) || 301,
  }));
  (read(path.join(root, "_redirects")) || "").split(/\r?\n/).forEach((line, index) => {
    const words = line.replace(/(^|\s)#.*/, "").trim().split(/\s+/);
    if (words[0] === "") return;
    const where = `_redirects line ${index + 1}`;
    if (words.length > 3) throw new Wrong(`${where}: only FROM TO [STATUS] is understood`);
    if (words.length < 2) throw new Wrong(`${where}: FROM TO [STATUS] is wanted`);
    rules.push({ where, from: words[0], to: words[1], status: Number((words[2] || "301").replace(/!$/, "")) });
  });
  for (const rule of rules) {
    if (!statuses.includes(rule.status)) throw new Wrong(`${rule.where}: the status is one of ${statuses.join(", ")}`);
    if (typeof rule.to !== "string" || !/^(\/|https?:\/\/)/.test(rule.to)) throw new Wrong(`${rule.where}: ${JSON.stringify(rule.to)} is neither a path nor a URL`);
  }
  return rules;
}

// The target's :splat and :name are the captures of the pattern, in their order.
function target(rule) {
  const names = [...rule.from.matchAll(/\*+|:([A-Za-z]\w*)/g)].map((match) => match[1] || "splat");
  const parts = rule.to.split(/:(splat|[A-Za-z]\w*)/);
  const text = parts
    .map((part, index) => {
      if (index % 2 === 0) return quote(rule.where, part).slice(1, -1);
      const capture = names.indexOf(part);
      return capture < 0 ? ":" + part : "$" + (capture + 1);
    })
    .join("");
  // The visitor's query goes along, unless the target has one of its own.
  return rule.to.includes("?") ? text : text + "$is_args$args";
}

// Files go before what is served in their stead.
function fallbacks(root, json, redirects) {
  const routes = Object.entries(json.routes || {}).map(([from, to]) => ({ where: "static.json, routes", from, to }));
  const rewrites = redirects.filter((rule) => rule.status === 200);
  return [...routes, ...rewrites].map((rule) => {
    if (!/^\/([A-Za-z0-9._~-]+\/)*\*+$/.test(rule.from)) throw new Wrong(`${rule.where}: what is served in a path's stead is given as /** or /directory/**, not ${rule.from}`);
    return { prefix: rule.from.replace(/\*+$/, ""), file: fileWithin(rule.where, root, rule.to) };
  });
}

function write(root, directory) {
  const json = readJson();
  const headers = readHeaders(root, json);
  const redirects = readRedirects(root, json);
  const maps = ['map $request_uri $requested {', '    "~^(?<path>[^?]*)" $path;', "}"];
  const site = [];
  const own = { "x-content-type-options": ["X-Content-Type-Options", "nosniff"], "cache-control": ["Cache-Control", "no-cache"] };
  for (const [key, [name]] of Object.entries(own)) if (!headers.has(key)) headers.set(key, { name, rules: [] });
  [...headers].forEach(([key, { name, rules }], index) => {
    maps.push(`map $requested $header_${index} {`, `    default ${quote("", own[key] ? own[key][1] : "")};`);
    // The last rule that fits is the one that counts, and nginx takes the first.
    const seen = new Set();
    for (const [of, value] of [...rules].reverse()) {
      if (!seen.has(of)) maps.push(`    "~${of.slice(1)} ${value};`);
      seen.add(of);
    }
    maps.push("}");
    site.push(`add_header ${name} $header_${index} always;`);
  });

  const errorPage = json.error_page ? fileWithin("static.json, error_page", root, json.error_page) : "/404.html";
  site.push(`error_page 404 ${quote("static.json, error_page", errorPage)};`);
  for (const rule of redirects.filter((one) => one.status !== 200)) {
    const action = rule.status === 404 ? "return 404" : `return ${rule.status} "${target(rule)}"`;
    site.push(`location ~ ${pattern(rule.where, rule.from)} { ${action}; }`);
  }

  const places = fallbacks(root, json, redirects);
  if (!places.some((place) => place.prefix === "/")) places.push({ prefix: "/", file: null });
  const done = new Set();
  for (const { prefix, file } of places) {
    if (done.has(prefix)) continue;
    done.add(prefix);
    site.push(`location ${prefix} { try_files $uri $uri/ $uri.html ${file === null ? "=404" : quote("", file)}; }`);
  }

  fs.writeFileSync(path.join(directory, "maps.conf"), maps.join("\n") + "\n");
  fs.writeFileSync(path.join(directory, "site.conf"), site.join("\n") + "\n");
}

try {
  const [, , what, root, directory] = process.argv;
  if (what === "root") console.log(readJson().root === undefined ? "" : String(readJson().root));
  else write(root, directory);
} catch (error) {
  if (!(error instanceof Wrong)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
