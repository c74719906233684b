"""Writes tables for config.toml, and finds unique names for them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from monitor.config.values import MAX_NAME_CHARS

Value = str | bool | int | float | Sequence[str]


def toml_value(value: Value) -> str:
    """``value`` as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return _toml_string(value)
    return f"[{', '.join(map(_toml_string, value))}]"


def _toml_string(value: str) -> str:
    if "'" not in value and '"' in value and "\\" not in value and value.isprintable():
        return f"'{value}'"
    # TOML reads what JSON escapes, but JSON does not escape DEL, which TOML forbids.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def table(kind: str, keys: Mapping[str, Value], comments: Sequence[str] = ()) -> str:
    """A ``[[kind]]`` table with ``comments`` above and an empty line below."""
    lines = [comment_line(comment) for comment in comments]
    lines += [f"[[{kind}]]", *(f"{key} = {toml_value(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n\n"


def comment_line(text: str) -> str:
    """``text`` as one comment line, whatever characters it contains."""
    return f"# {on_one_line(text)}"


def on_one_line(text: str) -> str:
    """``text`` with a space in place of every unprintable character, such as a line break."""
    return "".join(c if c.isprintable() else " " for c in text)


def unique_name(candidates: Sequence[str], taken: Collection[str]) -> str:
    """The first of ``candidates`` that is not blank, with a number if it is in ``taken`` (case is ignored)."""
    cleaned = (" ".join(on_one_line(name).split()) for name in candidates)
    base = next((name for name in cleaned if name), "Feed")[:MAX_NAME_CHARS].strip()
    used = {name.casefold() for name in taken}
    name, n = base, 1
    while name.casefold() in used:
        n += 1
        name = f"{base[: MAX_NAME_CHARS - len(str(n)) - 1].strip()} {n}"
    return name
