"""The certificate with which a centre signs its documents, and the self-made one for trial use.

A real one is a PKCS#12 file that the settings name. Without it each centre signs with a
certificate that the service made itself: it proves that a document is unchanged, not who the
centre is, and every document signed with it says so.
"""

import base64
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from testing.keys import Keys
from testing.models import Centre
from testing.refusals import Refusal
from testing.settings import Settings

TRIAL_LASTS = timedelta(days=730)
#: Before its end a certificate is missed: getting a real one takes weeks.
ENDS_SOON = timedelta(days=60)
#: A common name holds no more.
_LONGEST_NAME = 64


class CertificateUnusable(Refusal):
    """The certificate cannot sign: the message says what to mend, for the doctor's page."""

    status = 503


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, ready to sign."""

    pkcs12: bytes
    password: bytes
    subject: str
    #: SHA-256, in hexadecimal digits.
    fingerprint: str
    not_before: datetime
    not_after: datetime
    is_trial: bool

    def refuse_unless_valid(self, now: datetime) -> None:
        """
        :raise CertificateUnusable: it is not valid yet, or not any more.
        """
        if not self.not_before <= now <= self.not_after:
            raise CertificateUnusable(f"valid until {self.not_after:%-d.%-m.%Y}")


def of_centre(settings: Settings, keys: Keys, centre: Centre, now: datetime) -> Certificate:
    """What the centre signs with; a trial certificate is made where there is none, or it ended.

    :raise CertificateUnusable: the file that the settings name cannot be used.
    """
    if settings.certificate is not None:
        return read_real(settings)
    path = trial_file(settings, centre)
    found = read_trial(path, keys) if path.exists() else None
    if found is not None and found.not_after > now:
        return found
    return make_trial(path, keys, centre.name, now)


def read_real(settings: Settings) -> Certificate:
    """The certificate that the settings name.

    :raise CertificateUnusable: there is none, others may read it, or the password does not fit.
    """
    path = settings.certificate
    assert path is not None
    try:
        content = path.read_bytes()
        is_open = bool(path.stat().st_mode & 0o077)
    except OSError:
        raise CertificateUnusable(f"{path} cannot be read") from None
    if is_open:
        raise CertificateUnusable(f"other users may read it: chmod 600 {path}")
    return _loaded(content, (settings.certificate_password or "").encode(), is_trial=False)


def trial_file(settings: Settings, centre: Centre) -> Path:
    return settings.data / "certificates" / f"{centre.public_id}.p12"


def read_trial(path: Path, keys: Keys) -> Certificate:
    """The self-made certificate in a file.

    :raise CertificateUnusable: the file is damaged or was made with another key.
    """
    return _loaded(path.read_bytes(), _trial_password(keys), is_trial=True)


def make_trial(path: Path, keys: Keys, name: str, now: datetime) -> Certificate:
    """A self-made certificate stands in `path`, encrypted, readable by its owner only."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"{_plain(name)[: _LONGEST_NAME - 8]} (trial)"),
            x509.NameAttribute(
                NameOID.ORGANIZATIONAL_UNIT_NAME, "Lähtötaso: self-made certificate for trial use"
            ),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A machine whose clock runs a little behind must not find it too young.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + TRIAL_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    password = _trial_password(keys)
    content = pkcs12.serialize_key_and_certificates(
        b"lahtotaso", key, certificate, None, BestAvailableEncryption(password)
    )
    _write(path, content)
    return _loaded(content, password, is_trial=True)


def _trial_password(keys: Keys) -> bytes:
    return base64.b64encode(keys.certificates)


def _plain(name: str) -> str:
    """The name without what a certificate's subject cannot hold."""
    return re.sub(r"[^\w .,()&/-]", "", name).strip() or "Centre"


def _loaded(content: bytes, password: bytes, *, is_trial: bool) -> Certificate:
    try:
        key, certificate, _chain = pkcs12.load_key_and_certificates(content, password or None)
    except ValueError:
        raise CertificateUnusable("not a PKCS#12 file, or its password does not fit") from None
    if key is None or certificate is None:
        raise CertificateUnusable("the file holds no certificate with its key")
    return Certificate(
        pkcs12=content,
        password=password,
        subject=certificate.subject.rfc4514_string(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_trial=is_trial,
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    own.replace(path)
