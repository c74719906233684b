"""Finds what the author of a post may want from each brand in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.intent.agreement import plain_complaint, signs_of_complaint
from monitor.intent.cue_index import CandidateIndex, Candidates, Fact, shared_index
from monitor.intent.named_text import NamedText
from monitor.intent.pattern import BRAND_WORD, OTHER_WORD, Pattern
from monitor.intent.readable import readable
from monitor.intent.rules import Cue, IntentRules, rules_digest
from monitor.model import Brand, Intent, IntentPhrase, Score, Sentiment, Span
from monitor.query.folding import fold
from monitor.sentiment.brand_names import name_pattern

_JOINS = re.compile(r"\W*(?:and|or|und|oder|et|ou|y|e|o)?\W*", re.IGNORECASE)
"""What stands between two brands that are named together."""
MAX_CHARS = 5_000
"""Of a longer text, only the beginning is read: it says what its author wants."""
OVERRIDES: Mapping[Intent, tuple[Intent, ...]] = {
    Intent.COMPLAINT: (Intent.PRAISE,),
    Intent.SWITCHING_FROM: (Intent.PRAISE,),
    Intent.NOISE: (Intent.PRAISE, Intent.PRICE, Intent.SWITCHING_TO, Intent.RECOMMENDATION, Intent.QUESTION),
}
"""Intent -> those that it excludes: thanks beside a complaint or a farewell are irony; advertisers praise and ask."""
STATEMENTS = frozenset({Intent.COMPLAINT, Intent.PRAISE, Intent.CANCELS})
"""Intents that are said of one brand: in a sentence with two, of the brand that is named last before the phrase."""
EXPLAINING = frozenset({Intent.SWITCHING_FROM, Intent.CANCELS, Intent.PRICE, Intent.RECOMMENDATION})
"""Intents that explain a negative score, so that it is no reason to raise a complaint as well."""
_FACTS = {
    Sentiment.NEGATIVE: Fact.NOT_POSITIVE,
    Sentiment.POSITIVE: Fact.NOT_NEGATIVE,
    **dict.fromkeys((Sentiment.NEUTRAL, Sentiment.UNSCORED), Fact.NOT_POSITIVE | Fact.NOT_NEGATIVE),
}
DEFAULT_LANGUAGE = "en"
"""For texts in an unknown language, which are mostly too short to be recognised."""


class ScoredText(NamedTuple):
    """A text in which intents are looked for."""

    body: str
    text_start: int
    """Where the text begins in ``body``, after the title."""
    lang: str | None
    spans: Mapping[str, Sequence[Span]]
    """For each brand, where its rule matches ``body``, which counts as its name where it is not named."""
    scores: Mapping[str, Score]


class IntentFinder:
    """Finds intents towards ``brands`` by rules. Threads may share one."""

    def __init__(
        self,
        rules: Iterable[IntentRules],
        brands: Iterable[Brand],
        create_index: Callable[[tuple[IntentRules, ...]], CandidateIndex] = shared_index,
    ) -> None:
        """``create_index``: for tests, which compare the index with a search for all cues."""
        self._names = {brand.name: _Names([brand.name, *brand.aliases]) for brand in brands}
        rules = tuple(rules)
        self.digest = rules_digest(rules)
        """Changes with the rules."""
        self._by_language = _Indexes(rules, create_index)
        self._complaint_languages = {one.lang for one in rules if one.intent is Intent.COMPLAINT}

    def find(
        self,
        body: str,
        text_start: int,
        lang: str | None,
        spans: Mapping[str, Sequence[Span]],
        scores: Mapping[str, Score],
    ) -> dict[str, tuple[IntentPhrase, ...]]:
        """Brand -> its intents, each with the first phrase that raises it; without brands that have none."""
        return self.find_batch([ScoredText(body, text_start, lang, spans, scores)])[0]

    def find_batch(self, texts: Sequence[ScoredText]) -> list[dict[str, tuple[IntentPhrase, ...]]]:
        """For each text, what ``find`` returns.

        One step for all texts, and then the next: the code and the tables of each stay in the processor's cache.
        """
        texts = [text if len(text.body) <= MAX_CHARS else text._replace(body=text.body[:MAX_CHARS]) for text in texts]
        langs = [(text.lang or DEFAULT_LANGUAGE).lower()[:2] for text in texts]
        named = [
            (n, index, brand, one)
            for n, (text, lang) in enumerate(zip(texts, langs, strict=True))
            if (index := self._by_language[lang])
            for brand, one in self._named_texts(text)
        ]
        candidates = [_candidates(index, one, texts[n].scores[brand].sentiment) for n, index, brand, one in named]
        found: list[dict[str, tuple[IntentPhrase, ...]]] = [{} for _ in texts]
        for (n, _, brand, one), possible in zip(named, candidates, strict=True):
            if possible[0] and (phrases := _phrases(possible, one)):
                found[n][brand] = phrases
        for text, lang, phrases_by_brand in zip(texts, langs, found, strict=True):
            if lang in self._complaint_languages:
                _add_complaints(text, phrases_by_brand)
        return [
            {brand: tuple([readable(one, text.body, lang) for one in phrases]) for brand, phrases in by_brand.items()}
            for text, lang, by_brand in zip(texts, langs, found, strict=True)
        ]

    def _named_texts(self, text: ScoredText) -> Iterator[tuple[str, NamedText]]:
        """Each brand, and the text in which its names and those of the others are replaced."""
        names = {brand: self._find_names(text.body, brand, matches) for brand, matches in text.spans.items()}
        for brand, own in names.items():
            others = [span for other, those in names.items() if other != brand for span in those]
            yield brand, NamedText(text.body, text.text_start, own, others)

    def _find_names(self, body: str, brand: str, matches: Sequence[Span]) -> list[Span]:
        names = self._names.get(brand)
        return (names.find(body) if names else []) or [span for span in matches if span.end <= len(body)]


class _Indexes(dict[str, CandidateIndex | None]):
    """Language -> the index of its cues, None if it has none.

    Each is created when a text needs it; that of English takes 0.2 s. Two threads may create the same one.
    """

    def __init__(
        self, rules: Iterable[IntentRules], create_index: Callable[[tuple[IntentRules, ...]], CandidateIndex]
    ) -> None:
        super().__init__()
        self._create = create_index
        self._rules: defaultdict[str, list[IntentRules]] = defaultdict(list)
        for one in rules:
            self._rules[one.lang].append(one)

    def __missing__(self, lang: str) -> CandidateIndex | None:
        if rules := self._rules.get(lang):
            self[lang] = self._create(tuple(rules))
        return self.get(lang)


class _Names:
    """The names of one brand."""

    def __init__(self, names: Sequence[str]) -> None:
        self._pattern = re.compile(name_pattern(names), re.IGNORECASE)
        self._lower: re.Pattern[str] | None = None
        """Finds them in ASCII in lower case, and is faster: the regex engine can skip to the letters of a name."""
        if all(map(str.isascii, names)):
            longest_first = sorted((name.strip().lower() for name in names if name.strip()), key=len, reverse=True)
            literals = map(re.escape, longest_first)
            self._lower = re.compile("|".join(rf"{literal}(?!\w)(?<!\w{literal})" for literal in literals))

    def find(self, body: str) -> list[Span]:
        """Each of them, in order."""
        if self._lower is not None and body.isascii():
            matches = self._lower.finditer(body.lower())
        else:
            matches = self._pattern.finditer(body)
        return [Span(*match.span()) for match in matches]


def _candidates(index: CandidateIndex, text: NamedText, sentiment: Sentiment) -> Candidates:
    """The cues that may match ``text``, for its names and its sentiment."""
    facts = _FACTS[sentiment]
    if "BRAND" in text.names:
        facts |= Fact.BRAND
    if "OTHER" in text.names:
        facts |= Fact.OTHER
    return index.candidates(text.folded, facts)


def _phrases(candidates: Candidates, text: NamedText) -> tuple[IntentPhrase, ...]:
    """For each intent, the first phrase of ``text`` that raises it."""
    found: dict[Intent, IntentPhrase] = {}
    cues, satisfied = candidates
    for candidate in cues:
        rules, cue, _ = candidate
        if rules.addressed is not None and rules.addressed != text.is_addressed:
            continue
        for span in _spans(cue, text):
            if _counts(rules, cue, text, span) and not _is_excepted(candidate.exceptions_in(satisfied), text, span):
                phrase = IntentPhrase(rules.intent, *text.origin(span))
                if rules.intent not in found or phrase.start < found[rules.intent].start:
                    found[rules.intent] = phrase
    return _compatible(found)


def _compatible(found: dict[Intent, IntentPhrase]) -> tuple[IntentPhrase, ...]:
    """The phrases of ``found`` whose intents no other excludes, in the order of the text."""
    if len(found) < 2:
        return tuple(found.values())
    for intent in (other for one, others in OVERRIDES.items() if one in found for other in others):
        found.pop(intent, None)
    return tuple(sorted(found.values(), key=lambda phrase: (phrase.start, phrase.intent)))


def _add_complaints(text: ScoredText, found: dict[str, tuple[IntentPhrase, ...]]) -> None:
    """Add to ``found``, for each brand without one, the complaint that its score rests on."""
    for brand in text.spans:
        score = text.scores[brand]
        if score.sentiment is not Sentiment.NEGATIVE:
            continue
        phrases = {phrase.intent: phrase for phrase in found.get(brand, ())}
        if Intent.COMPLAINT in phrases or Intent.NOISE in phrases:  # advertisers do not complain
            continue
        complaint = signs_of_complaint(score, text.body)
        if not complaint and len(text.spans) == 1 and EXPLAINING.isdisjoint(phrases):
            complaint = plain_complaint(score, text.body)
        if complaint:
            found[brand] = _compatible({**phrases, Intent.COMPLAINT: complaint})


def _spans(cue: Cue, text: NamedText) -> list[Span]:
    """Where ``cue`` matches, as spans of the text with replaced names."""
    if not isinstance(cue.query, Pattern):
        return list(cue.query.spans_in(text.document))
    folded = text.folded
    matches = [match.span() for region in folded.regions for match in cue.query.regex.finditer(folded.folded, *region)]
    return [_trimmed(text.text, folded.span(*bounds)) for bounds in matches]


def _trimmed(text: str, span: Span) -> Span:
    """Without what separates it from the sentence before."""
    start = span.start
    while start < span.end and not text[start].isalnum():
        start += 1
    return Span(start, span.end)


def _counts(rules: IntentRules, cue: Cue, text: NamedText, span: Span) -> bool:
    """Whether a phrase raises its intent towards the brand: by what its sentence names and asks."""
    sentence = text.sentence(span.start)
    if not cue.names and OTHER_WORD in sentence and not _is_about_brand(rules.intent, text, span, sentence):
        return False
    return rules.question is None or rules.question == ("?" in sentence)


def _is_excepted(unless: Sequence[Cue], text: NamedText, span: Span) -> bool:
    if not unless:
        return False
    folded = fold(text.sentence(span.start))
    return any(one.query.regex.search(folded) for one in unless if isinstance(one.query, Pattern))


def _is_about_brand(intent: Intent, text: NamedText, span: Span, sentence: str) -> bool:
    """Whether a phrase in a sentence that names another brand may be about ours."""
    if BRAND_WORD not in sentence:
        return False
    if intent not in STATEMENTS:
        return True
    before = text.text_before(span.start)
    last_of_ours, last_of_others = before.rfind(BRAND_WORD), before.rfind(OTHER_WORD)
    if last_of_ours < 0 and last_of_others < 0:
        return sentence.find(BRAND_WORD) < sentence.find(OTHER_WORD)
    between = before[min(last_of_ours, last_of_others) + len(OTHER_WORD) : max(last_of_ours, last_of_others)]
    return last_of_ours > last_of_others or (last_of_ours >= 0 and _JOINS.fullmatch(between) is not None)
