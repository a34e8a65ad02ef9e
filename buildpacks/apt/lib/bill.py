"""Bills of materials in CycloneDX 1.5: the same components make the same bytes, so that the layer with the bill is the same, too."""

import json
import re
import sys
import urllib.parse


def main(components):
    """Writes the bill to the first argument, of what components(the other arguments) yields."""
    out, *arguments = sys.argv[1:]
    write(out, components(*arguments))


def write(out, components):
    """components: (type of package URL, name, version), where a name may have a namespace before a slash; a fourth is the URL's qualifiers."""
    found = {}
    for kind, name, version, *more in components:
        entry = component(kind, name, version, more[0] if more else {})
        found[entry["purl"]] = entry
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [found[purl] for purl in sorted(found)]}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(bill, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


def component(kind, name, version, qualifiers):
    namespace, _, plain = name.rpartition("/")
    purl = package_url(kind, name, version, qualifiers)
    entry = {"type": "library", "bom-ref": purl, "group": namespace, "name": plain, "version": version, "purl": purl}
    return {key: value for key, value in entry.items() if value}


def package_url(kind, name, version, qualifiers):
    """See the package URL specification: what each type makes of a name is its own."""
    if kind in ("composer", "golang", "deb"):
        name = name.lower()
    elif kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    path = "/".join(urllib.parse.quote(part, safe=".-_~") for part in name.split("/"))
    at = "@" + urllib.parse.quote(version, safe=".-_~:") if version else ""
    rest = "&".join(f"{key}={urllib.parse.quote(value, safe='.-_~:')}" for key, value in sorted(qualifiers.items()) if value)
    return f"pkg:{kind}/{path}{at}" + (f"?{rest}" if rest else "")
