"""What poetry.lock and uv.lock pin, for this Python and this machine: the packages that the app itself needs, with their hashes."""

import re
import sys
import tomllib

from pip._vendor.packaging.markers import Marker
from pip._vendor.packaging.requirements import Requirement


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def applies(marker, extras=()):
    """Whether a marker holds, for any of the extras that are wanted."""
    return not marker or any(Marker(marker).evaluate({"extra": extra}) for extra in ["", *extras])


class Closure:
    """All that is reached from the app's own dependencies. A lockfile is a subclass: it knows its entries and their edges."""

    def __init__(self, entries):
        self._entries = {}
        for entry in entries:
            self._entries.setdefault(canonical(entry["name"]), []).append(entry)
        self._reached = {}

    def entry(self, name, version=None):
        """The entry of a name; of several versions the one that is meant, or is for this Python."""
        found = self._entries.get(canonical(name), [])
        for entry in found:
            if version in (None, entry.get("version")) and (len(found) == 1 or self.fits(entry)):
                return entry
        return None

    def reach(self, name, extras=(), version=None):
        key = canonical(name)
        if key not in self._reached:
            entry = self.entry(name, version)
            if entry is None:
                sys.exit(f"{self.file} has no {name}: it is out of date. Run {self.renew}, commit it and push again")
            self._reached[key] = (entry, set())
        elif set(extras) <= self._reached[key][1]:
            return
        entry, known = self._reached[key]
        known.update(extras)
        for edge in self.edges(entry, sorted(known)):
            self.reach(*edge)

    def lines(self):
        pinned = [self.line(entry, extras) for _, (entry, extras) in sorted(self._reached.items())]
        # pip wants hashes of all or of none.
        whole = all(hashes for _, hashes in pinned)
        return [f"{text} {hashes}" if whole else text for text, hashes in pinned]


class Poetry(Closure):
    file, renew = "poetry.lock", "poetry lock"

    def __init__(self, lock, project):
        super().__init__(lock.get("package", []))
        for line in project.get("project", {}).get("dependencies", []):
            requirement = Requirement(line)
            if applies(str(requirement.marker or "")):
                self.reach(requirement.name, requirement.extras)
        for name, wanted in project.get("tool", {}).get("poetry", {}).get("dependencies", {}).items():
            if name.lower() != "python":
                self._follow(name, wanted, (), self.reach)

    def _follow(self, name, wanted, extras, found):
        for one in wanted if isinstance(wanted, list) else [wanted]:
            one = {} if isinstance(one, str) else one
            if one.get("optional") and "extra" not in one.get("markers", ""):
                continue
            if applies(one.get("markers"), extras):
                found(name, tuple(one.get("extras", ())))

    def fits(self, entry):
        marker = entry.get("markers")
        if isinstance(marker, dict):
            marker = marker.get("main")
        return applies(marker)

    def edges(self, entry, extras):
        edges = []
        for name, wanted in entry.get("dependencies", {}).items():
            self._follow(name, wanted, extras, lambda *edge: edges.append(edge))
        return edges

    def line(self, entry, extras):
        named = entry["name"] + (f"[{','.join(sorted(extras))}]" if extras else "")
        source = entry.get("source", {})
        match source.get("type"):
            case "git":
                return f"{named} @ git+{source['url']}@{source.get('resolved_reference', source.get('reference', 'HEAD'))}", ""
            case "directory" | "file":
                return source["url"], ""
            case "url":
                return f"{named} @ {source['url']}", ""
        return f"{named}=={entry['version']}", " ".join(f"--hash={file['hash']}" for file in entry.get("files", []))


class Uv(Closure):
    file, renew = "uv.lock", "uv lock"

    def __init__(self, lock, project):
        super().__init__(lock.get("package", []))
        own = [entry for entry in lock.get("package", []) if "." in (entry.get("source", {}).get("virtual"), entry.get("source", {}).get("editable"))]
        if not own:
            sys.exit("uv.lock does not know the project of this directory: run uv lock, commit it and push again")
        for edge in self.edges(own[0], ()):
            self.reach(*edge)

    def fits(self, entry):
        markers = entry.get("resolution-markers", [])
        return not markers or any(applies(marker) for marker in markers)

    def edges(self, entry, extras):
        wanted = list(entry.get("dependencies", []))
        for extra in extras:
            wanted += entry.get("optional-dependencies", {}).get(extra, [])
        return [(edge["name"], tuple(edge.get("extra", ())), edge.get("version")) for edge in wanted if applies(edge.get("marker"))]

    def line(self, entry, extras):
        named = entry["name"] + (f"[{','.join(sorted(extras))}]" if extras else "")
        source = entry.get("source", {})
        if "git" in source:
            address, _, commit = source["git"].partition("#")
            return f"{named} @ git+{address.partition('?')[0]}@{commit}", ""
        for kind in ("directory", "editable", "path"):
            if kind in source:
                return source[kind], ""
        if "url" in source:
            return f"{named} @ {source['url']}", ""
        files = [*entry.get("wheels", []), *([entry["sdist"]] if "sdist" in entry else [])]
        return f"{named}=={entry['version']}", " ".join(f"--hash={file['hash']}" for file in files if "hash" in file)


def pinned(kind, lock, project):
    """The lines of a requirements file. kind is Poetry or Uv; lock and project are their documents' paths."""
    return kind(tomllib.loads(lock.read_text()), tomllib.loads(project.read_text())).lines()
