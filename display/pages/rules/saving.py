"""Saving a rule: into config.toml, with who and why; nothing is lost if somebody else changed it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from display.pages.context import PageContext
from display.pages.rules.preview import one_line
from display.pages.rules.subject import Subject
from display.pages.setup.saving import Change, Refusal, announce_rule, config_file, fingerprint, save, tables
from display.setup.config_file import FileText, is_writable
from display.setup.toml_edits import add_table, set_table
from monitor.config.changes import ConfigStatus
from monitor.errors import ConfigError, StoreError

MAX_REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class StoredRule:
    """The rule of a brand or a topic as it is in the file."""

    file: FileText | None
    """None: the file cannot be read."""
    position: int = -1
    """Of its table; -1: the file has none."""
    text: str = ""
    base: str = ""
    """Changes with the rule, so that a form notices that somebody else changed it."""

    @property
    def writable(self) -> bool:
        """Whether it can probably be saved."""
        return self.file is not None and is_writable(self.file.path)


def stored_rule(subject: Subject) -> StoredRule:
    """The rule of ``subject`` in the file, which may have been changed since it was loaded."""
    try:
        file = config_file()
        found = [(n, one) for n, one in enumerate(tables(file, subject.section)) if one.get("name") == subject.name]
    except ConfigError:
        return StoredRule(None)
    if not found:
        return StoredRule(file)
    position, table = found[0]
    text = one_line(str(table.get("rule", "")))
    return StoredRule(file, position, text, fingerprint({"rule": text}))


def save_rule(context: PageContext, subject: Subject, stored: StoredRule, text: str) -> Refusal | ConfigStatus:
    """Save ``text`` as the rule of ``subject``, and use it; the status of the config, or why nothing was saved."""
    name = context.config.path.name
    if stored.file is None:
        return Refusal(f"{name} cannot be read, or is not valid. Correct it in an editor, then save again.")
    if stored.position < 0:
        return Refusal(f"{name} has no {subject.noun} {subject.name} any more. Somebody removed it.")
    reason = _reason()
    details = {"before": stored.text, "after": text, **({"reason": reason} if reason else {})}
    return _save(
        context,
        subject,
        stored.file,
        Change(
            lambda file: set_table(file, subject.section, stored.position, {"rule": text}),
            "changed rule",
            subject.name,
            details,
        ),
        text,
    )


def add_topic(context: PageContext, name: str, stored: StoredRule, text: str) -> Refusal | ConfigStatus:
    """Add a topic with the rule ``text``, and use it; the status of the config, or why nothing was saved."""
    if stored.file is None:
        return Refusal(f"{context.config.path.name} cannot be read, or is not valid. Correct it in an editor first.")
    if not name:
        return Refusal("A topic needs a name.")
    if any(topic.get("name") == name for topic in tables(stored.file, "topics")):
        return Refusal(f"There is a topic {name} already. Choose another name, or change the rule of that one.")
    table: dict[str, Any] = {"name": name, "rule": text}
    change = Change(lambda file: add_table(file, "topics", table), "added topic", name)
    return _save(context, Subject(name, ""), stored.file, change, text)


def _save(context: PageContext, subject: Subject, file: FileText, change: Change, text: str) -> Refusal | ConfigStatus:
    try:
        announce_rule(subject.section, subject.name, text, _reason())
        result = save(file, change)
        if isinstance(result, Refusal) or result.problems:
            subject.withdraw(context.store)
    except StoreError as error:
        name = context.config.path.name
        if stored_rule(subject).text == text:
            return Refusal(
                f"{name} has the new rule, but it is not in use yet: {error} Reload {name} once that is over."
            )
        return Refusal(f"Nothing was saved, and what you typed is still here: {error} Save again once that is over.")
    return result


def _reason() -> str:
    return one_line(request.form.get("reason", ""))[:MAX_REASON_CHARS]
