"""`triptych serve` by HTTPS: what is answered, and that cookies go over HTTPS alone."""

import datetime
import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from triptych.cli import main

PATIENCE = 60


@pytest.fixture
def https(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(*pem))
    return cert, secret


def test_the_site_is_served_by_https_and_its_cookies_stay_there(tmp_path: Path, https: tuple[Path, Path]) -> None:
    cert, key = https
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "triptych", "serve", "--data", str(tmp_path / "trial"), "--port", port]
    (tmp_path / "music" / "Evening").mkdir(parents=True)
    options = ["--cert", cert, "--key", key, "--music", tmp_path / "music"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            context = ssl.create_default_context(cafile=str(cert))
            answer = _asked(f"https://localhost:{port}/account/login/", context)
            assert "Secure" in (answer.headers["Set-Cookie"] or "")
        finally:
            server.send_signal(signal.SIGINT)
            said, _ = server.communicate(timeout=PATIENCE)
    assert f"https://localhost:{port}/" in said
    assert "0 pieces, 0 playlists" in said
    assert "left out: Evening: no piece in it can be played" in said


def _asked(url: str, context: ssl.SSLContext) -> "urllib.request.addinfourl":
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return urllib.request.urlopen(url, context=context, timeout=PATIENCE)
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)  # another process begins to listen, which tells nobody: it can only be asked again


def test_a_certificate_without_its_key_is_refused(tmp_path: Path, https: tuple[Path, Path]) -> None:
    cert, _ = https
    result = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--cert", str(cert)])
    assert result.exit_code != 0
    assert "Give both --cert and --key" in result.output
    result = CliRunner().invoke(main, ["serve", "--data", str(tmp_path / "t"), "--cert", str(cert), "--key", str(cert)])
    assert "cannot be used" in result.output
