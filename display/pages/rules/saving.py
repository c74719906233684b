"""Saving a rule: into config.toml, with who and why; nothing is lost if somebody else changed it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from display.pages.context import PageContext
from display.pages.rules.preview import one_line
from display.pages.setup.saving import Change, Refusal, announce_rule, config_file, fingerprint, save, tables
from display.setup.config_file import FileText, is_writable
from display.setup.toml_edits import set_table
from monitor.config.changes import ConfigStatus
from monitor.errors import ConfigError
from monitor.model import Brand

MAX_REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class StoredRule:
    """The rule of a brand as it is in the file."""

    file: FileText | None
    """None: the file cannot be read."""
    position: int = -1
    """Of the brand's table; -1: the file has none."""
    text: str = ""
    base: str = ""
    """Changes with the table, so that a form notices that somebody else changed it."""

    @property
    def writable(self) -> bool:
        """Whether it can be saved."""
        return self.file is not None and self.position >= 0 and is_writable(self.file.path)


def stored_rule(brand: Brand) -> StoredRule:
    """The rule of ``brand`` in the file, which may have been changed since it was loaded."""
    try:
        file = config_file()
        found = [(n, one) for n, one in enumerate(tables(file, "brands")) if one.get("name") == brand.name]
    except ConfigError:
        return StoredRule(None)
    if not found:
        return StoredRule(file)
    position, table = found[0]
    text = one_line(str(table.get("rule", "")))
    return StoredRule(file, position, text, fingerprint({"rule": text}))


def save_rule(context: PageContext, brand: Brand, stored: StoredRule, text: str) -> Refusal | ConfigStatus:
    """Save ``text`` as the rule of ``brand``, and use it; the status of the config, or why nothing was saved."""
    if stored.file is None or stored.position < 0:
        return Refusal(f"{context.config.path.name} cannot be read, or has no brand {brand.name} any more.")
    reason = one_line(request.form.get("reason", ""))[:MAX_REASON_CHARS]
    change = Change(
        lambda file: set_table(file, "brands", stored.position, {"rule": text}),
        "changed rule",
        brand.name,
        {"before": stored.text, "after": text, **({"reason": reason} if reason else {})},
    )
    announce_rule(brand.name, text, reason)
    result = save(stored.file, change)
    if isinstance(result, Refusal) or result.problems:
        context.store.rules.withdraw(brand.name)
    return result
