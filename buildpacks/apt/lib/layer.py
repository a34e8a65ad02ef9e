"""A layer of extracted packages that works where it is, without the maintainers' scripts having been run."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import tomllib

import bill

TRIPLET = f"{platform.machine()}-linux-gnu"
PROGRAMS = ["usr/local/sbin", "usr/local/bin", "usr/games", "usr/sbin", "usr/bin", "sbin", "bin"]
LIBRARIES = ["usr/local/lib", f"usr/lib/{TRIPLET}", "usr/lib", f"lib/{TRIPLET}", "lib"]
# Where packages keep libraries that are found through links their scripts make.
ALTERNATIVES = [f"usr/lib/{TRIPLET}/{name}" for name in ("blas", "lapack", "pulseaudio", "mesa")]
UNUSED = ["usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian", "usr/share/bug"]


class Layer:
    def __init__(self, layers, name, types):
        self._types = types
        self._directory = layers / name
        self._description = layers / f"{name}.toml"
        self._bill = layers / f"{name}.sbom.cdx.json"
        self._noted = {}
        if self._directory.is_dir() and self._description.is_file():
            self._noted = tomllib.loads(self._description.read_text()).get("metadata", {})

    def noted(self, key):
        """What the last successful build wrote there."""
        return self._noted.get(key)

    def forget(self):
        shutil.rmtree(self._directory, ignore_errors=True)
        self._description.unlink(missing_ok=True)
        self._bill.unlink(missing_ok=True)

    def describe(self, **metadata):
        lines = ["[types]", *(f"{name} = true" for name in self._types), "[metadata]", *(f'{key} = "{value}"' for key, value in metadata.items())]
        self._description.write_text("\n".join(lines) + "\n")

    def fill(self, packages):
        self.forget()
        self._directory.mkdir(parents=True)
        for package in packages:
            subprocess.run(["dpkg-deb", "--extract", package, self._directory], check=True)
        bill.write(self._bill, (self._component(package) for package in packages))
        for name in UNUSED:
            shutil.rmtree(self._directory / name, ignore_errors=True)
        for path in self._files("usr/share/doc"):
            if path.name != "copyright":
                path.unlink()
        for path in list(self._files("")):
            self._relocate(path)
        self._write_environment()

    @staticmethod
    def _component(package):
        shown = subprocess.run(["dpkg-deb", "--show", "--showformat", "${Package}\n${Version}\n${Architecture}", package], check=True, capture_output=True, text=True)
        name, version, architecture = shown.stdout.split("\n")
        return "deb", f"debian/{name}", version, {"arch": architecture}

    def _files(self, below):
        for directory, names, files in os.walk(self._directory / below):
            for name in files + [name for name in names if os.path.islink(os.path.join(directory, name))]:
                yield pathlib.Path(directory, name)

    def _relocate(self, path):
        if path.is_symlink():
            target = os.readlink(path)
            if target.startswith("/") and os.path.lexists(self._directory / target[1:]):
                path.unlink()
                path.symlink_to(os.path.relpath(self._directory / target[1:], path.parent))
        elif path.suffix == ".pc" or path.name.endswith("-config"):
            self._rewrite(path, rb"(?m)^(prefix\s*=\s*[\"']?)/usr\b", rb"\1" + os.fsencode(self._directory / "usr"))
        elif path.parent.name in ("bin", "sbin"):
            self._relocate_script(path)

    def _relocate_script(self, path):
        with open(path, "rb") as file:
            first = re.match(rb"#! ?(/(?:usr/)?bin/([^\s/]+))", file.read(128))
        if first and first[2] != b"env":
            inside = [directory for directory in ("usr/bin", "bin") if os.path.lexists(self._directory / directory / os.fsdecode(first[2]))]
            if inside:
                self._rewrite(path, rb"\A#! ?/(?:usr/)?bin/", b"#!" + os.fsencode(self._directory / inside[0]) + b"/", 1)

    @staticmethod
    def _rewrite(path, pattern, replacement, count=0):
        text = path.read_bytes()
        mode = path.stat().st_mode
        path.chmod(mode | 0o200)
        path.write_bytes(re.sub(pattern, replacement, text, count=count))
        path.chmod(mode)

    def _write_environment(self):
        configured = []
        for file in sorted((self._directory / "etc/ld.so.conf.d").glob("*.conf")):
            configured += [line.strip()[1:] for line in file.read_text().splitlines() if line.strip().startswith("/")]
        self._prepend("env", "PATH", PROGRAMS)
        self._prepend("env", "LD_LIBRARY_PATH", [*LIBRARIES, *ALTERNATIVES, *configured])
        self._prepend("env", "PERL5LIB", ["usr/share/perl5", f"usr/lib/{TRIPLET}/perl5/5.36"])
        self._prepend("env", "GI_TYPELIB_PATH", [f"usr/lib/{TRIPLET}/girepository-1.0"])
        self._prepend("env.build", "LIBRARY_PATH", LIBRARIES)
        self._prepend("env.build", "CPATH", ["usr/include", f"usr/include/{TRIPLET}"])
        self._prepend("env.build", "PKG_CONFIG_PATH", [f"usr/lib/{TRIPLET}/pkgconfig", "usr/lib/pkgconfig", "usr/share/pkgconfig"])

    def _prepend(self, where, variable, directories):
        present = [str(self._directory / name) for name in dict.fromkeys(directories) if (self._directory / name).is_dir()]
        if not present:
            return
        (self._directory / where).mkdir(exist_ok=True)
        (self._directory / where / f"{variable}.prepend").write_text(":".join(present))
        (self._directory / where / f"{variable}.delim").write_text(":")
