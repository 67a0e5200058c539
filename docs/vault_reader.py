"""Reads a Countersign vault, from docs/vault.md alone, and prints its content.

usage: printf %s SECRET | python vault_reader.py --kind passphrase|recovery|device VAULT

Needs Python 3.11, pynacl and argon2-cffi. A device key is given as 64 hexadecimal digits.
"""
import argparse
import base64
import hashlib
import hmac
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
from nacl.exceptions import CryptoError

MAGIC = b"CSVAULT\x1a"
KINDS = {"device": 1, "passphrase": 2, "recovery": 3}


def hkdf(salt, key, info):
    """HKDF-SHA256 (RFC 5869), one block of 32 bytes."""
    extracted = hmac.digest(salt, key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def recovery_bytes(text):
    letters = "".join(text.split()).replace("-", "").upper()
    if len(letters) != 36:
        sys.exit("a recovery key has 36 characters")
    key = base64.b32decode(letters[:32])
    check = base64.b32encode(hashlib.sha256(key).digest()[:5])[:4].decode()
    return key if check == letters[32:] else sys.exit("the recovery key has a typing error")


def wrapping_key(kind, secret, salt, cost):
    if kind == "device":
        return hkdf(salt, bytes.fromhex(secret.decode()), b"countersign vault v1 device key")
    if kind == "recovery":
        return hkdf(salt, recovery_bytes(secret.decode()), b"countersign vault v1 recovery key")
    memory, passes, lanes = struct.unpack(">III", cost)
    if not (8 << 10 <= memory <= 1 << 20 and 1 <= passes <= 16 and 1 <= lanes <= 16):
        sys.exit("the cost of the passphrase is out of range")
    return hash_secret_raw(secret, salt, passes, memory, lanes, 32, Type.ID, 0x13)


def slots(file, count):
    """Each slot's kind byte, id bytes, data and end."""
    at = 80
    for _ in range(count):
        kind, number, length = struct.unpack_from(">B4sH", file, at)
        at += 7 + length
        yield kind, number, file[at - length : at], at


def read_vault(file, kind, secret):
    if file[:8] != MAGIC:
        sys.exit("not a vault")
    version, count, body_length, _ = struct.unpack_from(">HHIQ", file, 8)
    if version != 1:
        sys.exit("a vault of another version")
    commitment, nonce = file[24:56], file[56:80]
    all_slots = list(slots(file, count))
    header = file[: all_slots[-1][3]]
    body = file[len(header) :]
    if len(body) != body_length + 16:
        sys.exit("the vault is cut short")
    for number, identity, data, _ in all_slots:
        if number != KINDS[kind]:
            continue
        described = 28 if kind == "passphrase" else 16
        metadata, wrapped = data[:described], data[described : described + 72]
        key = wrapping_key(kind, secret, metadata[:16], metadata[16:])
        associated = file[:10] + bytes([number]) + identity + metadata
        try:
            vault_key = decrypt(wrapped[24:], associated, wrapped[:24], key)
        except CryptoError:
            continue
        committed = hkdf(b"", vault_key, b"countersign vault v1 commitment")
        if hmac.compare_digest(committed, commitment):
            content = decrypt(body, header, nonce, hkdf(b"", vault_key, b"countersign vault v1 body"))
            return content[4 : 4 + int.from_bytes(content[:4], "big")]
    sys.exit("no slot opens with this secret")


parser = argparse.ArgumentParser()
parser.add_argument("--kind", choices=KINDS, required=True)
parser.add_argument("vault")
arguments = parser.parse_args()
with open(arguments.vault, "rb") as vault:
    sys.stdout.buffer.write(
        read_vault(vault.read(), arguments.kind, sys.stdin.buffer.read())
    )
