"""The crates that programs are made of, as cargo tree lists them on the standard input: NAME vVERSION (WHERE)."""

import sys

import bill


def components(*own):
    """own: names of the packages that are the app."""
    for line in sys.stdin:
        words = line.split()
        if len(words) >= 2 and words[1].startswith("v") and words[0] not in own:
            yield "cargo", words[0], words[1][1:]


bill.main(components)
