"""The sandbox's own certificate authority, made anew for each sandbox, and one certificate from it."""

import ipaddress
import os
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DNS_NAMES = (
    "localhost",
    "login.salesforce.com",
    "test.salesforce.com",
    "api.pubsub.salesforce.com",
    "*.my.salesforce.com",
    "*.sandbox.my.salesforce.com",
    "*.develop.my.salesforce.com",
    "api.hubapi.com",
    "app.hubspot.com",
)
ADDRESSES = ("127.0.0.1", "::1")
_VALID_DAYS = 397


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """
    The file that a client must trust, and what a server shows: as a context for HTTP, and as PEM for
    servers that read no context.
    """

    path: Path
    context: ssl.SSLContext
    chain: bytes
    key: bytes


def make_ca(folder: Path) -> Authority:
    """
    Write `ca.pem` into *folder* and make a server's certificate that it vouches for.

    The private keys stay in memory. The extensions are those that strict verification asks for
    (key identifiers and key usage; Python 3.13 made it the default). Validity goes by the machine's
    clock, because that is what a TLS client compares it with.
    """
    ca_key, leaf_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    ca = _certificate("Tandem sandbox CA", ca_key, issuer=None)
    leaf = _certificate("Tandem sandbox", leaf_key, issuer=(ca, ca_key))
    folder.mkdir(parents=True, exist_ok=True)
    ca_path = folder / "ca.pem"
    ca_path.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    chain = leaf.public_bytes(serialization.Encoding.PEM)
    key = leaf_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Authority(path=ca_path, context=_context(chain + key), chain=chain, key=key)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing_key = issuer[1] if issuer else key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
        .add_extension(_key_usage(is_ca=issuer is None), critical=True)
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=0 if issuer is None else None),
            critical=True,
        )
    )
    if issuer:
        names: list[x509.GeneralName] = [x509.DNSName(each) for each in DNS_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(each)) for each in ADDRESSES]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
    return builder.sign(signing_key, hashes.SHA256())


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _context(pem: bytes) -> ssl.SSLContext:
    """A server context; OpenSSL reads the chain from a file, which is gone again at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    descriptor, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context
