"""The fields of the set-up forms, and what people type into them as values of config.toml.

    table of the file --field_values--> texts of a form --changed_values--> keys to set and to remove

Only keys that differ are written, so that the rest of a table stays as its author wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babel import Locale

from display.setup.kinds import Key, keys_of

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from display.setup.toml_writer import Value

MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, and the key that it sets."""

    key: str
    label: str
    type: str = "text"
    """ "text", "long", "list", "number", "flag" or "choice"."""
    hint: str = ""
    default: object = None
    """The value if the file does not have the key."""
    choices: tuple[tuple[str, str], ...] = ()
    """Value -> label."""
    required: bool = False
    fixed_later: bool = False
    """Whether it cannot be changed once the table exists."""
    is_secret: bool = False
    is_main: bool = True
    """Whether it is shown at once; others are behind "More"."""


KEEP = Field(
    "keep",
    "Keep posts for",
    hint='Such as "400d". Older ones are deleted. Empty: as long as those of other sources.',
    is_main=False,
)
EVERY = Field("every", "Read every", hint='Such as "10m" or "2h". Empty: as often as it posts.', is_main=False)
FIXED_NAME = "Shown on screens. It cannot be changed later, because posts are stored under it."
RULE_HINT = 'Words and "phrases", AND, OR, -, brackets, NEAR/5, prefix*, @handle, #tag, =Exact.'
BRAND = (
    Field("name", "Name", required=True, fixed_later=True, hint=FIXED_NAME),
    Field("ours", "This is our own organisation", "flag", default=False),
    Field("rule", "Rule", "long", required=True, hint=RULE_HINT),
    Field("aliases", "Other names", "list", default=(), hint="One per line, as people write them."),
    Field("colour", "Colour", hint='Such as "#2e918d". Empty: chosen for you.', is_main=False),
)
TOPIC = (
    Field("name", "Name", required=True, hint='Shown on walls, such as "Delivery".'),
    Field("rule", "Rule", "long", required=True, hint=f"Finds the mentions about it. {RULE_HINT}"),
)
GENERAL = (
    Field("timezone", "Time zone", default="UTC", hint='For the days and hours on pages, such as "Europe/London".'),
    Field("keep", "Keep posts for", hint='Such as "400d". Older ones are deleted for good. Empty: forever.'),
)
BACKUP = (Field("keep", "Backups to keep", "number", default=7, hint="The oldest ones are deleted after each backup."),)
SERVER = (
    Field(
        "hosts",
        "Names by which people reach these pages",
        "list",
        default=(),
        hint="One per line, such as `wallflower.example.org`. Requests for other names are refused.",
    ),
)
"""Only those who may edit the file decide on ``allow_hosts``, the private networks that may be read; on the folders to
which data and backups are written; and on ``proxies``, whose word about a visitor is believed."""
SOURCE_NAME = Field("name", "Name", required=True, fixed_later=True, hint=FIXED_NAME)


def wall_fields(brands: Sequence[str], languages: Sequence[str]) -> tuple[Field, ...]:
    """The fields of a wall."""
    only = f"One per line: {', '.join(brands)}. Empty: all."
    known = Locale("en").languages
    named = tuple((code, known.get(code, code)) for code in languages)
    return (
        Field("name", "Name", required=True, hint="Letters a to z, digits and hyphens. The wall is at `/wall/NAME`."),
        Field("brands", "Brands", "list", default=(), hint=only),
        Field("language", "Language of the wall", "choice", default="en", choices=named),
        Field("timezone", "Time zone", hint="For its clock and its night. Empty: that of the pages."),
        Field(
            "night", "Night", default="22:00-06:30", hint='Dimmed during these hours, such as "20:00-07:00"; or "off".'
        ),
        Field("mask_authors", 'Mask authors: "someone on Reddit"', "flag", default=False),
        Field(
            "languages",
            "Languages of the posts shown",
            "list",
            default=(),
            hint="One per line, such as en. Empty: all.",
            is_main=False,
        ),
        Field(
            "never_show",
            "Never show posts with",
            "list",
            default=(),
            hint="One word or phrase per line. Such posts are still counted.",
            is_main=False,
        ),
        Field(
            "quiet",
            "Never show posts from",
            "list",
            default=(),
            hint="One author, site or source per line. Their posts are still counted.",
            is_main=False,
        ),
        Field("clock", "Clock", "choice", default="24h", choices=(("24h", "17:30"), ("12h", "5:30 pm")), is_main=False),
        Field(
            "rotation",
            "Move its parts around, to protect plasma screens",
            "flag",
            default=True,
            is_main=False,
        ),
    )


def source_fields(kind: str) -> tuple[Field, ...]:
    """The fields of a source, from the model of its kind. Raises ImportError if there is no such kind."""
    return (SOURCE_NAME, *map(_of_key, keys_of(kind)), EVERY, KEEP)


def _of_key(key: Key) -> Field:
    hint = " ".join(filter(None, [key.description, f"Example: {key.example}" if key.example else ""]))
    if key.type == "list":
        hint = f"{hint} One per line.".strip()
    return Field(
        key.name,
        "Address" if key.name == "url" else key.name.replace("_", " ").capitalize(),
        key.type,
        hint,
        key.default,
        required=key.required,
        is_secret=key.is_secret,
        is_main=key.is_main or key.required,
    )


def field_values(fields: Sequence[Field], table: Mapping[str, Any]) -> dict[str, str]:
    """Key -> the text of its field; "on" or "" for a flag."""
    return {field.key: _shown(field, table.get(field.key, field.default)) for field in fields}


def typed_values(fields: Sequence[Field], form: MultiDict[str, str]) -> dict[str, str]:
    """What a person has typed, as the same texts."""
    return {field.key: form.get(field.key, "").strip()[:MAX_CHARS].replace("\r\n", "\n") for field in fields}


def changed_values(
    fields: Sequence[Field], typed: Mapping[str, str], table: Mapping[str, Any]
) -> dict[str, Value | None]:
    """The keys to set, or to remove (None), so that ``table`` says what was typed."""
    changed: dict[str, Value | None] = {}
    for field in fields:
        present = table.get(field.key, field.default)
        if typed[field.key] == _shown(field, present):
            continue
        value = _parsed(field, typed[field.key])
        changed[field.key] = None if value in ("", ()) and not field.required else value
    return changed


def _shown(field: Field, value: Any) -> str:
    if field.type == "flag":
        return "on" if value else ""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parsed(field: Field, text: str) -> Value:
    if field.type == "flag":
        return bool(text)
    if field.type == "list":
        return tuple(line.strip() for line in text.split("\n") if line.strip())
    if field.type == "number":
        for number in (int, float):
            try:
                return number(text)
            except ValueError:
                continue
    return " ".join(text.split()) if field.type == "long" else text
