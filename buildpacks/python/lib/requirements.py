"""requirements.py OUT: writes what pip has to install, and prints the file it comes from, an option for pip, and a key of all
that decides about it."""

import hashlib
import json
import os
import pathlib
import re
import sys
import tomllib

from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

import indexes
import lockfiles


def from_pipfile_lock(path):
    document = json.loads(path.read_text())
    yield from options([source["url"] for source in document.get("_meta", {}).get("sources", [])])
    for name, entry in sorted(document.get("default", {}).items()):
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


def options(urls):
    """The app's own indexes, unless a config var names one: an option in the file would be stronger."""
    if "PIP_INDEX_URL" in os.environ:
        return
    for option, url in zip(["--index-url", *["--extra-index-url"] * len(urls)], urls):
        yield f"{option} {url}"


def from_pipfile(path):
    document = tomllib.loads(path.read_text())
    yield from options([source["url"] for source in document.get("source", [])])
    for name, entry in document.get("packages", {}).items():
        yield from pipenv_line(name, entry)


def check_python(file, wanted):
    """Ends with what is wrong where a range such as >=3.12,<4 or ^3.12 does not have this Python."""
    running = f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}"
    # Poetry's own way of writing it: from there to the next major version.
    text = re.sub(r"\^\s*(\d+)(\.[\d.]+)?", lambda m: f">={m[1]}{m[2] or ''},<{int(m[1]) + 1}", wanted or "")
    text = re.sub(r"(?<![~=!<>])~\s*(\d+\.\d+)(\.\d+)?", r"==\1.*", text)
    text = re.sub(r"^\s*(\d+(\.\d+)*(\.\*)?)\s*$", r"==\1", text)
    try:
        fits = SpecifierSet("" if text.strip() == "*" else text).contains(running)
    except InvalidSpecifier:
        sys.exit(f"{file} requires Python {wanted}, which is not a range of versions")
    if not fits:
        sys.exit(f"{file} requires Python {wanted}; the stack's Debian has Python {running}")


def read_project():
    path = pathlib.Path("pyproject.toml")
    project = tomllib.loads(path.read_text()) if path.is_file() else {}
    check_python("pyproject.toml", project.get("project", {}).get("requires-python"))
    poetry = project.get("tool", {}).get("poetry", {})
    check_python("pyproject.toml", poetry.get("dependencies", {}).get("python"))
    return project


def from_poetry_lock(path):
    poetry = read_project().get("tool", {}).get("poetry", {})
    yield from options(indexes.of_poetry(poetry.get("source", [])))
    yield from lockfiles.pinned(lockfiles.Poetry, path, pathlib.Path("pyproject.toml"))


def from_uv_lock(path):
    named = read_project().get("tool", {}).get("uv", {}).get("index", [])
    yield from options(indexes.of_uv(named))
    yield from lockfiles.pinned(lockfiles.Uv, path, pathlib.Path("pyproject.toml"))


def from_pyproject(path):
    document = read_project()
    if "project" not in document and "poetry" in document.get("tool", {}):
        sys.exit("pyproject.toml is poetry's and has no lockfile: run poetry lock and commit poetry.lock")
    yield from document.get("project", {}).get("dependencies", [])


SOURCES = [
    ("requirements.txt", None),
    ("Pipfile.lock", from_pipfile_lock),
    ("Pipfile", from_pipfile),
    ("poetry.lock", from_poetry_lock),
    ("uv.lock", from_uv_lock),
    ("pyproject.toml", from_pyproject),
    ("setup.py", None),
]


def source():
    return next(((name, read) for name, read in SOURCES if pathlib.Path(name).is_file()), (None, None))


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
    # A lockfile has said all there is to install.
    print("--no-deps" if name in ("poetry.lock", "uv.lock") else "")
    print(digest.hexdigest()[:32])


main(sys.argv[1])
