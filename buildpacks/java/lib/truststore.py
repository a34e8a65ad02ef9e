"""truststore.py OUT FILE...: writes the certificates of PEM files as a key store of the kind JKS, which Java reads without a password."""

import base64
import hashlib
import pathlib
import re
import struct
import sys

PASSWORD = "changeit"
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def main(out, *files):
    certificates = {}
    for file in files:
        for body in PEM.findall(pathlib.Path(file).read_bytes()):
            der = base64.b64decode(body)
            certificates[hashlib.sha256(der).hexdigest()] = der
    # Magic, version 2, entries; an entry of the kind 2 is a trusted certificate.
    store = struct.pack(">III", 0xFEEDFEED, 2, len(certificates))
    for alias, der in sorted(certificates.items()):
        store += struct.pack(">I", 2) + text(alias) + struct.pack(">Q", 0) + text("X.509") + struct.pack(">I", len(der)) + der
    store += hashlib.sha1(PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + store).digest()
    pathlib.Path(out).write_bytes(store)


main(*sys.argv[1:])
