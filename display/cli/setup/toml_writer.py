"""Writing tables of config.toml, and names for what stands in them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from monitor.config.values import MAX_NAME_CHARS

Value = str | bool | int | Sequence[str]


def written(value: Value) -> str:
    """``value`` as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    return f"[{', '.join(map(_text, value))}]"


def _text(value: str) -> str:
    if "'" not in value and '"' in value and "\\" not in value and value.isprintable():
        return f"'{value}'"
    # what JSON escapes, TOML reads; but for DEL, which JSON writes as it is
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def table(kind: str, keys: Mapping[str, Value], comments: Sequence[str] = ()) -> str:
    """A ``[[kind]]`` table with ``comments`` above it and an empty line behind it."""
    lines = [commented(comment) for comment in comments]
    lines += [f"[[{kind}]]", *(f"{key} = {written(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n\n"


def commented(text: str) -> str:
    """``text`` as one line of comment, whatever it holds."""
    return "# " + "".join(c if c.isprintable() else " " for c in text)


def name_for(wanted: Sequence[str], taken: Collection[str]) -> str:
    """The first of ``wanted`` that says something, as a name that no one of ``taken`` has; case makes no difference."""
    shown = (" ".join("".join(c if c.isprintable() else " " for c in name).split()) for name in wanted)
    base = next((name for name in shown if name), "Feed")[:MAX_NAME_CHARS].strip()
    used = {name.casefold() for name in taken}
    name, n = base, 1
    while name.casefold() in used:
        n += 1
        name = f"{base[: MAX_NAME_CHARS - len(str(n)) - 1].strip()} {n}"
    return name
