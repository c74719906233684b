"""Which languages the model scores, how far each is trusted, and which model it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.encoder import LanguageFigures
from monitor.model import Trust

SCORING_VERSION = 2
"""Changes with ``scoring``, so that stored scores are computed again."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model to use."""

    kind: str
    """"encoder": that of the extra ``languages``; "folder": one of your own."""
    path: str = ""
    """Of the encoder's weights, empty for the installed ones; or of the folder."""
    labels: tuple[int, ...] = ()
    """For a folder: -1, 0 or 1 for each output of the model, if their names do not say so."""
    digest: str = ""
    """Identifies the model: opinions of another one are not used."""

    def arguments(self) -> str:
        """What the child process needs to load it."""
        return json.dumps({"kind": self.kind, "path": self.path, "labels": self.labels})


@dataclass(frozen=True, slots=True)
class LanguagePolicy:
    """How far the model is trusted in each language. Everything else is not scored."""

    trust: Mapping[str, Trust] = field(default_factory=lambda: MappingProxyType({}))
    """ISO 639-1 code -> trust."""

    @classmethod
    def of(
        cls, figures: Mapping[str, LanguageFigures], on: Collection[str] = (), off: Collection[str] = ()
    ) -> LanguagePolicy:
        """From the figures of the model, and what the config switches ``on`` and ``off``.

        A language that is switched on stays rough if its figures are bad, and unmeasured if it has none.
        """
        trust = {code: one.trust for code, one in figures.items()}
        for code in on:
            known = trust.get(code, Trust.UNMEASURED)
            trust[code] = Trust.ROUGH if known is Trust.OFF else known
        trust.update(dict.fromkeys(off, Trust.OFF))
        return cls(MappingProxyType(trust))

    def trust_in(self, lang: str | None) -> Trust:
        """How far the model is trusted in a language; None: unknown."""
        return self.trust.get(lang or "", Trust.OFF)

    def languages(self, *kinds: Trust) -> list[str]:
        """The languages that are scored, or those of these kinds, by code."""
        wanted = kinds or (Trust.ON, Trust.ROUGH, Trust.UNMEASURED)
        return sorted(code for code, trust in self.trust.items() if trust in wanted)

    @property
    def digest(self) -> str:
        """Identifies how scores follow from opinions."""
        text = json.dumps([SCORING_VERSION, sorted((code, str(trust)) for code, trust in self.trust.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:16]
