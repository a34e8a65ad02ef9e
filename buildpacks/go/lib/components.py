"""The modules that are linked into programs, as go version -m lists them on the standard input."""

import sys

import bill


def components():
    modules = []
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        if words[:2] == ["", "dep"]:
            modules.append((words[2], words[3] if len(words) > 3 else ""))
        elif words[:2] == ["", "=>"] and modules and not words[2].startswith((".", "/")):
            # It stands in the place of the one before.
            modules[-1] = (words[2], words[3] if len(words) > 3 else "")
    return (("golang", name, version) for name, version in modules)


bill.main(components)
