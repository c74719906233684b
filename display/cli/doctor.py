"""``wallflower doctor``: check what usually goes wrong, and say what to do."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config
from display.cli.diagnosis import channels, configuration, data_folder, database, machine, process, proxy
from display.cli.diagnosis.findings import Check, DoctorContext, Finding, Level
from display.cli.exit_codes import ExitCode
from display.cli.version import VERSION
from display.formatting import pluralize
from monitor import config as configs
from monitor import secrets
from monitor.clock import Clock
from monitor.errors import ConfigError

CHECKS: tuple[Check, ...] = (
    configuration.configuration,
    configuration.keys,
    configuration.packages,
    configuration.language_model,
    configuration.host_names,
    machine.disk,
    machine.file_system,
    machine.clock,
    machine.descriptors,
    data_folder.data_folder,
    data_folder.leftovers,
    database.engine,
    database.database,
    database.backup,
    channels.channels,
    process.program,
    process.port,
    process.walls,
    proxy.proxy,
    process.unit,
)
_MARKS = {Level.OK: "ok", Level.UNKNOWN: "?", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}
_NAME_WIDTH, _MARK_WIDTH = 12, 8


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--full", is_flag=True, help="Check the whole database, with its indexes, however long it takes.")
@click.option("--send-test", is_flag=True, help="Send a test to each channel of notifications.")
@click.option(
    "--url",
    default="",
    help="The address at which people reach Wallflower, if it is not https:// and a name in `hosts`.",
)
def doctor(config_path: Path | None, as_json: bool, full: bool, send_test: bool, url: str) -> None:
    """Check what usually goes wrong, and say what to do.

    Works while Wallflower runs and while it does not, and changes nothing. It looks up the host names of the config and
    of channels, and sends nothing else to other machines, except to its own public address or --url, and tests with
    --send-test. The exit status is 1 if there is a problem.
    """
    findings = list(examine(context_of(config_path, full=full, url=url, send_test=send_test)))
    click.echo(_as_json(findings) if as_json else _as_text(findings))
    if any(finding.level is Level.PROBLEM for finding in findings):
        click.get_current_context().exit(ExitCode.ERROR)


def context_of(
    config_path: Path | None, *, full: bool = False, url: str = "", send_test: bool = False
) -> DoctorContext:
    """What is to be examined, even if the config is missing or broken."""
    path, config, problems = config_path or configs.LOCAL_FILE, None, tuple[str, ...]()
    try:
        path = configs.find_file(config_path)
        config = load_config(path)
        problems = tuple(str(problem) for source in config.sources for problem in source.problems)
    except ConfigError as error:
        path, problems = error.path, error.problems
    data = config.data if config else likely_data_folder(path)
    return DoctorContext(
        config_path=path,
        config=config,
        config_problems=problems,
        data=data,
        database=config.database if config else _likely_database(data),
        backups=config.backups if config else data / "backups",
        version=VERSION,
        now=Clock().now(),
        environ=os.environ,
        url=url,
        full=full,
        send_test=send_test,
    )


def examine(context: DoctorContext, checks: Iterable[Check] = CHECKS) -> Iterator[Finding]:
    """Run every check. One that fails is a finding itself."""
    for check in checks:
        try:
            yield from check(context)
        except Exception as error:
            name = check.__name__.replace("_", " ")
            text = f"This could not be checked: {type(error).__name__}: {error}"
            yield Finding(name, Level.UNKNOWN, text, "Run this as the user of the service, or as root.")


def likely_data_folder(config_path: Path) -> Path:
    """The data folder that a config which cannot be used most likely has."""
    folder = config_path.absolute().parent
    try:
        table = tomllib.loads(config_path.read_text(encoding="utf-8-sig")).get("wallflower", {})
        if isinstance(table, dict) and isinstance(table.get("data"), str):
            return (folder / Path(table["data"]).expanduser()).resolve()
    except (OSError, ValueError):
        pass
    places = (folder / "data", configs.SYSTEM_DATA)
    return next((place for place in places if place.is_dir()), places[0])


def _likely_database(data: Path) -> Path:
    """The real database, or that of the sample if there is only that."""
    real, sample = data / "wallflower.db", data / "sample.db"
    return sample if sample.exists() and not real.exists() else real


def _as_json(findings: Iterable[Finding]) -> str:
    values = [{key: _shown(value) for key, value in asdict(finding).items()} for finding in findings]
    return json.dumps(values, indent=2, ensure_ascii=False)


def _as_text(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        mark = _MARKS[finding.level].ljust(_MARK_WIDTH)
        lines.append(f"{mark}{finding.check.ljust(_NAME_WIDTH)} {_shown(finding.text)}")
        if finding.advice:
            lines.append(f"{' ' * (_MARK_WIDTH + _NAME_WIDTH)} → {_shown(finding.advice)}")
    counts = [sum(finding.level is level for finding in findings) for level in (Level.PROBLEM, Level.WARNING)]
    return "\n".join([*lines, "", f"{pluralize(counts[0], 'problem')}, {pluralize(counts[1], 'warning')}."])


def _shown(text: str) -> str:
    """``text`` without secrets: what is printed here is sent to others for help."""
    return secrets.redact(text, *secrets.visible_values())
