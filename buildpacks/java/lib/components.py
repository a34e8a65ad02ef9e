"""The artifacts in jars, and in the jars in them: by Maven's own note in each, else by the manifest, else by the file's name."""

import io
import os
import re
import zipfile

import bill

MOST_DEPTH = 3
FILE_NAME = re.compile(r"(.+?)-(\d[\w.+-]*)\.jar")


def properties(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def manifest(text):
    lines = re.sub(r"\r?\n ", "", text).splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def read(archive, name):
    return archive.read(name).decode("utf-8", "replace")


def of_jar(name, data, depth):
    try:
        archive = zipfile.ZipFile(data)
    except zipfile.BadZipFile:
        return
    notes = [entry for entry in archive.namelist() if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", entry)]
    for note in notes:
        known = properties(read(archive, note))
        if known.get("artifactId") and known.get("version"):
            yield "maven", f"{known.get('groupId', '')}/{known['artifactId']}".lstrip("/"), known["version"]
    if not notes and depth > 0:
        yield from by_name(name, archive)
    if depth < MOST_DEPTH:
        for entry in archive.namelist():
            if entry.endswith(".jar"):
                yield from of_jar(os.path.basename(entry), io.BytesIO(archive.read(entry)), depth + 1)


# A library that Gradle made has no note of Maven's.
def by_name(name, archive):
    known = manifest(read(archive, "META-INF/MANIFEST.MF")) if "META-INF/MANIFEST.MF" in archive.namelist() else {}
    group = known.get("Implementation-Vendor-Id", "")
    if found := FILE_NAME.fullmatch(name):
        yield "maven", f"{group}/{found[1]}".lstrip("/"), found[2]
    elif known.get("Implementation-Title") and known.get("Implementation-Version"):
        yield "maven", f"{group}/{known['Implementation-Title'].replace(' ', '-')}".lstrip("/"), known["Implementation-Version"]


def components(*files):
    """files: jars that are run come with depth 0, directories with libraries with 1."""
    for path in files:
        if os.path.isdir(path):
            for directory, _, names in os.walk(path):
                for name in sorted(names):
                    if name.endswith(".jar"):
                        yield from of_jar(name, os.path.join(directory, name), 1)
        else:
            yield from of_jar(os.path.basename(path), path, 0)


bill.main(components)
