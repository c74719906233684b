"""/setup/brands/edit and the like: one table of the config as a form. It is saved, tried or removed by a button.

Every form carries the fingerprint of the table that it was made from. If the table has changed since, nothing is saved:
the form comes back with what was typed, and beside each field what the file says now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.permissions import requires
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.setup.fields import Field, changed_values, field_values, typed_values
from display.pages.setup.rule_errors import RuleError, rule_error
from display.pages.setup.saving import (
    CHANGED,
    Change,
    Refusal,
    announce_rule,
    config_file,
    fingerprint,
    own_problems,
    save,
    single_table,
    tables,
)
from display.pages.setup.sections import Section, fields_of, found_table, section_of
from display.pages.setup.trial_view import ShownTrial
from display.pages.setup.trials import try_table
from display.setup.config_file import FileText, diff_lines
from display.setup.kinds import all_kinds, needed_secrets, sends_secret_elsewhere
from display.setup.service import CannotTry
from display.setup.toml_edits import add_table, remove_table, set_keys, set_table
from monitor.model.people import Role

TASK = "change the set-up"
SECRET_ELSEWHERE = (
    "This would send a secret to a server that was typed into a page. Only somebody who can edit {name} may do that."
)


@dataclass(frozen=True, slots=True)
class Form:
    """One table as a form."""

    section: Section
    fields: Sequence[Field]
    file: FileText
    position: int
    """-1: a new table."""
    table: Mapping[str, Any] | None
    """As it is in the file; None if it is not there."""
    original: str
    """The name under which it was opened; empty for a new one."""
    kind: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_file(self) -> dict[str, str]:
        """The texts of the fields as the file has them."""
        return field_values(self.fields, self.table or {})

    @property
    def place(self) -> str:
        """Where problems of this table are: "brands[0]"."""
        if self.section.is_single:
            return self.section.name
        position = self.position if self.position >= 0 else len(tables(self.file, self.section.name))
        return f"{self.section.name}[{position}]"

    @property
    def anchor(self) -> str:
        """Where it is on the page of all settings, which marks it: "brands-0"."""
        return re.sub(r"[\[\]]+", "-", self.place).rstrip("-")

    @property
    def new_table(self) -> dict[str, Any]:
        """The table as it would be saved."""
        changed = changed_values(self.fields, self.typed, self.table or {})
        start = {"kind": self.kind, **(self.table or {})} if self.kind else dict(self.table or {})
        return {key: value for key, value in {**start, **changed}.items() if value is not None}

    @property
    def sends_secret_elsewhere(self) -> bool:
        """Whether it would send a secret to a server that the file does not have."""
        return bool(self.kind) and sends_secret_elsewhere(self.kind, self.new_table, self.table or {})


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """What came of sending a form: what the page shows besides its fields."""

    refusal: Refusal | None = None
    trials: Sequence[ShownTrial] = ()
    trial_problem: str = ""


def register(blueprint: Blueprint) -> None:
    """Add the views of this module."""
    blueprint.add_url_rule("/<section>/edit", "edit", edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/<section>/remove", "remove", remove, methods=["POST"])


@requires(Role.ADMIN, TASK)
def edit(section: str) -> str | tuple[str, int] | AnyResponse:
    """The form of one table. Its buttons "Try it" and "Save" send it here."""
    form = _form(section_of(section))
    if request.method != "POST":
        if form.original and form.table is None:
            abort(404)
        return _page(form)
    if "try" in request.form:
        return _page(form, _tried(form))
    if request.form.get("base") != fingerprint(form.table):
        return _page(form, FormOutcome(Refusal(CHANGED.format(name=form.file.path.name), changed=True))), 409
    return _saved(form)


@requires(Role.ADMIN, TASK)
def remove(section: str) -> str | tuple[str, int] | AnyResponse:
    """Remove a table from the file. What was stored from it stays."""
    kind = section_of(section)
    form = _form(kind)
    if form.table is None or kind.is_single:
        abort(404)
    if request.form.get("base") != fingerprint(form.table):
        return _page(form, FormOutcome(Refusal(CHANGED.format(name=form.file.path.name), changed=True))), 409
    change = Change(
        lambda text: remove_table(text, kind.name, form.position), f"removed {kind.singular}", form.original
    )
    result = save(form.file, change)
    if isinstance(result, Refusal):
        return _page(form, FormOutcome(result)), 400
    return redirect(url_for("setup.overview", _anchor=kind.name), 303)


def _form(section: Section) -> Form:
    """The form that the request is about, with what was typed if it is sent, else with what the file says."""
    config, file = page_context().config, config_file()
    original = request.values.get("original", "")
    position, table = found_table(tables(file, section.name), original)
    if section.is_single:
        position, table = 0, single_table(file, section.name)
    kind = str((table or {}).get("kind", "")) or request.values.get("kind", "") if section.name == "sources" else ""
    fields = fields_of(section, config, kind)
    sent = request.method == "POST" and request.endpoint == "setup.edit"
    typed = typed_values(fields, request.form) if sent else field_values(fields, table or {})
    if sent and original:
        typed |= {one.key: original for one in fields if one.fixed_later}
    return Form(section, fields, file, position, table, original, kind, typed)


def _saved(form: Form) -> tuple[str, int] | AnyResponse:
    section, name = form.section, form.typed.get("name", "") or form.section.singular
    values = changed_values(form.fields, form.typed, form.table or {})
    if section.is_single:
        details = {"keys": sorted(values)}
        change = Change(lambda text: set_keys(text, section.name, values), "changed settings", section.name, details)
    elif form.table is not None:
        change = Change(
            lambda text: set_table(text, section.name, form.position, values),
            f"changed {section.singular}",
            form.original,
            {"keys": sorted(values)},
        )
    else:
        new = {key: value for key, value in form.new_table.items() if value is not None}
        change = Change(lambda text: add_table(text, section.name, new), f"added {section.singular}", name)
    if form.sends_secret_elsewhere:
        by_hand = tuple(diff_lines(form.file.text, change.edit(form.file.text)))
        refusal = Refusal(SECRET_ELSEWHERE.format(name=form.file.path.name), by_hand=by_hand)
        return _page(form, FormOutcome(refusal)), 400
    if values.get("rule"):
        announce_rule(section.name, form.original or name, str(values["rule"]))
    result = save(form.file, change)
    if isinstance(result, Refusal):
        return _page(form, FormOutcome(result)), 409 if result.changed else 400
    # what needs a restart is said at the top of the page
    return redirect(url_for("setup.overview", _anchor=None if result.needs_restart else form.anchor), 303)


def _tried(form: Form) -> FormOutcome:
    if form.sends_secret_elsewhere:
        return FormOutcome(trial_problem=SECRET_ELSEWHERE.format(name=form.file.path.name))
    try:
        return FormOutcome(trials=try_table(form.section, form.new_table, form.original))
    except CannotTry as error:
        return FormOutcome(trial_problem=str(error))


def _page(form: Form, shown: FormOutcome = FormOutcome()) -> str:
    context, refusal = page_context(), shown.refusal
    own, others = own_problems(refusal.problems, form.place) if refusal else ({}, [])
    typed = {one.key: "" if one.is_secret and one.key in own else form.typed[one.key] for one in form.fields}
    in_file = form.in_file
    return render_template(
        "setup/edit.html",
        tab="setup",
        health=current_health(context, context.clock.now()),
        form=form,
        kind_title=next((kind.title for kind in all_kinds() if kind.name == form.kind), ""),
        typed=typed,
        in_file={key: in_file[key] for key in in_file if in_file[key] != typed[key]}
        if refusal and refusal.changed
        else {},
        base=fingerprint(form.table),
        refusal=refusal,
        own_problems=own,
        other_problems=others,
        rule_error=_rule_error(form),
        trials=shown.trials,
        trial_problem=shown.trial_problem,
        secrets=needed_secrets(form.kind, form.new_table) if form.kind else [],
        file=form.file.path,
    )


def _rule_error(form: Form) -> RuleError | None:
    is_sent = request.method == "POST" and "rule" in form.typed
    return rule_error(" ".join(form.typed["rule"].split())) if is_sent else None
