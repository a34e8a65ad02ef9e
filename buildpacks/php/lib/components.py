"""The packages that Composer installed into a directory vendor."""

import json
import pathlib

import bill


def components(vendor):
    installed = json.loads((pathlib.Path(vendor) / "composer" / "installed.json").read_text(encoding="utf-8"))
    # Composer 1 wrote the list alone.
    packages = installed["packages"] if isinstance(installed, dict) else installed
    development = set(installed.get("dev-package-names", [])) if isinstance(installed, dict) and not installed.get("dev", True) else set()
    return (("composer", package["name"], package.get("version", "")) for package in packages if package["name"] not in development)


bill.main(components)
