"""The running program: its version, parts and walls, its port, and its systemd unit."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from display.cli.diagnosis.asking import ASK_SECONDS, Answer, ask_server, json_object
from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.formatting import format_duration
from display.pages.sources.system_status import PARTS
from display.server.startup_checks import PortUnavailable, check_port

MAX_STATE_AGE = timedelta(minutes=3)
"""The running program writes its state each minute."""
SYSTEMD_RUNS = Path("/run/systemd/system")
UNIT, TIMER = "wallflower.service", "wallflower-backup.timer"


def program(context: DoctorContext) -> Iterator[Finding]:
    """Whether it runs, in which version, and whether every part of it does."""
    state = context.state
    if context.data.exists() and not os.access(context.data, os.R_OK | os.X_OK):
        text = "Whether Wallflower runs cannot be seen by this user."
        yield Finding("program", Level.UNKNOWN, text, "Run this as the user of the service, or as root.")
        return
    if context.running_pid is None:
        yield Finding("program", Level.OK, "Wallflower is not running with this data folder.", _start_advice())
        return
    if state is None:
        yield Finding("program", Level.UNKNOWN, "Wallflower runs, but has not written its state yet.")
        return
    if state.version != context.version:
        text = f"Version {state.version} runs, but {context.version} is installed."
        yield Finding("program", Level.WARNING, text, "Restart Wallflower to use the installed version.")
    age = context.now - state.at
    if age > MAX_STATE_AGE:
        text = f"Wallflower has not written its state for {format_duration(age)}."
        advice = "The disk may be full, or the program may hang: see its log, and restart it."
        yield Finding("program", Level.WARNING, text, advice)
        return
    for part in state.stopped_parts:
        text = f"{PARTS[part].stopped if part in PARTS else part}: this part has stopped."
        yield Finding("program", Level.PROBLEM, text, "Restart Wallflower. Its log says why the part stopped.")
    if state.config_problem:
        text = f"The running Wallflower does not use the config file as it is now: {state.config_problem}"
        yield Finding("program", Level.WARNING, text, "Correct the file and reload, or restart Wallflower.")
    if state.version == context.version and not state.stopped_parts:
        yield Finding("program", Level.OK, f"Wallflower {state.version} runs, with all its parts.")


def walls(context: DoctorContext) -> Iterator[Finding]:
    """Whether a screen shows each wall that the config names, and each paired screen shows something."""
    state = context.state
    if context.running_pid is None or state is None or context.now - state.at > MAX_STATE_AGE:
        return
    for wall, since in state.dark_walls.items():
        text = f"No screen shows the wall {wall}. {since}."
        advice = "Check that the screen is switched on and has a network, and reload its page."
        yield Finding("walls", Level.WARNING, text, advice)
    for screen, since in state.dark_screens.items():
        advice = "Check that it is switched on, has a network, and shows the browser. /walls says what it drew last."
        yield Finding("walls", Level.WARNING, f"The screen {screen} is dark. {since}.", advice)
    if not (state.dark_walls or state.dark_screens):
        yield Finding("walls", Level.OK, "No wall is dark.")


def port(context: DoctorContext) -> Iterator[Finding]:
    """Whether the pages answer, or could be served."""
    if context.config is None:
        return
    server = context.config.server
    place = f"port {server.port} of {server.host}"
    if context.running_pid is None:
        try:
            check_port(context.config)
        except PortUnavailable as error:
            yield Finding("port", Level.PROBLEM, str(error))
        else:
            yield Finding("port", Level.OK, f"Wallflower can listen on {place}.")
        return
    answer = ask_server(context, "/readyz")
    if answer.status not in (0, 200, 503):
        answer = ask_server(context, "/healthz")
    if answer.status == 0:
        text = f"Wallflower runs, but {place} does not answer: {answer.text}."
        yield Finding("port", Level.PROBLEM, text, "See its log, and restart it.")
    elif answer.status == 503:
        yield Finding("port", Level.PROBLEM, f"Wallflower answers, but is not ready: {_reasons(answer)}")
    elif answer.status == 200:
        yield Finding("port", Level.OK, f"Wallflower answers on {place}, and is ready.")
    else:
        text = f"P{place[1:]} answers with status {answer.status}, so another program may listen there."
        yield Finding("port", Level.WARNING, text, "Set another `port` in [server], or stop that program.")


def unit(context: DoctorContext) -> Iterator[Finding]:
    """The state of the systemd unit, where systemd runs."""
    systemctl = shutil.which("systemctl")
    if systemctl is None or not SYSTEMD_RUNS.exists():
        yield Finding("unit", Level.OK, "systemd does not run here.")
        return
    yield from unit_findings(_properties(systemctl, UNIT), _properties(systemctl, TIMER))


def unit_findings(service: Mapping[str, str], timer: Mapping[str, str]) -> Iterator[Finding]:
    """What the properties of the units, as ``systemctl show`` prints them, mean."""
    if service.get("LoadState") != "loaded":
        text = "Wallflower is not installed as a service."
        yield Finding("unit", Level.OK, text, "`wallflower install-service` installs it.")
        return
    active, result = service.get("ActiveState", ""), service.get("Result", "")
    log = "`journalctl -u wallflower -p warning` says why."
    if active == "failed" or (active == "activating" and service.get("SubState") == "auto-restart"):
        text = f"The service fails ({result}, exit status {service.get('ExecMainStatus', '?')})."
        yield Finding("unit", Level.PROBLEM, text, log)
    elif active != "active":
        yield Finding("unit", Level.WARNING, f"The service is {active}.", "Run `systemctl start wallflower`.")
    else:
        yield Finding("unit", Level.OK, "The service is active.")
    if (restarts := int(service.get("NRestarts") or 0)) > 2:
        yield Finding("unit", Level.WARNING, f"systemd has restarted the service {restarts} times.", log)
    if service.get("NeedDaemonReload") == "yes":
        text = "The file of the unit has changed since systemd read it."
        yield Finding("unit", Level.WARNING, text, "Run `systemctl daemon-reload`, then restart Wallflower.")
    if service.get("UnitFileState") == "disabled":
        text = "The service does not start when the machine does."
        yield Finding("unit", Level.WARNING, text, "Run `systemctl enable wallflower`.")
    if timer.get("LoadState") == "loaded" and timer.get("ActiveState") != "active":
        text = "The timer of the daily backups is not active."
        yield Finding("unit", Level.WARNING, text, f"Run `systemctl enable --now {TIMER}`.")


def _reasons(answer: Answer) -> str:
    reasons = json_object(answer).get("reasons")
    return " ".join(map(str, reasons)) if isinstance(reasons, list) and reasons else "see its log."


def _properties(systemctl: str, name: str) -> dict[str, str]:
    names = "LoadState,ActiveState,SubState,Result,ExecMainStatus,NRestarts,NeedDaemonReload,UnitFileState"
    command = [systemctl, "show", name, f"--property={names}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines())


def _start_advice() -> str:
    service = SYSTEMD_RUNS.exists()
    return "To start it: `systemctl start wallflower`." if service else "To start it: `wallflower run`."
