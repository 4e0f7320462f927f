#!/usr/bin/env python3
"""Verifies a log that Capstan wrote with Python's hashlib and the openssl command, and nothing of ours:

    verify.py FOLDER      a folder with «vkey», «checkpoint» and «tile/…»

It exits 0 if the log's key signed the tree head, all entries together have its root, every tile has the hashes it should
have, and random proofs verify. The algorithms are those of RFC 9162 §2.1.3.2 and §2.1.4.2, which go through the bits of
index and size, not those of Capstan, which go down the tree.
"""

import base64
import hashlib
import os
import random
import subprocess
import sys
import tempfile

WIDTH = 256
PROOFS = 64
# RFC 8410: what comes before the 32 bytes of an Ed25519 public key in DER.
SPKI = bytes.fromhex("302a300506032b6570032100")


def main(folder):
    size, root = read_head(folder)
    entries = read_entries(folder, size)
    levels = complete_subtrees([hashlib.sha256(b"\0" + entry).digest() for entry in entries])
    expect(mth(levels, 0, size) == root, "the entries have the root that the head says")
    check_tiles(folder, size, levels)
    chance = random.Random(size)
    for _ in range(PROOFS if size else 0):
        index = chance.randrange(size)
        check_inclusion(path(levels, index, 0, size), index, size, levels[0][index], root)
        older = index + 1
        proof = subproof(levels, older, 0, size)
        check_consistency(proof, older, size, mth(levels, 0, older), root)
    print(f"{size} entries, root {base64.b64encode(root).decode()}: verified")


def expect(holds, claim):
    if not holds:
        sys.exit(f"not so: {claim}")


def read(folder, *names):
    with open(os.path.join(folder, *names), "rb") as file:
        return file.read()


def read_head(folder):
    """c2sp.org/signed-note and c2sp.org/tlog-checkpoint."""
    name, key_id, key = read(folder, "vkey").decode().strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    expect(len(key) == 33 and key[0] == 1, "the key is one of Ed25519")
    expect(hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id, "the key has its id")
    note = read(folder, "checkpoint").decode()
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    mine = []
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        expect(dash == "—", "a signature begins with a dash")
        signature = base64.b64decode(signature, validate=True)
        if signer == name and signature[:4].hex() == key_id:
            mine.append(signature[4:])
    expect(mine, "the log signed its head")
    for signature in mine:
        check_signature(key[1:], text.encode(), signature)
    origin, size, root = text.split("\n")[:3]
    expect(origin == name, "the head is of this log")
    expect(size.isdecimal() and str(int(size)) == size, "the size is a decimal")
    return int(size), base64.b64decode(root, validate=True)


def check_signature(key, message, signature):
    """RFC 8032, by OpenSSL 3."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("key", SPKI + key), ("message", message), ("signature", signature)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        command = "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in message -sigfile signature"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)
        expect(done.returncode == 0, f"the signature verifies ({done.stderr.decode().strip()})")


def tile_path(level, index, width):
    """c2sp.org/tlog-tiles: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return ["tile", str(level), *groups[:-1], groups[-1] + (f".p/{width}" if width < WIDTH else "")]


def read_entries(folder, size):
    entries = []
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        bundle = read(folder, *tile_path("entries", start // WIDTH, width))
        at = 0
        for _ in range(width):
            end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            expect(at + 2 <= len(bundle) and end <= len(bundle), "a bundle holds its entries")
            entries.append(bundle[at + 2 : end])
            at = end
        expect(at == len(bundle), "a bundle holds nothing but its entries")
    return entries


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def complete_subtrees(leaves):
    """levels[l][i] is the hash above the leaves from i · 2^l to (i + 1) · 2^l."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return levels


def split(count):
    return 1 << ((count - 1).bit_length() - 1)


def mth(levels, low, high):
    """RFC 6962 §2.1."""
    count = high - low
    if count == 0:
        return hashlib.sha256(b"").digest()
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return levels[level][low >> level]
    middle = low + split(count)
    return node(mth(levels, low, middle), mth(levels, middle, high))


def check_tiles(folder, size, levels):
    level = 0
    while size >> (8 * level):
        hashes = levels[8 * level]
        for start in range(0, len(hashes), WIDTH):
            expected = hashes[start : start + WIDTH]
            tile = read(folder, *tile_path(level, start // WIDTH, len(expected)))
            expect(tile == b"".join(expected), f"tile {start // WIDTH} of level {level} has the entries' hashes")
        level += 1


def path(levels, index, low, high):
    """PATH of RFC 6962 §2.1.1."""
    if high - low == 1:
        return []
    middle = low + split(high - low)
    if index < middle:
        return path(levels, index, low, middle) + [mth(levels, middle, high)]
    return path(levels, index, middle, high) + [mth(levels, low, middle)]


def subproof(levels, older, low, high):
    """SUBPROOF of RFC 6962 §2.1.2."""
    if older == high:
        return [] if low == 0 else [mth(levels, low, high)]
    middle = low + split(high - low)
    if older <= middle:
        return subproof(levels, older, low, middle) + [mth(levels, middle, high)]
    return subproof(levels, older, middle, high) + [mth(levels, low, middle)]


def check_inclusion(proof, index, size, leaf, root):
    """RFC 9162 §2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        expect(sn != 0, "an inclusion proof is not too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    expect(sn == 0 and r == root, f"entry {index} is in the log")


def check_consistency(proof, older, newer, old_root, root):
    """RFC 9162 §2.1.4.2."""
    if older == newer:
        expect(not proof and old_root == root, "a log is consistent with itself")
        return
    if older & (older - 1) == 0:
        proof = [old_root] + proof
    fn, sn = older - 1, newer - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        expect(sn != 0, "a consistency proof is not too long")
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    expect(sn == 0 and fr == old_root and sr == root, f"the log of {older} entries begins it")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py FOLDER")
    try:
        main(sys.argv[1])
    except (OSError, ValueError) as error:
        sys.exit(f"not so: {error}")
