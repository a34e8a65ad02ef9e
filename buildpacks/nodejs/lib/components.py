"""The packages of directories node_modules, whoever installed them."""

import json
import os

import bill


def packages(directory):
    """Every package below; what is linked lies elsewhere, in the app or below it already."""
    for name in names(directory):
        path = os.path.join(directory, name)
        try:
            with open(os.path.join(path, "package.json"), encoding="utf-8") as file:
                package = json.load(file)
        except (OSError, ValueError):
            package = {}
        if isinstance(package, dict) and isinstance(package.get("name"), str) and isinstance(package.get("version"), str):
            yield "npm", package["name"], package["version"]
        yield from packages(os.path.join(path, "node_modules"))


def names(directory):
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False) or entry.name == ".bin":
            continue
        if entry.name.startswith("@"):
            yield from (f"{entry.name}/{name}" for name in names(entry.path))
        elif entry.name == ".pnpm":
            # One directory for each package with its neighbours as links.
            yield from (f".pnpm/{each}/node_modules/{name}" for each in sorted(os.listdir(entry.path)) for name in names(os.path.join(entry.path, each, "node_modules")))
        elif not entry.name.startswith("."):
            yield entry.name


def components(*directories):
    for directory in directories:
        yield from packages(directory)


bill.main(components)
