"""Debian's archive, by apt with all of its state in the build's home: no root rights, and nothing of the system is changed."""

import copy
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

UNREACHABLE = re.compile(
    r"Could not (?:resolve|connect)|Unable to connect|Connection (?:timed out|failed|refused)|Temporary failure|Cannot initiate|Failed to fetch .* 5\d\d")


class ArchiveError(Exception):
    def __init__(self, message, unreachable=False):
        super().__init__(message)
        self.unreachable = unreachable


class Archive:
    """Packages that are not installed according to a status file of dpkg."""

    def __init__(self, status, aptfile):
        self._work = pathlib.Path(os.environ["HOME"]) / "apt"
        self._aptfile = aptfile
        self._updated = False
        self._status = status or self._essential()

    def over(self, status):
        """The same archive, where something else is installed."""
        other = copy.copy(self)
        other._status = status
        return other

    def resolve(self, packages, files):
        """File name and size of each package that is missing: those named, and all they depend on."""
        self._update()
        local = self._fetch(files)
        # 'URI' NAME SIZE HASH
        lines = re.findall(r"^'\S+' (\S+) (\d+)", self._install(packages, local, "--print-uris"), re.M)
        return [(urllib.parse.unquote(name), int(size)) for name, size in lines] + [(path.name, path.stat().st_size) for path in local]

    def download(self, packages, files):
        """The packages' files. apt has checked the archive's signature, and by it each package."""
        self._update()
        archives = self._work / "archives"
        shutil.rmtree(archives, ignore_errors=True)
        (archives / "partial").mkdir(parents=True)
        local = self._fetch(files)
        self._install(packages, local, "--download-only")
        return sorted(archives.glob("*.deb")) + local

    def _install(self, packages, local, how):
        return self._apt("install", "--yes", "--no-install-recommends", how, *packages, *map(str, local))

    def _update(self):
        if self._updated:
            return
        for name in ("lists/partial", "archives/partial", "sources", "files"):
            (self._work / name).mkdir(parents=True, exist_ok=True)
        for file in pathlib.Path("/etc/apt/sources.list.d").glob("*"):
            shutil.copy(file, self._work / "sources")
        lines = [*self._aptfile.repositories, *self._backports()]
        (self._work / "sources" / "aptfile.list").write_text("".join(line + "\n" for line in lines))
        self._apt("update", "--error-on=any")
        self._updated = True

    def _backports(self):
        """Debian's backports, from where the stack itself comes: packages from there are asked for as NAME/SUITE-backports."""
        suite = re.search(r"^VERSION_CODENAME=(\S+)", pathlib.Path("/etc/os-release").read_text(), re.M)[1]
        for line in pathlib.Path("/etc/apt/sources.list").read_text().splitlines():
            if match := re.match(rf"(deb\s+(?:\[[^]]*\]\s+)?\S+)\s+{suite}\s", line):
                return [f"{match[1]} {suite}-backports main"]
        return []

    def _fetch(self, addresses):
        paths = []
        for address in addresses:
            path = self._work / "files" / os.path.basename(urllib.parse.urlparse(address).path)
            if not path.exists():
                try:
                    urllib.request.urlretrieve(address, path)
                except OSError as error:
                    raise ArchiveError(f"{address} cannot be downloaded: {error}\nCorrect the address in the Aptfile.") from error
            paths.append(path)
        return paths

    def _essential(self):
        """What every Debian has: for a build image that does not say what the run image has."""
        self._work.mkdir(parents=True, exist_ok=True)
        entries, provides = {}, {}
        for entry in pathlib.Path("/var/lib/dpkg/status").read_text().strip().split("\n\n"):
            name = re.search(r"^Package: (\S+)", entry, re.M)[1]
            entries[name] = entry
            for virtual in re.findall(r"[a-z0-9][a-z0-9+.-]+(?= |,|$)", self._field(entry, "Provides")):
                provides.setdefault(virtual, name)
        kept = {}
        pending = [name for name, entry in entries.items() if re.search(r"^(?:Essential: yes|Priority: (?:required|important))$", entry, re.M)]
        while pending:
            name = pending.pop()
            name = name if name in entries else provides.get(name)
            if name is None or name in kept:
                continue
            kept[name] = entries[name]
            pending += re.findall(r"(?:^|[,|]) *([a-z0-9][a-z0-9+.-]+)", self._field(entries[name], "Pre-Depends") + ", " + self._field(entries[name], "Depends"))
        (self._work / "status").write_text("".join(entry + "\n\n" for entry in kept.values()))
        return str(self._work / "status")

    @staticmethod
    def _field(entry, name):
        match = re.search(rf"^{name}: (.*)$", entry, re.M)
        return match[1] if match else ""

    def _apt(self, *arguments):
        options = {
            "Dir::State": self._work, "Dir::State::Lists": self._work / "lists", "Dir::State::status": self._status,
            "Dir::Cache": self._work, "Dir::Cache::Archives": self._work / "archives", "Dir::Etc::sourceparts": self._work / "sources",
            "Debug::NoLocking": 1, "APT::Sandbox::User": "", "Acquire::Languages": "none", "Acquire::Retries": 3, "APT::Get::List-Cleanup": 0,
            "APT::Update::Error-Mode": "any",
        }
        command = ["apt-get", "-q"]
        for name, value in options.items():
            command += ["-o", f"{name}={value}"]
        done = subprocess.run([*command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})
        if done.returncode != 0:
            raise self._error(done.stderr + ("" if arguments[0] == "update" else done.stdout))
        return done.stdout

    def _error(self, text):
        errors = "\n".join(re.findall(r"^(?:E|W|Err)[:\d].*", text, re.M)[:10])
        if missing := re.findall(r"Unable to locate package (\S+)|Version '\S+' for '(\S+)' was not found|Release '\S+' for '(\S+)' was not found", text):
            names = ", ".join("".join(groups) for groups in missing)
            return ArchiveError(f"Debian has no package {names} for this stack\nLook for its name with: apt-cache search WORD, or on packages.debian.org; other archives are added by a :repo: line of the Aptfile.")
        if re.search(r"NO_PUBKEY|not signed|EXPKEYSIG|BADSIG", text):
            return ArchiveError(f"{errors}\nThe archive is not signed by a key that is known here. Commit its public key, and name it: :repo:deb [signed-by=FILE] URL SUITE COMPONENT")
        if UNREACHABLE.search(text):
            return ArchiveError(f"{errors}\nThe archive cannot be reached from this server: check its network, or its proxy (http_proxy of paasd).", unreachable=True)
        if "unmet dependencies" in text:
            return ArchiveError(f"{text[text.index('The following packages have unmet'):].strip()}\nThese packages do not fit together with the stack: take others, or other versions.")
        return ArchiveError(errors or text.strip())
