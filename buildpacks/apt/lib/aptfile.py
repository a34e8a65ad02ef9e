"""The Aptfile: packages, `:repo:` lines and addresses of .deb files, one a line."""

import pathlib
import re

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+|/[a-z0-9-]+)?")
SIGNED_BY = re.compile(r"signed-by=([^\s\]]+)")


class AptfileError(Exception):
    pass


class Aptfile:
    def __init__(self):
        self.packages, self.repositories, self.files, self.keys = [], [], [], []

    @classmethod
    def read(cls, path):
        aptfile = cls()
        if not path.is_file():
            return aptfile
        for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                aptfile._add(line, f"Aptfile:{number}")
        return aptfile

    def _add(self, line, place):
        if line.startswith(":repo:"):
            self._add_repository(line.removeprefix(":repo:").strip(), place)
        elif re.fullmatch(r"https?://\S+\.deb", line):
            self.files.append(line)
        else:
            for word in line.split():
                if not PACKAGE.fullmatch(word):
                    raise AptfileError(
                        f"{place}: '{word}' is not a package\n"
                        "A line is the name of a package, NAME=VERSION, the address of a .deb file, or :repo:deb [signed-by=FILE] URL SUITE COMPONENT.")
                self.packages.append(word)

    def _add_repository(self, line, place):
        if not re.match(r"deb(-src)?\s", line):
            raise AptfileError(f"{place}: after :repo: comes a line of sources.list, e.g. deb [signed-by=key.asc] https://example.com/debian bookworm main")
        if key := SIGNED_BY.search(line):
            # A key of the app is found from its root; one of the stack by its absolute path.
            path = pathlib.Path(key[1]).resolve() if key[1].startswith("/") else pathlib.Path.cwd() / key[1]
            if not path.is_file():
                raise AptfileError(f"{place}: the key {key[1]} is not in the source\nCommit the repository's public key, and name it there.")
            self.keys.append(path)
            line = line.replace(key[0], f"signed-by={path}")
        self.repositories.append(line)
