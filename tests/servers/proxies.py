"""The shipped configurations of nginx and Caddy as commands that run them on loopback."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.certificates import Certificate
from tests.servers import command

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
OWN_HOST, SHARED_HOST = "wallflower.example.org", "intranet.example.org"
"""The names in the shipped configurations: a host of its own, and one with Wallflower below a path."""
NGINX = """
daemon off;
master_process off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    include {folder}/wallflower.conf;
}}
"""


def nginx(folder: Path, port: int, plain_port: int, backend: int, certificate: Certificate) -> list[str]:
    """The command that runs nginx with our configuration, on other ports and with other certificates."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"\n *listen \[::\][^\n]*", "", text)
    for number, other in (("443", port), ("80", plain_port)):
        text = re.sub(rf"listen {number}\b", f"listen 127.0.0.1:{other}", text)
    text = re.sub(r"(ssl_certificate +)[^;]+;", rf"\g<1>{certificate.certificate};", text)
    text = re.sub(r"(ssl_certificate_key +)[^;]+;", rf"\g<1>{certificate.key};", text)
    (folder / "wallflower.conf").write_text(text.replace("127.0.0.1:8750", f"127.0.0.1:{backend}"), encoding="utf-8")
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), encoding="utf-8")
    return [command("nginx"), "-p", str(folder), "-c", str(config), "-e", str(folder / "errors")]


def caddy(folder: Path, port: int, plain_port: int, backend: int, certificate: Certificate) -> list[str]:
    """The command that runs Caddy with our configuration, on other ports and with its own certificates replaced."""
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    options = f"admin off\nhttp_port {plain_port}\nhttps_port {port}\n"
    text = text.replace("\tservers {", f"{options}\tservers {{", 1)
    for host in (OWN_HOST, SHARED_HOST):
        own = f"bind 127.0.0.1\ntls {certificate.certificate} {certificate.key}"
        text = text.replace(f"\n{host} {{", f"\n{host} {{\n{own}")
    (folder / "Caddyfile").write_text(text.replace("127.0.0.1:8750", f"127.0.0.1:{backend}"), encoding="utf-8")
    return [command("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
