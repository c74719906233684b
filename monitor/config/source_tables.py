"""A ``[[sources]]`` table as its kind understands it.

What is wrong there is a problem of that source alone: it is not read and says why, and the others are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from monitor.config.problems import Problem, did_you_mean, listed, path, problems_of, shown
from monitor.config.tables import SourceTable

OptionsOf = Callable[[str], type[BaseModel]]
"""kind -> the model of its keys. Raises ImportError for a kind that does not exist or cannot be used at all."""

_ALSO_CALLED = {"twitter": "x", "rss": "feed", "atom": "feed", "jetstream": "bluesky", "fediverse": "mastodon"}
MOST_NAMED = 3
"""Kinds that are named as those that have an option."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A ``[[sources]]`` table."""

    kind: str
    name: str
    every: timedelta | None
    options: BaseModel | None
    """The keys of its kind, validated by the kind's own model; None where there are ``problems``."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with its kind or the keys of that: it cannot be read, whatever else can."""

    @property
    def explanation(self) -> str:
        """Its problems as sentences for people who do not look at the file; empty without any."""
        said = [_sentence(problem) for problem in self.problems]
        return " ".join([*said, "Correct it in the config, then restart Wallflower."]) if said else ""


class Own(NamedTuple):
    """What of a table belongs to its kind. Neither: the table does not even tell its kind."""

    options: BaseModel | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReader:
    """Reads tables. ``kinds`` are the kinds there are, for suggestions; empty: nobody knows."""

    options_of: OptionsOf
    kinds: Collection[str]

    def read(self, number: int, raw: Mapping[str, Any]) -> Own:
        """What belongs to the kind in the table ``[[sources]]`` that is counted ``number`` from 0."""
        kind, at = raw.get("kind"), ("sources", number)
        if not isinstance(kind, str) or not kind:
            return Own()
        try:
            if self.kinds and kind not in self.kinds:
                raise ModuleNotFoundError(kind)
            model = self.options_of(kind)
        except ImportError as error:
            return Own(None, (Problem(path((*at, "kind")), *self._no_kind(kind, error)),))
        own = {key: value for key, value in raw.items() if key not in ("kind", "every")}
        try:
            return Own(model.model_validate(own))
        except ValidationError as error:
            found = problems_of(error, model, at, known=SourceTable.model_fields)
            ours = (problem for problem in found if _key(problem.where) != "name")
            return Own(None, tuple(self._of_which_kind(problem, kind) for problem in ours))

    def _no_kind(self, kind: str, error: ImportError) -> tuple[str, str]:
        """What is wrong, and which kinds there are."""
        if kind in self.kinds:
            return f'"{kind}" cannot be used here: {error}. Install what is missing.', ""
        meant = did_you_mean(kind, [*self.kinds, *_ALSO_CALLED])
        for name, ours in _ALSO_CALLED.items():
            meant = meant.replace(f'"{name}"', f'"{ours}"')
        return f"found {shown(kind)}; there is no such kind.{meant}", listed(self.kinds)

    def _of_which_kind(self, problem: Problem, kind: str) -> Problem:
        """``problem`` with the kinds that have the key, where it is one that only others know."""
        if not problem.words.endswith("this key is not known."):
            return problem
        having = [other for other in sorted(self.kinds) if other != kind and self._has(other, _key(problem.where))]
        if not having:
            return problem
        more = " and others" if len(having) > MOST_NAMED else ""
        words = f"this is an option of {', '.join(having[:MOST_NAMED])}{more}, not of {kind}."
        return problem._replace(words=words)

    def _has(self, kind: str, key: str) -> bool:
        try:
            return key in self.options_of(kind).model_fields
        except ImportError:
            return False


def _key(where: str) -> str:
    """ "url" of "sources[2].url"; empty for the whole table."""
    return where.partition(".")[2]


def _sentence(problem: Problem) -> str:
    key, words = _key(problem.where), problem.words.removeprefix(f"found {shown({})}; ")
    return f"`{key}`: {words}" if key else f"Of its keys, {words}"
