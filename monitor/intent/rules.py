"""The rules of ``intents.toml``, and of a file like it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from hashlib import sha256
from importlib import resources
from typing import Any

from monitor.errors import IntentFileError, QueryError
from monitor.intent.pattern import BRAND_WORD, OTHER_WORD, Keys, Pair, Pattern, PatternError, either, parse_pattern
from monitor.model import Intent, Term
from monitor.query import Query, parse
from monitor.query.folding import fold, words_of
from monitor.query.proclitics import with_proclitics

FILE_NAME = "intents.toml"
FINDER_VERSION = 4
"""Raise it when the same rules find other intents: those of stored mentions are then found again."""
KINDS: Mapping[str, Intent] = {str(intent.name).lower(): intent for intent in Intent}
_KEYS = {"lang", "rules", "patterns", "unless", "question", "addressed", "score"}
_SCORES = ("not negative", "not positive")


@dataclass(frozen=True)
class Cue:
    """One rule or pattern. It is parsed when it is first needed: all languages together take half a second."""

    text: str
    is_rule: bool = False
    """Whether it is a rule of the query language, instead of a pattern."""

    @cached_property
    def query(self) -> Query | Pattern:
        """What finds it in a text. Raises PatternError and QueryError."""
        if not self.is_rule:
            return parse_pattern(self.text)
        return parse(self.text.replace("BRAND", BRAND_WORD).replace("OTHER", OTHER_WORD))

    @cached_property
    def keys(self) -> tuple[Keys, ...]:
        """A text must contain one of each. The first has the longest words. Raises PatternError and QueryError."""
        if isinstance(self.query, Pattern):
            return self.query.keys
        terms = [_keys(term) for term in self.query.terms()]
        if keys := reduce(either, terms) if terms else ():
            return keys
        raise PatternError(f"`{self.text}` needs a word besides BRAND that always occurs.")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """A text must contain one of each. Rules have none: they also find words inside hashtags."""
        return self.query.pairs if isinstance(self.query, Pattern) else ()

    @cached_property
    def names(self) -> frozenset[str]:
        """Those of "BRAND" and "OTHER" whose place it says."""
        return frozenset(name for name in ("BRAND", "OTHER") if name in self.text)


@dataclass(frozen=True, slots=True)
class IntentRules:
    """What raises one intent in one language."""

    intent: Intent
    lang: str
    cues: tuple[Cue, ...]
    unless: tuple[Cue, ...] = ()
    """A sentence in which one of these occurs raises nothing."""
    question: bool | None = None
    """Whether the sentence must be, or must not be, a question; None if both will do."""
    addressed: bool | None = None
    """Whether the post must, or must not, begin with the brand's handle and name no other brand: a message to it."""
    score: str = ""
    """The score towards the brand must be "not negative" or "not positive"; empty if any will do."""


@cache
def load_intent_rules() -> tuple[IntentRules, ...]:
    """The rules that are part of the program. Tests check their cues, so these are parsed when they are needed."""
    return _parse(built_in_rules_text(), FILE_NAME, check_cues=False)


def rules_digest(rules: Iterable[IntentRules]) -> str:
    """Changes when ``rules``, or how the program reads them, may find other intents."""
    parts = [
        (
            int(one.intent),
            one.lang,
            [cue.text for cue in one.cues],
            [cue.text for cue in one.unless],
            one.question,
            one.addressed,
            one.score,
        )
        for one in rules
    ]
    return sha256(json.dumps([FINDER_VERSION, parts]).encode()).hexdigest()


def built_in_rules_text() -> str:
    """The file of the program, with its comments."""
    return resources.files("monitor.intent").joinpath(FILE_NAME).read_text(encoding="utf-8")


def parse_intent_rules(text: str, name: str) -> tuple[IntentRules, ...]:
    """The rules of a file called ``name``. Raises IntentFileError with every problem at once."""
    return _parse(text, name, check_cues=True)


def _parse(text: str, name: str, *, check_cues: bool) -> tuple[IntentRules, ...]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntentFileError(name, [f"is not TOML: {error}"]) from error
    problems: list[str] = []
    rules: list[IntentRules] = []
    for where, intent, table in _tables(content, problems):
        if found := _read(where, intent, table, problems):
            rules.append(found)
        if check_cues:
            problems += _problems_of_cues(where, table)
    if problems:
        raise IntentFileError(name, problems)
    return tuple(rules)


def _tables(content: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Intent, Mapping[str, Any]]]:
    for kind, tables in content.items():
        if kind not in KINDS:
            problems.append(f"[[{kind}]]: there is no such intent. Choose one of {', '.join(KINDS)}.")
        elif not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            problems.append(f"[{kind}]: write [[{kind}]], with two brackets: there is one table for each language.")
        else:
            yield from ((f"[[{kind}]] number {n}", KINDS[kind], table) for n, table in enumerate(tables, 1))


def _read(where: str, intent: Intent, table: Mapping[str, Any], problems: list[str]) -> IntentRules | None:
    before = len(problems)
    problems += [
        f"{where}: unknown key `{key}`. Known keys: {', '.join(sorted(_KEYS))}." for key in table.keys() - _KEYS
    ]
    lang, score = table.get("lang"), table.get("score", "")
    conditions = {key: table.get(key) for key in ("question", "addressed")}
    if not isinstance(lang, str) or len(lang) != 2:
        problems.append(f'{where}: `lang` must be a language of two letters, such as "en".')
    problems += [
        f"{where}: `{key}` must be true or false." for key, one in conditions.items() if one not in (None, True, False)
    ]
    if score and score not in _SCORES:
        problems.append(f'{where}: `score` must be "{_SCORES[0]}" or "{_SCORES[1]}".')
    cues = [*_cues(where, table, "rules", problems), *_cues(where, table, "patterns", problems)]
    unless = _cues(where, table, "unless", problems)
    if not cues:
        problems.append(f"{where}: has neither `rules` nor `patterns`.")
    if len(problems) > before or not isinstance(lang, str):
        return None
    return IntentRules(intent, lang, tuple(cues), tuple(unless), conditions["question"], conditions["addressed"], score)


def _cues(where: str, table: Mapping[str, Any], key: str, problems: list[str]) -> list[Cue]:
    texts = table.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        problems.append(f"{where}: `{key}` must be a list of texts.")
        return []
    return [Cue(text, is_rule=key == "rules") for text in texts]


def _problems_of_cues(where: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Why cues of a table cannot be used. Parses each of them."""
    for key in ("rules", "patterns", "unless"):
        texts = table.get(key)
        for text in texts if isinstance(texts, list) else ():
            try:
                _ = isinstance(text, str) and Cue(text, is_rule=key == "rules").keys
            except (PatternError, QueryError) as error:
                yield f"{where}, `{key}`: {error}"


def _keys(term: Term) -> tuple[Keys, ...]:
    """Those of one term, without the names of brands."""
    words = words_of(fold(term.text))
    keys = [Keys(frozenset((word,))) for word in words]
    keys[0] = Keys(frozenset((words[0], *with_proclitics(words[0]))))
    if term.prefix:
        keys[-1] = Keys(prefixes=frozenset((words[-1],)))
    named = [one for one, word in zip(keys, words, strict=True) if word not in (BRAND_WORD, OTHER_WORD)]
    return tuple(sorted(named, key=lambda one: -one.length))
