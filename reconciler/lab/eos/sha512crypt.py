"""Passwords as a running configuration shows them: ``$6$SALT$HASH`` (SHA-crypt, by Ulrich Drepper's specification)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from functools import lru_cache

ALPHABET = "./" + string.digits + string.ascii_uppercase + string.ascii_lowercase
ROUNDS = 5000
SALT_LENGTH = 16


def hashed(password: str) -> str:
    """``password`` with a salt of its own."""
    salt = "".join(secrets.choice(ALPHABET) for _ in range(SALT_LENGTH))
    return f"$6${salt}${_crypt(password, salt)}"


def verify(password: str, stored: str) -> bool:
    """False, too, for what is stored in another form."""
    _, kind, salt, digest, *_ = [*stored.split("$"), "", "", ""]
    return kind == "6" and bool(digest) and hmac.compare_digest(_crypt(password, salt), digest)


@lru_cache(64)
def _crypt(password: str, salt: str) -> str:
    key, pinch = password.encode(), salt.encode()
    digest = _first(key, pinch)
    p = _stretched(hashlib.sha512(key * len(key)).digest(), len(key))
    s = _stretched(hashlib.sha512(pinch * (16 + digest[0])).digest(), len(pinch))
    for number in range(ROUNDS):
        text = p if number % 2 else digest
        text += s if number % 3 else b""
        text += p if number % 7 else b""
        digest = hashlib.sha512(text + (digest if number % 2 else p)).digest()
    return _letters(digest)


def _first(key: bytes, salt: bytes) -> bytes:
    mixed = hashlib.sha512(key + salt + key).digest()
    text = key + salt + _stretched(mixed, len(key))
    rest = len(key)
    while rest:
        text += mixed if rest & 1 else key
        rest >>= 1
    return hashlib.sha512(text).digest()


def _stretched(digest: bytes, length: int) -> bytes:
    return (digest * (length // len(digest) + 1))[:length]


def _letters(digest: bytes) -> str:
    groups = [(digest[a], digest[b], digest[c]) for a, b, c in _groups()]
    letters = "".join(_base64(a << 16 | b << 8 | c, 4) for a, b, c in groups)
    return letters + _base64(digest[63], 2)


def _groups() -> list[tuple[int, int, int]]:
    """0-21-42, 22-43-1, 44-2-23, ...: every group begins one after the middle of the last."""
    groups = [(0, 21, 42)]
    while len(groups) < 21:
        a, b, c = groups[-1]
        groups.append((b + 1, c + 1, a + 1))
    return groups


def _base64(value: int, letters: int) -> str:
    return "".join(ALPHABET[value >> 6 * place & 63] for place in range(letters))
