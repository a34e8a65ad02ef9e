"""The distributions of a virtual environment."""

import email.parser
import pathlib

import bill


def components(environment):
    for metadata in pathlib.Path(environment).glob("lib/python*/site-packages/*.dist-info/METADATA"):
        headers = email.parser.Parser().parsestr(metadata.read_text(encoding="utf-8", errors="replace"), headersonly=True)
        if headers["Name"]:
            yield "pypi", headers["Name"], headers["Version"] or ""


bill.main(components)
