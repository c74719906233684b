"""The config, and what it needs: keys, packages, host names."""

from __future__ import annotations

import queue
import socket
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.formatting import join_with_and, pluralize
from monitor import secrets
from monitor.config import Config
from monitor.encoder import load_head
from monitor.encoder.weights_file import WeightsFile
from monitor.errors import AuthError, EncoderError
from monitor.judging import HOW_TO_INSTALL, choose_model
from monitor.sources import SourceOptions, missing_package_message

DNS_SECONDS = 5.0
"""How long all host names together may take."""
MAX_HOSTS = 200


def configuration(context: DoctorContext) -> Iterator[Finding]:
    """Whether the config can be used, and only its owner can change it."""
    path = context.config_path
    advice = "Correct it; `wallflower check` shows all problems." if path.exists() else ""
    for problem in context.config_problems:
        yield Finding("config", Level.PROBLEM, f"{path}: {problem}", advice)
    if context.config is not None and not context.config_problems:
        sources = pluralize(len(context.config.sources), "source")
        yield Finding("config", Level.OK, f"{path} is valid and has {sources}.")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o022:
        text = f"Other users of this machine can change {path}."
        yield Finding("config", Level.WARNING, text, f"Run `chmod go-w {path}`.")


def keys(context: DoctorContext) -> Iterator[Finding]:
    """Whether the keys of all sources are there, and nobody else can read them."""
    if context.config is None:
        return
    needed, missing = _needed_secrets(context.config), False
    for name, instructions in needed.items():
        try:
            secrets.get(name, instructions, context.environ)
        except AuthError as error:
            missing = True
            yield _missing_key(name, str(error), context)
    for name in needed:
        file = context.environ.get(f"{name}_FILE", "")
        if file and Path(file).exists() and stat.S_IMODE(Path(file).stat().st_mode) & 0o077:
            text = f"Other users of this machine can read {file}, which contains the key {name}."
            yield Finding("keys", Level.WARNING, text, f"Run `chmod 600 {file}`.")
    if needed and not missing:
        yield Finding("keys", Level.OK, f"The keys {join_with_and(sorted(needed))} are there.")
    elif not needed:
        yield Finding("keys", Level.OK, "No source needs a key.")


def packages(context: DoctorContext) -> Iterator[Finding]:
    """Whether the Python packages that some kinds need are installed."""
    for source in context.config.sources if context.config else ():
        if text := missing_package_message(source.kind):
            yield Finding("packages", Level.PROBLEM, f"{source.name}: {text}")


def language_model(context: DoctorContext) -> Iterator[Finding]:
    """Whether other languages than English are scored, and whether the weights of the model are the right ones."""
    config, advice = context.config, f"To score more languages: {HOW_TO_INSTALL}"
    if config is None:
        return
    model = choose_model(config.encoder_weights, config.languages_on, config.languages_off, config.own_model)
    if model.problem:
        yield Finding("languages", Level.PROBLEM, model.problem, advice)
    elif model.choice is None:
        yield Finding("languages", Level.OK, "Only English is scored; the language model is not installed.", advice)
    elif config.own_model:
        yield Finding("languages", Level.OK, f"The language model in {config.own_model.folder} is used.")
    else:
        try:
            WeightsFile(Path(model.choice.path), load_head().weights_sha256)
        except EncoderError as error:
            yield Finding("languages", Level.PROBLEM, str(error))
        else:
            scored = pluralize(len(model.policy.languages()), "language")
            yield Finding("languages", Level.OK, f"The language model is installed and scores {scored}.")


def host_names(context: DoctorContext) -> Iterator[Finding]:
    """Whether the hosts that the config names have addresses. Nothing is requested from them."""
    if context.config is None:
        return
    hosts = configured_hosts(source.options for source in context.config.sources)
    if not hosts:
        yield Finding("dns", Level.OK, "The config names no host that has to be looked up.")
        return
    found = look_up(hosts)
    unknown = [host for host in hosts if found.get(host) is False]
    late = [host for host in hosts if host not in found]
    advice = "Check the names in the config, and the name server: `resolvectl status`, /etc/resolv.conf."
    if unknown:
        names = join_with_and(unknown)
        yield Finding("dns", Level.PROBLEM, f"{names} {'have' if len(unknown) > 1 else 'has'} no address.", advice)
    if late:
        text = f"The name server did not answer for {join_with_and(late)} within {DNS_SECONDS:.0f} s."
        yield Finding("dns", Level.PROBLEM, text, advice)
    if not unknown and not late:
        yield Finding("dns", Level.OK, f"{pluralize(len(hosts), 'host name')} of the config can be looked up.")


def configured_hosts(options: Iterable[BaseModel | None]) -> list[str]:
    """The host names in the addresses that sources have as options, sorted. IP addresses need no look-up."""
    found = set[str]()
    for one in options:
        if one is not None:
            found |= {host for text in _texts(one.model_dump()) if (host := _host(text))}
    return sorted(found)[:MAX_HOSTS]


def look_up(hosts: Iterable[str]) -> dict[str, bool]:
    """Host -> whether it has an address; those without an answer in time are missing.

    Look-ups cannot be cancelled, so each has a thread that does not keep the program from ending.
    """
    answers: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()

    def ask(host: str) -> None:
        try:
            socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)
        except OSError:
            answers.put((host, False))
        else:
            answers.put((host, True))

    pending = list(hosts)
    for host in pending:
        threading.Thread(target=ask, args=(host,), daemon=True).start()
    end, found = time.monotonic() + DNS_SECONDS, dict[str, bool]()
    while len(found) < len(pending):
        try:
            host, exists = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[host] = exists
    return found


def _needed_secrets(config: Config) -> dict[str, str]:
    """Name of each secret that a source needs -> where to get it."""
    needed: dict[str, str] = {}
    for source in config.sources:
        if isinstance(source.options, SourceOptions):
            needed |= source.options.required_secrets()
    return needed


def _missing_key(name: str, text: str, context: DoctorContext) -> Finding:
    """A finding for a key that is not visible here. A service has its keys in credentials that only it can read."""
    if context.running_pid is None:
        return Finding("keys", Level.PROBLEM, text)
    text = f"The key {name} is not visible here. The running Wallflower may have it as a systemd credential."
    return Finding("keys", Level.UNKNOWN, text, "`wallflower sources` shows the sources that need a key.")


def _texts(value: object) -> Iterator[str]:
    """Every text in a value of options, however nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)


def _host(text: str) -> str:
    """The name of the host if ``text`` is an address of one; empty for an IP address and for any other text."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https", "ws", "wss") or not host or host == "localhost":
        return ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""
