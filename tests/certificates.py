"""Self-signed certificates for test servers on loopback, generated for each run."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.http import Http


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key."""

    certificate: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """A server context that presents the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trusted_by(self, http: Http) -> Http:
        """Make ``http`` trust the certificate, for requests and streams; returns ``http``."""
        for context in (http._guard.tls_context, http._guard.urllib3_tls_context):
            context.load_verify_locations(self.certificate)
        return http


def generate_certificate(
    folder: Path, alternative_name: str = "IP:127.0.0.1", common_name: str = "a test"
) -> Certificate:
    """Generate a certificate in ``folder``, without alternative name if that is empty.

    Skips the test if the openssl program is not installed.
    """
    if not shutil.which("openssl"):
        pytest.skip("the openssl program is not installed")
    folder.mkdir(exist_ok=True)
    found = Certificate(folder / "certificate.pem", folder / "key.pem")
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={common_name}"]
    names += ["-addext", f"subjectAltName={alternative_name}"] if alternative_name else []
    files = ["-keyout", str(found.key), "-out", str(found.certificate)]
    subprocess.run(["openssl", *kind, *names, *files], check=True, capture_output=True)
    return found
