"""The reverse proxy before Wallflower: whether a request through it arrives with what only the proxy can know.

The running program recognises a request of the doctor by a key that it wrote into its state, and answers how the
request arrived: ``display.server.proxies``.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from display.access.services import public_address
from display.cli.diagnosis.asking import ASK_SECONDS, Answer, ask, ask_server, json_object
from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.pages.sources.system_status import PARTS
from display.server.proxies import DOCTOR_HEADER, ArrivedAs
from display.server.security import host_name

COMPARE = "Compare the proxy's configuration with deploy/nginx.conf or deploy/Caddyfile."


def proxy(context: DoctorContext) -> Iterator[Finding]:
    """Whether the pages can be reached by the names in the config, and how requests arrive through the proxy."""
    server = context.config.server if context.config else None
    if server and server.hosts and not server.proxies:
        text = f"[server] names {server.hosts[0]}, but no reverse proxy whose headers are trusted."
        advice = "If there is one, list its address in `proxies`; otherwise everybody seems to come from that address."
        yield Finding("proxy", Level.WARNING, text, advice)
    if server and context.running_pid is not None:
        yield from _names(context, server.hosts)
        for peer in context.state.ignored_proxies if context.state else ():
            text = f"Forwarding headers came from {peer} and were ignored."
            yield Finding("proxy", Level.WARNING, text, f"If it is your reverse proxy: a{_add_proxy(peer)[1:]}")
    if context.url:
        yield from _through(context, context.url)
    elif server and server.hosts and server.proxies and context.running_pid is not None:
        yield from _through(context, public_address(server), is_guess=True)


def _names(context: DoctorContext, hosts: tuple[str, ...]) -> Iterator[Finding]:
    for host in hosts:
        answer = ask_server(context, "/healthz", {"Host": host})
        if answer.status == 400:
            text = f"The running Wallflower does not serve {host}, which [server] names."
            yield Finding("proxy", Level.PROBLEM, text, "Restart Wallflower: `hosts` is read when it starts.")
        elif answer.status in (200, 503):
            yield Finding("proxy", Level.OK, f"Wallflower serves {host}.")


def _through(context: DoctorContext, url: str, *, is_guess: bool = False) -> Iterator[Finding]:
    """Ask Wallflower at ``url``, as people do."""
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        advice = "Write it as https://wallflower.example."
        yield Finding("proxy", Level.PROBLEM, f"{url} is not the address of a web page.", advice)
        return
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=ASK_SECONDS)
    key = context.state.doctor_key if context.state else ""
    answer = ask(connection, f"{parts.path.rstrip('/')}/healthz", {DOCTOR_HEADER: key} if key else {})
    found = _reached(url, parts, answer)
    if is_guess and found.level is Level.PROBLEM:
        advice = f"If people use another address: `wallflower doctor --url ADDRESS`. Otherwise: {found.advice}"
        yield Finding("proxy", Level.UNKNOWN, found.text, advice)
        return
    arrived = _arrived(answer)
    problems = list(header_problems(url, parts, arrived)) if arrived else []
    yield from problems
    if arrived and not problems and found.level is Level.OK:
        text = f"{url} leads to Wallflower: name, scheme and the address of the client ({arrived.client}) arrive."
        yield Finding("proxy", Level.OK, text)
    elif not problems or found.level is not Level.OK:
        yield found


def _reached(url: str, parts: SplitResult, answer: Answer) -> Finding:
    """Whether ``url`` leads to Wallflower at all."""
    if answer.status == 0:
        text = f"{url} does not answer: {answer.text}."
        return Finding("proxy", Level.PROBLEM, text, "Check the name, the proxy and its certificate.")
    if answer.status == 400 and "host name" in answer.text:
        advice = f'Add "{parts.hostname}" to `hosts` in [server], and restart Wallflower.'
        return Finding("proxy", Level.PROBLEM, f"{url} leads to Wallflower, which refuses the host name.", advice)
    if answer.status in (200, 503) and set(json_object(answer)) >= set(PARTS):
        return Finding("proxy", Level.OK, f"{url} leads to Wallflower.")
    text = f"{url} answers with status {answer.status}, but not as Wallflower does."
    return Finding("proxy", Level.PROBLEM, text, "Compare the proxy's configuration with docs/operations.md.")


def header_problems(url: str, parts: SplitResult, arrived: ArrivedAs) -> Iterator[Finding]:
    """What is wrong with the headers of a request that was sent to ``url``."""
    if not arrived.forwarded:
        if parts.scheme == "https":  # Wallflower itself has no TLS, so there is a proxy
            text = f"The proxy at {url} sends no X-Forwarded headers: all people seem to come from {arrived.peer}."
            yield Finding("proxy", Level.PROBLEM, text, COMPARE)
        return
    if not arrived.believed:
        text = f"The headers of the proxy at {url} are ignored, because {arrived.peer} is not in `proxies`."
        yield Finding("proxy", Level.PROBLEM, text, _add_proxy(arrived.peer))
        return
    for name in arrived.missing:
        text = f"The proxy {arrived.peer} does not send {name}: what it does not set, a client could."
        yield Finding("proxy", Level.WARNING, text, COMPARE)
    wanted = {
        "X-Forwarded-Proto": (parts.scheme, arrived.scheme),
        "X-Forwarded-Host": (parts.hostname, host_name(arrived.host)),
        "X-Forwarded-Prefix": (parts.path.rstrip("/"), arrived.prefix),
    }
    for name, (sent, understood) in wanted.items():
        if sent != understood:
            text = f'A request to {url} arrives with "{understood}" instead of "{sent}": see {name}.'
            yield Finding("proxy", Level.PROBLEM, text, COMPARE)


def _add_proxy(peer: str) -> str:
    return f'Add "{peer}" to `proxies` in [server], and restart Wallflower.'


def _arrived(answer: Answer) -> ArrivedAs | None:
    """How the request arrived, if it was Wallflower that answered and recognised the key."""
    try:
        values: dict[str, Any] = json.loads(answer.headers.get(DOCTOR_HEADER.lower(), ""))
        return ArrivedAs(**{**values, "missing": tuple(values["missing"])})
    except (ValueError, KeyError, TypeError):
        return None
