"""Signed documents: what a PDF reader's validator finds, what is kept, what anybody may check."""

import dataclasses
import hashlib
import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from sqlalchemy import select, update

from testing import checkup, clock, statements
from testing.checkup import State
from testing.models import Centre, Event, SignedDocument, Statement
from testing.settings import Mode
from testing.signing import certificates, pades
from testing.signing.certificates import Certificate, CertificateUnusable
from tests.testing import guards
from tests.testing.pages import Page
from tests.testing.results import Case

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}


@pytest.fixture
def case(build, bank_files) -> Case:
    return Case(build, bank_files, person=PERSON)


@pytest.fixture
def signed(case: Case) -> tuple[Case, Statement]:
    return case, case.signed(recommendation="Perustason polku.")


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """A small PDF to sign."""
    from testing import pdf

    return pdf.make("<html lang=fi><title>Lausunto</title><p>A2.1")


@pytest.fixture
def trial(tmp_path: Path, keys) -> Certificate:
    return certificates.make_trial(tmp_path / "c.p12", keys, "Testikeskus, Åbo", clock.now())


def found_by_validator(document: bytes, trusted: asn1.Certificate | None = None) -> Any:
    (signature,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
    root = trusted or signature.signer_cert
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


# The signature


def test_a_signed_document_is_whole_and_its_signer_known_when_trusted(drawn, trial):
    document = pades.sign(drawn, trial, reason="K7F2-09QX-3MPD")
    (signature,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/Reason"] == "K7F2-09QX-3MPD"
    found = found_by_validator(document)
    assert found.bottom_line, found.summary()
    assert found.coverage.name == "ENTIRE_FILE"
    assert signature.signer_cert.subject.native["common_name"] == "Testikeskus, Åbo (trial)"
    reader = PdfReader(io.BytesIO(document))
    assert "A2.1" in reader.pages[0].extract_text()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "the document stays tagged"


def test_a_stranger_is_not_trusted(drawn, trial, tmp_path, keys):
    document = pades.sign(drawn, trial, reason="x")
    other = certificates.make_trial(tmp_path / "other.p12", keys, "Muu", clock.now())
    _key, certificate, _chain = pkcs12.load_key_and_certificates(other.pkcs12, other.password)
    assert certificate is not None
    root = asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
    found = found_by_validator(document, root)
    assert found.intact
    assert not found.bottom_line


@pytest.mark.parametrize("place", [0.1, 0.5])
def test_a_changed_byte_is_found(drawn, trial, place):
    document = bytearray(pades.sign(drawn, trial, reason="x"))
    document[int(len(drawn) * place)] ^= 1
    (signature,) = PdfFileReader(io.BytesIO(bytes(document)), strict=False).embedded_signatures
    signature.compute_digest()
    root = signature.signer_cert
    found = validate_pdf_signature(signature, ValidationContext(trust_roots=[root]), skip_diff=True)
    assert not found.intact
    assert not found.bottom_line


def test_what_is_added_afterwards_is_found(drawn, trial):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pades.sign(drawn, trial, reason="x")))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    found = found_by_validator(out.getvalue())
    assert found.coverage.name != "ENTIRE_FILE"


@contextmanager
def timestamp_server(*, works: bool = True) -> Iterator[str]:
    """Address of a time-stamp server on this machine."""
    # The stand-in signs with RSA only.
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Clock")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(
            x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    signer = signers.SimpleSigner.load_pkcs12_data(
        pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption()), []
    )
    dummy = DummyTimeStamper(signer.signing_cert, signer.signing_key)

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = dummy.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200 if works else 500)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_words: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_time_stamp_server_vouches_for_the_time(drawn, trial):
    with timestamp_server() as url:
        document = pades.sign(drawn, trial, reason="x", timestamps=url)
    assert found_by_validator(document).timestamp_validity.intact
    plain = pades.sign(drawn, trial, reason="x")
    assert found_by_validator(plain).timestamp_validity is None
    with timestamp_server(works=False) as url, pytest.raises(pades.TimestampMissing):
        pades.sign(drawn, trial, reason="x", timestamps=url)


# What is kept


def test_a_document_is_signed_once_and_handed_out_as_it_was(signed, page: Page, app):
    case, statement = signed
    page.sign_in(case.assessor)
    bodies = {}
    for _time in range(2):
        for language in ("fi", "sv"):
            page.get(f"/statements/{statement.public_id}/{language}.pdf")
            bodies.setdefault(language, set()).add(page.response.data)
    assert {language: len(one) for language, one in bodies.items()} == {"fi": 1, "sv": 1}
    (finnish,) = bodies["fi"]
    found = found_by_validator(finnish)
    assert found.bottom_line, found.summary()
    rows = case.build.do(lambda db: db.scalars(select(SignedDocument)).all())
    assert {row.digest for row in rows} == {
        hashlib.sha256(one).hexdigest() for some in bodies.values() for one in some
    }
    (sheet,) = PdfReader(io.BytesIO(finnish)).pages
    words = sheet.extract_text()
    assert "kokeilu" in words, "a certificate for trial use is called so"
    # The office's part is cut to its permission, and so another document.
    clerk = page.another()
    clerk.sign_in(case.clerk)
    for _time in range(2):
        clerk.get(f"/results/{statement.public_id}/fi.pdf")
    assert clerk.response.data not in bodies["fi"]
    log = select(Event).where(Event.action == "document:sign").order_by(Event.id)
    events = case.build.do(lambda db: db.scalars(log).all())
    assert [(one.details["language"], one.details["trial"]) for one in events] == [
        ("fi", True),
        ("sv", True),
        ("fi", True),
    ]


