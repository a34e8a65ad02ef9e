"""The packages of a published app, as its .deps.json has them; its own projects are not among them."""

import json
import pathlib

import bill


def components(directory):
    for file in sorted(pathlib.Path(directory).glob("*.deps.json")):
        for name, library in json.loads(file.read_text(encoding="utf-8-sig")).get("libraries", {}).items():
            if library.get("type") in ("package", "runtimepack"):
                plain, _, version = name.partition("/")
                yield "nuget", plain.removeprefix("runtimepack."), version


bill.main(components)
