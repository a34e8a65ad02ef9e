"""The gems of a directory that Bundler installed into."""

import pathlib
import re

import bill

# As RubyGems writes specifications: stub lines first, then a Ruby program. Those of gems from git are their authors' own programs.
NAME = re.compile(r"""^\s*\w+\.name\s*=\s*["']([^"']+)["']""", re.MULTILINE)
VERSION = re.compile(r"""^\s*\w+\.version\s*=\s*["']([^"']+)["']""", re.MULTILINE)


def components(directory):
    root = pathlib.Path(directory)
    for pattern in ("ruby/*/specifications/*.gemspec", "ruby/*/bundler/gems/*/*.gemspec"):
        for file in root.glob(pattern):
            text = file.read_text(encoding="utf-8", errors="replace")
            name, version = NAME.search(text), VERSION.search(text)
            if name and version:
                yield "gem", name[1], version[1]


bill.main(components)