def test_a_document_altered_in_the_database_is_handed_to_nobody(signed, page: Page):
    case, statement = signed
    page.sign_in(case.assessor)
    page.get(f"/statements/{statement.public_id}/fi.pdf")

    def alter(db):
        guards.lift(db, "signed_document")
        db.execute(update(SignedDocument).values(body=b"%PDF-1.7"))

    case.build.do(alter)
    page.get(f"/statements/{statement.public_id}/fi.pdf", status=409)
    assert "not the one that was signed" in page.text()


# What anybody may check


def test_anybody_checks_by_code_or_by_file_and_learns_nothing_of_the_person(signed, page: Page):
    case, statement = signed
    page.sign_in(case.assessor)
    page.get(f"/statements/{statement.public_id}/fi.pdf")
    document = page.response.data
    row = case.build.do(lambda db: db.scalars(select(SignedDocument)).one())
    anybody = page.another()
    anybody.get(f"/verify/{statement.verification_code}")
    code = statements.spaced_code(statement.verification_code)
    centre = case.build.do(lambda db: db.get_one(Centre, case.assessor.centre_id).name)
    by_code = anybody.text()

    def offer(body: bytes, status: int) -> str:
        anybody.get("/verify/")
        anybody.submit(
            {"file": (io.BytesIO(body), "lausunto.pdf")}, button="Check the file", status=status
        )
        return anybody.text()

    by_file = offer(document, 200)
    assert "The file is unchanged" in by_file
    for words in (by_code, by_file):
        for part in (code, centre, row.certificate[:8], "Certificate for trial use"):
            assert part in words
        for hidden in ("Hassanzadeh", "Aminatu", "A2.1", "Perustason", "1990"):
            assert hidden not in words
    for other in (document[:-1], document + b"\n", b"", b"not a pdf"):
        assert "does not know this file" in offer(other, 404)


# The certificate


def real(tmp_path: Path, keys, **changes: Any) -> dict[str, Any]:
    """Settings with a PKCS#12 file that was made elsewhere."""
    made_at = changes.pop("made_at", clock.now())
    path = tmp_path / "real.p12"
    made = certificates.make_trial(path, keys, "Oikea", made_at)
    key, certificate, _chain = pkcs12.load_key_and_certificates(made.pkcs12, made.password)
    assert isinstance(certificate, x509.Certificate)
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x", key, certificate, None, BestAvailableEncryption(b"salasana")
        )
    )
    path.chmod(changes.pop("mode", 0o600))
    return {"certificate": path, "certificate_password": "salasana"} | changes


ENDED = clock.now() - certificates.TRIAL_LASTS - timedelta(days=1)
ENDING = clock.now() - certificates.TRIAL_LASTS + timedelta(days=30)


@pytest.mark.parametrize(
    ("changes", "state", "words", "status"),
    [
        ({}, State.GOOD, "real, valid until", 200),
        ({"made_at": ENDING}, State.LACKING, "are still signed", 200),
        ({"made_at": ENDED}, State.BROKEN, "ended", 503),
        ({"mode": 0o644}, State.BROKEN, "other users may read it", 503),
        ({"certificate_password": "väärä"}, State.BROKEN, "password does not fit", 503),
        ({"certificate_password": None}, State.BROKEN, "password does not fit", 503),
        ({"certificate": Path("missing.p12")}, State.BROKEN, "cannot be read", 503),
    ],
)
def test_a_real_certificate_signs_or_the_doctor_tells_why_not(
    changes, state, words, status, signed, make_app, tmp_path, keys, settings
):
    case, statement = signed
    settled = real(tmp_path, keys, **changes)
    page = Page(make_app(**settled))
    page.sign_in(case.assessor)
    page.get(f"/statements/{statement.public_id}/fi.pdf", status=status)
    if status == 200:
        text = PdfReader(io.BytesIO(page.response.data)).pages[0].extract_text()
        assert "kokeilu" not in text
    else:
        assert "cannot sign documents now" in page.text()
        assert case.build.do(lambda db: db.scalars(select(SignedDocument)).all()) == []
    found = doctor(dataclasses.replace(settings, **settled))
    assert found.state is state
    assert words in found.words


def doctor(settings) -> checkup.Check:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = checkup.make_engine(settings.database_url)
    try:
        return checkup._certificates(engine, settings, clock.now())
    finally:
        engine.dispose()


def test_a_trial_certificate_is_made_where_there_is_none_and_anew_when_it_ended(
    build, settings, keys
):
    centre = build.centre(name="Testikeskus")
    now = clock.now()
    assert "none yet" in doctor(settings).words
    first = certificates.of_centre(settings, keys, centre, now)
    path = certificates.trial_file(settings, centre)
    assert path.stat().st_mode & 0o777 == 0o600
    assert certificates.of_centre(settings, keys, centre, now).fingerprint == first.fingerprint
    later = now + certificates.TRIAL_LASTS + timedelta(days=1)
    renewed = certificates.of_centre(settings, keys, centre, later)
    assert renewed.fingerprint != first.fingerprint
    assert renewed.not_after > later
    assert doctor(settings).state is State.GOOD
    live = dataclasses.replace(settings, mode=Mode.LIVE)
    assert (doctor(live).state, "cannot know who signs" in doctor(live).words) == (
        State.LACKING,
        True,
    )
    path.write_bytes(b"damaged")
    assert doctor(settings).state is State.BROKEN
    with pytest.raises(CertificateUnusable):
        certificates.of_centre(settings, keys, centre, now)
