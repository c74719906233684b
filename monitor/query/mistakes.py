"""What is wrong with a rule, in words that help."""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token, UnexpectedInput, UnexpectedToken

_OPERATORS = {"_AND", "_OR", "NOT", "MINUS", "NEAR"}
_TERMS = {"WORD", "PHRASE"}


class Mistake(Exception):
    """Becomes a QueryError where the whole text is known. ``at`` counts from 0."""

    def __init__(self, at: int, reason: str, suggestion: str) -> None:
        super().__init__(reason)
        self.at, self.reason, self.suggestion = at, reason, suggestion


def unexpected(error: UnexpectedInput, tokens: Sequence[Token]) -> Mistake:
    """The mistake behind lark's ``error``; ``tokens`` are all that could be cut from the text."""
    if not isinstance(error, UnexpectedToken):  # only a quote that stays open is no token
        return Mistake(error.pos_in_stream or 0, "This quote is never closed.", 'Add a " at the end of the phrase.')
    if error.token.type == "$END":
        return _at_end(tokens)
    index = next(i for i, token in enumerate(tokens) if token.start_pos == error.token.start_pos)
    before = tokens[index - 1] if index else None
    if error.token.type == "_CLOSE":
        return _at_close(tokens[index], before)
    return _at_operator(tokens, index, before)


def _at_end(tokens: Sequence[Token]) -> Mistake:
    if not tokens:
        return Mistake(0, "There is nothing to look for.", "Write a word, for instance `acme`.")
    if tokens[-1].type in _OPERATORS:
        return _nothing_after(tokens[-1])
    opened: list[Token] = []
    for token in tokens:
        if token.type == "_OPEN":
            opened.append(token)
        elif token.type == "_CLOSE":
            opened.pop()
    return Mistake(_start(opened[-1]), "This bracket is never closed.", "Add a `)` where it should end.")


def _at_close(token: Token, before: Token | None) -> Mistake:
    if before is not None and before.type in _OPERATORS:
        return _nothing_after(before)
    if before is not None and before.type == "_OPEN":
        return Mistake(_start(before), "There is nothing between these brackets.", "Write a word in them, or none.")
    return Mistake(_start(token), "This bracket closes none.", "Take it away, or open one with `(` before it.")


def _at_operator(tokens: Sequence[Token], index: int, before: Token | None) -> Mistake:
    """An operator with nothing fitting before it: all else may stand anywhere."""
    token = tokens[index]
    at, name = _start(token), _name(token)
    if token.type == "NEAR":
        return near_mistake(tokens, index, "a word before it" + ("" if "/" in token else " and a number"))
    if before is None or before.type == "_OPEN":
        return Mistake(at, f"{name} needs a word before it.", f"Write one, as in `acme {name} globex`.")
    if before.type == "NEAR":
        return Mistake(at, f"{_name(before)} cannot look for what is not there.", "Write it as `acme -jobs`.")
    if before.type == token.type:
        return Mistake(at, f"{name} stands here twice.", "Leave one of them out.")
    return Mistake(at, f"{name} cannot stand right after {_name(before)}.", "Leave one of them out.")


def near_mistake(tokens: Sequence[Token], index: int, need: str) -> Mistake:
    """What the NEAR at ``tokens[index]`` needs, shown with the words that stand around it."""
    left = next((t for t in reversed(tokens[:index]) if t.type in _TERMS), "acme")
    right = next((t for t in tokens[index + 1 :] if t.type in _TERMS), "refund")
    number = _number(tokens[index])
    return Mistake(
        _start(tokens[index]),
        f"NEAR needs {need}.",
        f"Write it as `{left} NEAR/{number} {right}`: the two words at most {number} words apart.",
    )


def _number(token: Token) -> int:
    digits = token.partition("/")[2]
    return min(int(digits), 100) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 5


def _nothing_after(token: Token) -> Mistake:
    example = {"NEAR": f"acme {token} refund", "NOT": "acme NOT jobs", "MINUS": "acme -jobs"}
    written = example.get(token.type, f"acme {token} globex")
    return Mistake(_start(token), f"{_name(token)} needs a word after it.", f"Write one, as in `{written}`.")


def _name(token: Token) -> str:
    return "A minus" if token.type == "MINUS" else str(token)


def _start(token: Token) -> int:
    return token.start_pos or 0
