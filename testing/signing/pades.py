"""A PDF gets an electronic signature: PAdES B-B, or B-T where a time-stamp server is set."""

import io

from testing.refusals import Refusal
from testing.signing.certificates import Certificate, CertificateUnusable

FIELD = "Lahtotaso"


class TimestampMissing(Refusal):
    """The time-stamp server that the settings name does not answer."""

    status = 503


def sign(
    document: bytes, certificate: Certificate, *, reason: str, timestamps: str | None = None
) -> bytes:
    """The document, signed so that no later change goes unseen. Slow: keep it outside transactions.

    :raise TimestampMissing: the server at `timestamps` gives no usable answer.
    :raise CertificateUnusable: the signature cannot be made with this certificate.
    """
    # Imported here: it costs half a second, and most workers never sign.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

    try:
        signer = signers.SimpleSigner.load_pkcs12_data(
            certificate.pkcs12, other_certs=[], passphrase=certificate.password or None
        )
    except ValueError:
        raise CertificateUnusable("not a PKCS#12 file, or its password does not fit") from None
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        # Nothing may be added afterwards, not even a form's answer.
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    stamper = HTTPTimeStamper(timestamps, timeout=10) if timestamps else None
    try:
        signed = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(document)), about, signer, timestamper=stamper
        )
    except TimestampRequestError:
        raise TimestampMissing from None
    except SigningError as problem:
        raise CertificateUnusable(str(problem)) from None
    return bytes(signed.getvalue())
