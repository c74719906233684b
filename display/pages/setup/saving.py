"""Saving a change of the config: check the whole file, replace it, record it, and use it.

    the file --edit--> new text --check_text--> replace_file --> audit log --> reload

Whatever goes wrong, the file stays as it is, and the ``Refusal`` has what the page shows instead.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from display.access.guard import current_person
from display.pages.context import PageContext, page_context
from display.setup.config_file import DiffLine, FileChanged, FileText, NotWritable, check_text, diff_lines, read_file
from display.setup.config_file import replace_file as replace
from display.setup.toml_edits import CannotEdit
from monitor.config.changes import ConfigStatus
from monitor.errors import ConfigError

CHANGED = "{name} was changed after you opened this page. Nothing was saved, and nothing that you typed is lost."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change was not saved."""

    title: str
    problems: tuple[str, ...] = ()
    """As ``wallflower check`` prints them: "brands[0].rule: column 3 ..."."""
    by_hand: tuple[DiffLine, ...] = ()
    """The lines to change in an editor, if the file cannot be written."""
    changed: bool = False
    """Whether somebody else changed the same table."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the file, for the audit log."""

    edit: Callable[[str], str]
    action: str
    target: str
    details: Mapping[str, Any] = field(default_factory=dict)


def config_file() -> FileText:
    """The config file as it is now. Raises ConfigError."""
    return read_file(page_context().config.path)


def tables(file: FileText, section: str) -> list[dict[str, Any]]:
    """The tables of ``[[section]]`` as they are in the file. Raises ConfigError if it is not TOML."""
    found = _data(file).get(section)
    return [table for table in found if isinstance(table, dict)] if isinstance(found, list) else []


def single_table(file: FileText, section: str) -> dict[str, Any]:
    """``[section]`` as it is in the file; empty if it is not there. Raises ConfigError if the file is not TOML."""
    found = _data(file).get(section)
    return found if isinstance(found, dict) else {}


def fingerprint(table: Mapping[str, Any] | None) -> str:
    """A digest of a table, to notice that somebody else changed it."""
    return hashlib.sha256(json.dumps(table, sort_keys=True, default=str).encode()).hexdigest()[:16]


def save(file: FileText, change: Change) -> Refusal | ConfigStatus:
    """Save and use ``change`` of ``file``; the status of the config afterwards, or why nothing was saved."""
    name = file.path.name
    try:
        text = change.edit(file.text)
    except CannotEdit as error:
        return Refusal(f"{name} has to be changed in an editor.", (str(error),))
    try:
        check_text(text, file.path)
    except ConfigError as error:
        return Refusal("This cannot be saved as it is.", error.problems)
    try:
        replace(file, text)
    except FileChanged:
        return Refusal(CHANGED.format(name=name), changed=True)
    except NotWritable as error:
        title = f"{error} Change these lines in an editor, then run `systemctl reload wallflower` or send SIGHUP."
        return Refusal(title, by_hand=tuple(diff_lines(file.text, text)))
    context = page_context()
    record(context, change)
    return context.config_file.reload()


def record(context: PageContext, change: Change) -> None:
    """Write to the audit log who changed what."""
    details = {"file": str(context.config.path), **change.details}
    context.store.people.record(current_person().name, change.action, change.target, details, context.clock.now())


def announce_rule(section: str, name: str, text: str, reason: str = "") -> None:
    """Say who is about to change the rule of a brand or a topic, and why, so that its new version carries that."""
    context, person = page_context(), current_person()
    rules = context.store.named_topics if section == "topics" else context.store.rules
    rules.announce(name, text, person.full_name or person.name, reason, context.clock.now())


def own_problems(problems: Sequence[str], place: str) -> tuple[dict[str, str], list[str]]:
    """The problems of the table at ``place``, such as "brands[0]", by key; and all others."""
    own: dict[str, str] = {}
    others = []
    for problem in problems:
        path, _, sentence = problem.partition(": ")
        key = path.removeprefix(f"{place}.").partition("[")[0].partition(".")[0]
        if path.startswith(f"{place}.") and key not in own:
            own[key] = sentence[:1].upper() + sentence[1:]
        else:
            others.append(problem)
    return own, others


def _data(file: FileText) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Path(file.path), [f"the file is not valid TOML: {error}."]) from error
