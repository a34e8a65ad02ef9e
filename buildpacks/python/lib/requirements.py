"""requirements.py OUT: writes what pip has to install, and prints the file it comes from and a key of all that decides about it."""

import hashlib
import json
import os
import pathlib
import re
import sys
import tomllib


def from_pipfile_lock(path):
    for name, entry in sorted(json.loads(path.read_text()).get("default", {}).items()):
        yield from pipenv_line(name, entry, " ".join(f"--hash={value}" for value in entry.get("hashes", [])))


def pipenv_line(name, entry, hashes=""):
    if isinstance(entry, str):
        entry = {"version": entry}
    extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
    marker = f" ; {entry['markers']}" if entry.get("markers") else ""
    if "path" in entry or "file" in entry:
        yield entry.get("path") or entry["file"]
    elif "git" in entry:
        yield f"{name}{extras} @ git+{entry['git']}" + (f"@{entry['ref']}" if entry.get("ref") else "")
    else:
        version = entry.get("version", "*")
        yield f"{name}{extras}{'' if version == '*' else version}{marker} {hashes}".rstrip()


def from_pipfile(path):
    document = tomllib.loads(path.read_text())
    for source in document.get("source", [])[:1]:
        yield f"--index-url {source['url']}"
    for name, entry in document.get("packages", {}).items():
        yield from pipenv_line(name, entry)


def from_pyproject(path):
    document = tomllib.loads(path.read_text())
    if "project" not in document:
        if "poetry" in document.get("tool", {}):
            sys.exit("pyproject.toml has [tool.poetry] and no [project]: run poetry export -o requirements.txt and commit that")
        return
    needs = document["project"].get("requires-python")
    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if needs and (minimum := re.match(r">=\s*(\d+)\.(\d+)", needs)) and (int(minimum[1]), int(minimum[2])) > sys.version_info[:2]:
        sys.exit(f"pyproject.toml requires Python {needs}; the stack's Debian has Python {running}")
    yield from document["project"].get("dependencies", [])


def source():
    for name, read in (("requirements.txt", None), ("Pipfile.lock", from_pipfile_lock), ("Pipfile", from_pipfile), ("pyproject.toml", from_pyproject)):
        if pathlib.Path(name).is_file():
            return name, read
    return ("setup.py", None) if pathlib.Path("setup.py").is_file() else (None, None)


def digest_tree(digest, path):
    """The names and contents of all there is below a path."""
    for directory, names, files in os.walk(path):
        names[:] = sorted(name for name in names if name != ".git")
        for name in sorted(files):
            file = os.path.join(directory, name)
            digest.update(file.encode() + b"\0")
            if os.path.isfile(file):
                digest.update(pathlib.Path(file).read_bytes())


def digest_requirements(digest, path, seen):
    """A requirements file, and the files and directories of the source that it names."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    text = path.read_text(encoding="utf-8-sig")
    digest.update(text.encode() + b"\0")
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if match := re.match(r"(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)", line):
            digest_requirements(digest, path.parent / match[1], seen)
        elif match := re.match(r"(?:(?:-e|--editable|-f|--find-links)[\s=]+)?(?:file:)?([^\s:;\[]+)", line):
            if os.path.isdir(match[1]):
                digest_tree(digest, match[1])
            elif os.path.isfile(match[1]):
                digest.update(pathlib.Path(match[1]).read_bytes())


def main(out):
    name, read = source()
    digest = hashlib.sha256(os.environ.get("PIP_INDEX_URL", "").encode() + b"\0" + os.environ.get("PIP_EXTRA_INDEX_URL", "").encode())
    if name == "requirements.txt":
        lines = [f"-r {os.path.abspath(name)}"]
    elif name == "setup.py":
        lines = [os.getcwd()]
    else:
        lines = list(read(pathlib.Path(name))) if name else []
    pathlib.Path(out).write_text("".join(line + "\n" for line in lines))
    digest_requirements(digest, pathlib.Path(name if name == "requirements.txt" else out), set())
    print(name or "")
    print(digest.hexdigest()[:32])


main(sys.argv[1])
