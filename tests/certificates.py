"""A certificate for the servers of tests on loopback, made anew for each run and known to nobody else."""

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
    """The files of one that stands for itself."""

    certificate: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """What a server shows it with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trusted_by(self, http: Http) -> Http:
        """``http``, which takes it for one of the authorities from now on."""
        return trusting(http, self.certificate)


def trusting(http: Http, certificate: Path) -> Http:
    """``http``, for which the one in this file is an authority, whichever way it asks."""
    for context in (http._guard.tls_context, http._guard.urllib3_tls_context):
        context.load_verify_locations(certificate)
    return http


def made(folder: Path) -> Certificate:
    """One for 127.0.0.1. Skips the test where there is no openssl to make it."""
    if not shutil.which("openssl"):
        pytest.skip("needs the program openssl, to make a certificate for the test's server")
    found = Certificate(folder / "certificate.pem", folder / "key.pem")
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=a test", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(found.key), "-out", str(found.certificate)]
    subprocess.run(["openssl", *kind, *name, *files], check=True, capture_output=True)
    return found
