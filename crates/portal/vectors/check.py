"""Checks purge protocols and proofs as docs/purge-protocol.md describes them, with no code of Postvalv's: the library
`cryptography` for Ed25519 and Python's own hashlib and json.

    check.py KEYS FILE…   checks files; KEYS is what /.well-known/postvalv-signing-keys.json gave
    check.py              checks the test vectors beside it, and that they are refused with one bit changed
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).digest()


def base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def root(leaves):
    """RFC 9162 section 2.1.1."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha256(b"\1" + root(leaves[:middle]) + root(leaves[middle:]))


def root_by_proof(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        raise Refused("the index is outside the tree")
    place, last, value = index, size - 1, sha256(b"\0" + leaf)
    for sibling in path:
        if last == 0:
            raise Refused("the path is too long")
        if place % 2 == 1 or place == last:
            value = sha256(b"\1" + sibling + value)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            value = sha256(b"\1" + value + sibling)
        place, last = place // 2, last // 2
    if last != 0:
        raise Refused("the path is too short")
    return value


def check(file, keys):
    """The statement of a file that holds."""
    signature = file["signature"]
    key = next((key for key in keys["keys"] if key["kid"] == signature["key"]), None)
    if key is None:
        raise Refused("signed with a key that is not in the list")
    message = b"postvalv purge protocol v1\n" + file["statement"].encode()
    try:
        Ed25519PublicKey.from_public_bytes(base64url(key["x"])).verify(bytes.fromhex(signature["value"]), message)
    except InvalidSignature:
        raise Refused("the signature does not hold") from None
    statement = json.loads(file["statement"])
    size = statement["documents"] + statement["messages"]
    if file["format"] == "postvalv purge protocol v1":
        leaves = file["leaves"]
        read = [json.loads(leaf) for leaf in leaves]
        if len(leaves) != size or sum(leaf["bytes"] or 0 for leaf in read) != statement["bytes"]:
            raise Refused("the leaves are not those that were counted")
        found = root([leaf.encode() for leaf in leaves])
    elif file["format"] == "postvalv purge proof v1":
        path = [bytes.fromhex(sibling) for sibling in file["path"]]
        found = root_by_proof(file["leaf"].encode(), file["index"], size, path)
    else:
        raise Refused("no purge protocol and no proof")
    if found.hex() != statement["root"]:
        raise Refused("the root is another")
    return statement


def check_vectors():
    folder = pathlib.Path(__file__).parent
    keys = json.loads((folder / "postvalv-signing-keys.json").read_text())
    for name in ["purge-protocol.json", "purge-proof.json"]:
        original = (folder / name).read_bytes()
        statement = check(json.loads(original), keys)
        assert statement["organisation_name"] == 'Norrby kommun – "Åsele"', statement
        tried = 0
        for place in range(len(original) * 8):
            changed = bytearray(original)
            changed[place // 8] ^= 1 << place % 8
            try:
                file = json.loads(changed)
                check(file, keys)
            except (Refused, ValueError, KeyError, TypeError):
                tried += 1
                continue
            # Hexadecimal digits in upper case are the same bytes to Python; Postvalv itself refuses them.
            assert json.dumps(file).lower() == json.dumps(json.loads(original)).lower(), f"{name}: bit {place}"
        print(f"{name}: holds, and is refused with any of {tried} bits changed")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        trusted = json.loads(pathlib.Path(sys.argv[1]).read_text())
        for path in sys.argv[2:]:
            try:
                stated = check(json.loads(pathlib.Path(path).read_text()), trusted)
            except Refused as reason:
                sys.exit(f"{path}: refused: {reason}")
            print(f"{path}: protocol {stated['number']} of {stated['organisation_name']} holds")
    else:
        check_vectors()
