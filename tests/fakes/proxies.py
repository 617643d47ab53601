"""A real nginx and a real Caddy for tests, with a file of settings as an administrator is told to write it.

Names of folders and ports are replaced, and nothing else (apt packages nginx and caddy).
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.real_parts import free_port

HOST = "example.org"


def _make_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*form))


def _nginx(text: str, folder: Path, port: int, upstreams: Sequence[int]) -> list[str]:
    """With what Debian's nginx.conf has around it, in a folder of the test."""
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 80", f"listen 127.0.0.1:{free_port()}").replace("/var/log/nginx", str(folder))
    text = text.replace(f"/etc/letsencrypt/live/{HOST}", str(folder))
    (folder / "banyan.conf").write_text(_with_ports(text, upstreams))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log {folder}/access.log; {kept} include {folder}/banyan.conf; }}"
    )
    return ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


def _caddy(text: str, folder: Path, port: int, upstreams: Sequence[int]) -> list[str]:
    text = text.replace("{\n", "{\n admin off\n auto_https disable_redirects\n", 1)
    own = f"https://{HOST}:{port} {{\n bind 127.0.0.1\n tls {folder}/fullchain.pem {folder}/privkey.pem\n"
    (folder / "Caddyfile").write_text(_with_ports(text.replace(f"{HOST} {{\n", own), upstreams))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def _with_ports(text: str, upstreams: Sequence[int]) -> str:
    for named, port in zip(("8081", "8082"), upstreams, strict=True):
        assert f"127.0.0.1:{named}" in text
        text = text.replace(f"127.0.0.1:{named}", f"127.0.0.1:{port}")
    return text


PROXIES = {"nginx": _nginx, "caddy": _caddy}


@contextmanager
def running(proxy: str, text: str, folder: Path, port: int, upstreams: Sequence[int]) -> Iterator[None]:
    """`proxy` with these settings at https://HOST:port before the upstreams; what it writes lies in *.log."""
    _make_certificate(folder)
    command = PROXIES[proxy](text, folder, port, upstreams)
    with (
        (folder / "printed.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own arguments
            command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
