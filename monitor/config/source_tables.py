"""Validates a ``[[sources]]`` table with the model of its kind.

A problem in it affects only that source: it reports the problem and is not read, while all others are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from monitor.config.checks import NumberedTables
from monitor.config.problems import KeyPath, Problem, closest, did_you_mean, dotted, quoted
from monitor.config.tables import SourceTable
from monitor.config.validation import problems_of

OptionsOf = Callable[[str], type[BaseModel]]
"""kind -> the model of its keys. Raises ImportError for a kind that does not exist or cannot be used at all."""

_KIND_ALIASES = {"twitter": "x", "rss": "feed", "atom": "feed", "jetstream": "bluesky", "fediverse": "mastodon"}
"""Other names that people use for a kind -> the kind."""
MAX_SUGGESTED_KINDS = 3
"""Maximum number of kinds that a problem lists as having an option."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A ``[[sources]]`` table."""

    kind: str
    name: str
    every: timedelta | None
    options: BaseModel | None
    """The keys of its kind, validated by the kind's own model; None if there are ``problems``."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with its kind or its kind's keys, so that it cannot be read."""
    keep: timedelta | None = None
    """How long its posts are kept; None: as long as those of other sources."""

    @property
    def is_sample(self) -> bool:
        """Whether its posts are made up."""
        return _makes_up_posts(self.options)

    @property
    def is_read_in_full(self) -> bool:
        """Whether it brings everything that is published there, and not only what the rules of the brands find."""
        selects = (getattr(self.options, name, False) for name in ("is_searched", "is_prefiltered"))
        return self.options is not None and not self.is_sample and not any(selects)

    @property
    def sample_history(self) -> timedelta | None:
        """How much history of made-up posts it generates; None for a real source."""
        return timedelta(days=getattr(self.options, "history", 0)) if self.is_sample else None

    @property
    def explanation(self) -> str:
        """The problems as sentences that make sense without the file; empty without any."""
        sentences = [_sentence(problem) for problem in self.problems]
        return (
            " ".join([*sentences, "Correct it in the config, then reload or restart Wallflower."]) if sentences else ""
        )


class KindOptions(NamedTuple):
    """A table validated by the model of its kind. Both are empty if the table has no usable ``kind``."""

    options: BaseModel | None = None
    problems: tuple[Problem, ...] = ()


def reject_mixed_samples(numbered: NumberedTables, options: Sequence[KindOptions]) -> list[KindOptions]:
    """``options``, where a source of made-up posts beside other sources has a problem, so that it is not read."""
    samples = [_makes_up_posts(one.options) for one in options]
    if all(samples):
        return list(options)
    message = "its posts are made up and would mix with real ones. Remove this table, or all other sources."
    return [
        KindOptions(None, (Problem(("sources", number, "kind"), message),)) if sample else one
        for (number, _), one, sample in zip(numbered, options, samples, strict=True)
    ]


def _makes_up_posts(options: BaseModel | None) -> bool:
    return bool(getattr(options, "sample", False))


@dataclass(frozen=True, slots=True)
class OptionsReader:
    """Validates the keys of ``[[sources]]`` that belong to their kind."""

    options_of: OptionsOf
    kinds: Collection[str]
    """All kinds, for suggestions; empty if they are not known."""

    def read(self, number: int, table: Mapping[str, Any]) -> KindOptions:
        """Validate the table at position ``number``, counted from 0."""
        kind, at = table.get("kind"), ("sources", number)
        if not isinstance(kind, str) or not kind:
            return KindOptions()
        try:
            if self.kinds and kind not in self.kinds:
                raise ModuleNotFoundError(kind)
            model = self.options_of(kind)
        except ImportError as error:
            return KindOptions(None, (self._unusable_kind((*at, "kind"), kind, error),))
        common = SourceTable.model_fields.keys()
        own = {key: value for key, value in table.items() if key not in common or key in model.model_fields}
        try:
            return KindOptions(model.model_validate(own))
        except ValidationError as error:
            problems = problems_of(error, model, at, common_keys=common)
            # A problem with the common key ``name`` is reported with the rest of the file.
            return KindOptions(None, tuple(self._with_kinds(p, kind) for p in problems if p.at[2:] != ("name",)))

    def _unusable_kind(self, at: KeyPath, kind: str, error: ImportError) -> Problem:
        if kind in self.kinds:
            return Problem(at, f'"{kind}" cannot be used here: {error}. Install what is missing.')
        meant = closest(kind, [*self.kinds, *_KIND_ALIASES])
        hint = did_you_mean(_KIND_ALIASES.get(meant, meant) if meant else None)
        return Problem(at, f"there is no kind {quoted(kind)}.{hint}", allowed=tuple(sorted(self.kinds)))

    def _with_kinds(self, problem: Problem, kind: str) -> Problem:
        """``problem`` with the kinds that have the key, if it is a key that ``kind`` does not have."""
        key = str(problem.at[-1])
        if not problem.is_unknown_key or len(problem.at) != 3:
            return problem
        having = [other for other in sorted(self.kinds) if other != kind and self._has(other, key)]
        if not having:
            return problem
        more = " and others" if len(having) > MAX_SUGGESTED_KINDS else ""
        kinds = ", ".join(having[:MAX_SUGGESTED_KINDS])
        return problem._replace(message=f"this is an option of {kinds}{more}, not of {kind}.")

    def _has(self, kind: str, key: str) -> bool:
        try:
            return key in self.options_of(kind).model_fields
        except ImportError:
            return False


def _sentence(problem: Problem) -> str:
    key = dotted(problem.at[2:])
    return f"`{key}`: {problem.sentence}" if key else f"Its table: {problem.sentence}"
