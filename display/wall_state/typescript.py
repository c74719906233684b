"""Generates the page's types from the dataclasses: ``python -m display.wall_state.typescript``.

    document.WallState       --> web/wall/state.ts
    i18n.phrases.PagePhrases --> web/wall/phrases.ts

The files are committed, because the front end is built without Python; a test fails when they are out of date.
"""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from display.wall_state.document import WallState
from display.wall_state.i18n import PagePhrases

FOLDER = Path(__file__).parents[1] / "web" / "wall"
ROOTS: Mapping[str, type] = {"state.ts": WallState, "phrases.ts": PagePhrases}
PRIMITIVES = {str: "string", int: "number", float: "number", bool: "boolean", types.NoneType: "null"}


def files() -> dict[str, str]:
    """File name -> its content."""
    return {name: typescript(root) for name, root in ROOTS.items()}


def typescript(root: type) -> str:
    """A module with the type of ``root`` and of everything that it refers to."""
    header = f"// Generated from {root.__module__} by display.wall_state.typescript; do not edit.\n"
    return "\n".join([header, *map(_declaration, _types_of(root, {}))])


def _types_of(annotation: Any, seen: dict[Any, None]) -> Iterator[type]:
    """The dataclasses and enums that ``annotation`` refers to, each after those that it refers to itself."""
    if annotation in seen:
        return
    if is_dataclass(annotation):
        seen[annotation] = None
        for hint in get_type_hints(annotation).values():
            yield from _types_of(hint, seen)
        yield annotation  # type: ignore[misc]
    elif inspect.isclass(annotation) and issubclass(annotation, Enum):
        seen[annotation] = None
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _types_of(part, seen)


def _declaration(cls: type) -> str:
    comment = _comment(inspect.getdoc(cls) or "")
    if issubclass(cls, Enum):
        return f"{comment}export type {cls.__name__} = {' | '.join(_quoted(member.value) for member in cls)};\n"
    hints, docs = get_type_hints(cls), _field_docs(cls)
    lines = [
        _comment(docs.get(field.name, ""), "  ") + f"  {field.name}: {type_expression(hints[field.name])};\n"
        for field in fields(cls)  # type: ignore[arg-type]
    ]
    return f"{comment}export interface {cls.__name__} {{\n{''.join(lines)}}}\n"


def type_expression(annotation: Any) -> str:
    """The TypeScript type of a JSON value of a Python type."""
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation in PRIMITIVES:
        return PRIMITIVES[annotation]
    if origin is Literal:
        return " | ".join(map(_quoted, args))
    if origin in (Union, types.UnionType):
        return " | ".join(map(type_expression, args))
    if origin is tuple and args[-1] is Ellipsis:
        element = type_expression(args[0])
        return f"({element})[]" if "|" in element else f"{element}[]"
    if origin is tuple:
        return f"[{', '.join(map(type_expression, args))}]"
    if inspect.isclass(annotation):
        return annotation.__name__
    raise TypeError(f"no TypeScript type for {annotation}")


def _field_docs(cls: type) -> dict[str, str]:
    """Field -> the docstring below it."""
    (definition,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(definition, ast.ClassDef)
    docs, name = {}, ""
    for node in definition.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            docs[name] = inspect.cleandoc(str(node.value.value))
        name = node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""
    return docs


def _comment(text: str, indent: str = "") -> str:
    plain = re.sub(r"\bNone\b", "null", text).replace("``", "`").replace("\n", f"\n{indent} * ")
    return f"{indent}/** {plain} */\n" if text else ""


def _quoted(value: Any) -> str:
    return f'"{value}"'


def main() -> None:
    """Write the files."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
