"""Keys: one master key outside the database, from which each use derives its own."""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testing.settings import BadSetting, Settings


class CannotDecrypt(Exception):
    """The text was encrypted with another key or for another record."""


@dataclass(frozen=True)
class Keys:
    """Keys derived from the master key, one a purpose."""

    key_id: str
    session: bytes
    personal: bytes
    index: bytes
    audit: bytes
    codes: bytes
    certificates: bytes

    def encrypt(self, text: str, *, record: str) -> str:
        """`text` sealed with AES-GCM; `record` is authenticated with it and needed to open it."""
        return f"{self.key_id}:{base64.b64encode(self._sealed(text.encode(), record)).decode()}"

    def decrypt(self, sealed: str, *, record: str) -> str:
        """The text that `encrypt` sealed for the same record.

        :raise CannotDecrypt: another key, another record or an altered text.
        """
        key_id, _, payload = sealed.partition(":")
        if key_id != self.key_id:
            raise CannotDecrypt(f"sealed with key {key_id}, this service has {self.key_id}")
        return self._opened(base64.b64decode(payload), record).decode()

    def encrypt_file(self, content: bytes, *, record: str) -> bytes:
        """A file's content, sealed as `encrypt` seals a text."""
        return f"{self.key_id}:".encode() + self._sealed(content, record)

    def decrypt_file(self, sealed: bytes, *, record: str) -> bytes:
        """The content that `encrypt_file` sealed for the same record.

        :raise CannotDecrypt: another key, another record or an altered file.
        """
        key_id, _, payload = sealed.partition(b":")
        if key_id != self.key_id.encode():
            raise CannotDecrypt(f"sealed with another key, this service has {self.key_id}")
        return self._opened(payload, record)

    def _sealed(self, content: bytes, record: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.personal).encrypt(nonce, content, record.encode())

    def _opened(self, sealed: bytes, record: str) -> bytes:
        try:
            return AESGCM(self.personal).decrypt(sealed[:12], sealed[12:], record.encode())
        except (InvalidTag, ValueError):
            raise CannotDecrypt("altered, or sealed for another record") from None

    def blind_index(self, text: str) -> str:
        """A keyed digest by which equal texts are found without being readable."""
        return hmac.new(self.index, text.encode(), hashlib.sha256).hexdigest()

    def code_digest(self, scope: str, code: str) -> str:
        """What the database keeps of a one-time code."""
        return hmac.new(self.codes, f"{scope}:{code}".encode(), hashlib.sha256).hexdigest()

    def audit_digest(self, message: bytes) -> str:
        return hmac.new(self.audit, message, hashlib.sha256).hexdigest()


def derive(master: bytes) -> Keys:
    """The keys of a 32-byte master key."""

    def key(purpose: str) -> bytes:
        return HKDF(hashes.SHA256(), 32, None, f"lahtotaso {purpose}".encode()).derive(master)

    return Keys(
        key_id=hashlib.sha256(b"id" + master).hexdigest()[:8],
        session=key("session"),
        personal=key("personal"),
        index=key("index"),
        audit=key("audit"),
        codes=key("codes"),
        certificates=key("certificates"),
    )


def read_keys(settings: Settings) -> Keys:
    """Keys from LAHTOTASO_KEY or the key file, which is made with mode 0600 at first start.

    :raise BadSetting: the key is not 32 bytes of base64, or other users may read the file.
    """
    if settings.key:
        return derive(_decoded(settings.key, "LAHTOTASO_KEY"))
    path = settings.key_file
    if not path.exists():
        _write_new(path)
    if path.stat().st_mode & 0o077:
        raise BadSetting(f"Other users may read the key file. Run: chmod 600 {path}")
    try:
        stored = json.loads(path.read_text())["master"]
    except (ValueError, KeyError, TypeError):
        raise BadSetting(f"The key file {path} is damaged. Restore it from your backup.") from None
    return derive(_decoded(stored, str(path)))


def _decoded(text: str, where: str) -> bytes:
    try:
        master = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        master = b""
    if len(master) != 32:
        raise BadSetting(f"{where} must hold 32 random bytes as base64: openssl rand -base64 32")
    return master


def _write_new(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({"master": base64.b64encode(secrets.token_bytes(32)).decode()})
    own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A hard link fails where the file exists: two first starts at once agree on one key.
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
