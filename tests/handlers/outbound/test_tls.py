"""The address is checked and connected to; the name is what the certificate has to be for."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """A server's TLS with a certificate for the name, which signs itself: `folder / "cert.pem"`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_the_certificate_has_to_be_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    asked_for: list[str | None] = []
    heads: list[str] = []

    def named(_object: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        asked_for.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
        await writer.drain()
        writer.close()

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    tls = certified(tmp_path, "git.internal")
    tls.set_servername_callback(named)  # type: ignore[arg-type]
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    outbound = Outbound(["git.internal", "hub.internal"], ssl_context=trusting, resolve=resolve)
    assert (await outbound.fetch("GET", f"https://git.internal:{port}/")).body == b"secret"
    with pytest.raises(FetchFailed):
        await outbound.fetch("GET", f"https://hub.internal:{port}/")
    with pytest.raises(FetchFailed):
        await Outbound(["git.internal"], resolve=resolve).fetch("GET", f"https://git.internal:{port}/")
    assert asked_for == ["git.internal", "hub.internal", "git.internal"]
    assert len(heads) == 1
    assert f"Host: git.internal:{port}\r\n" in heads[0]
    server.close()
