"""Writes the posts of the sample source: chooses scenes and fills in templates."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple, TypeVar

from monitor.model import Sentiment
from monitor.sources._sample_texts import (
    MICRO,
    REVIEW,
    TALK,
    Asides,
    Headline,
    Language,
    SampleIncident,
    SampleTexts,
    Scene,
)
from monitor.sources._sample_typing import typed

T = TypeVar("T")

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_BEFORE_VOWEL = {
    "en": (re.compile(r"\b(a) (?=acme|initech|invoice)", re.IGNORECASE), r"\1n "),
    "fr": (re.compile(r"\b(d|qu)e (?=acme|initech)", re.IGNORECASE), r"\1'"),
    "es": (re.compile(r"\by (?=initech)", re.IGNORECASE), "e "),
}
"""Language -> words that change before some brands, and how."""
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z](?![a-z]*[.@])")
_ELAPSED = {
    10: "10 minutes", 20: "20 minutes", 30: "half an hour", 45: "45 minutes", 60: "an hour", 90: "an hour and a half",
    120: "two hours", 180: "three hours", 240: "four hours", 300: "five hours", 360: "six hours",
}  # fmt: skip
"""Minutes of an incident -> the time as people write it."""
_MOODS = {Sentiment.POSITIVE: "praise", Sentiment.NEUTRAL: "question", Sentiment.NEGATIVE: "complaint"}
"""The mood of scenes that state none."""
_NO_ASIDES = Asides()
_SATURDAY = 5
_PRODUCTS = ("router", "fibre", "mobile", "mesh", "price")


class Site(NamedTuple):
    """A fictional site."""

    name: str
    host: str
    kind: str
    weight: int
    """How many of a hundred posts are published there."""


class Draft(NamedTuple):
    """A post without a time and an id."""

    text: str
    title: str
    author: str
    site: Site
    lang: str
    truths: Mapping[str, Sentiment]
    """Brand that it names -> what a person would say of its sentiment towards that brand."""


class Moment(NamedTuple):
    """The time of a post, and what is going wrong then."""

    at: datetime
    troubled: frozenset[str] = frozenset()
    """The brands that have an incident."""
    elapsed: float = 0.0
    """Minutes since the start of the incident that the post is about."""


class _Content(NamedTuple):
    """What a post says, before it is typed."""

    parts: Sequence[str]
    title: str
    truth: Sentiment
    other_truth: Sentiment | None


SOCIAL_SITES = (
    Site("Chirrup", "chirrup.example", MICRO, 38),
    Site("Tidepool", "tidepool.example", MICRO, 15),
    Site("Harbour Forum", "forum.harbour.example", TALK, 15),
    Site("r/wires_and_woes", "threadly.example", TALK, 10),
    Site("r/frugal_signal", "threadly.example", TALK, 6),
    Site("r/tea_and_homelabs", "threadly.example", TALK, 6),
    Site("Ratewell", "ratewell.example", REVIEW, 10),
)
NEWS_SITES = (
    Site("Northgate Chronicle", "chronicle.example", TALK, 30),
    Site("The Daily Ledger", "ledger.example", TALK, 25),
    Site("Bytes & Biscuits", "biscuits.example", TALK, 20),
    Site("Valley Post", "valleypost.example", TALK, 15),
    Site("Harbour Radio", "radio.harbour.example", TALK, 10),
)
_OTHER_BRAND_WEIGHTS = {"Acme": 2, "Globex": 5, "Initech": 2}
"""Brand -> weight with which it is chosen as the second brand of a post, such as the one that people leave."""
FOREIGN_SHARE, LONG_REVIEW_SHARE = 0.12, 0.002
"""Shares of posts in other languages, and of very long reviews."""


class SampleWriter:
    """Writes posts with the random numbers of ``rng``: the same state of ``rng`` always results in the same post."""

    def __init__(self, texts: SampleTexts, rng: random.Random) -> None:
        self._texts, self._rng = texts, rng

    def chance(self, share: float) -> bool:
        """True with the probability ``share``."""
        return self._rng.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``, with equal chances."""
        # only Random.random() returns the same numbers on every version of Python
        return choices[int(self._rng.random() * len(choices))]

    def pick_weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys, with chances in proportion to their weights."""
        *sums, total = accumulate(weights.values())
        point = self._rng.random() * total
        return list(weights)[sum(point >= s for s in sums)]

    def brand(self) -> str:
        """The brand of a post."""
        return self.pick_weighted({name: brand.share for name, brand in self._texts.brands.items()})

    def post(self, brand: str, moment: Moment) -> Draft:
        """An everyday post about ``brand``, or about it and another brand."""
        if self.chance(FOREIGN_SHARE):
            code = self.pick_weighted({code: language.weight for code, language in self._texts.languages.items()})
            return self._scene_post(code, self._texts.languages[code].scenes, brand, moment)
        if self.chance(LONG_REVIEW_SHARE):
            return self._long_review(brand, moment)
        mood = self.pick_weighted(self._texts.brands[brand].moods)
        scenes = [scene for scene in self._texts.english.scenes if scene.mood == mood]
        return self._scene_post("en", scenes, brand, moment)

    def incident_post(self, brand: str, incident: SampleIncident, moment: Moment) -> Draft:
        """A post about ``brand`` during ``incident``."""
        scenes = [scene for scene in incident.scenes if scene.since <= moment.elapsed < scene.until]
        return self._scene_post("en", scenes, brand, moment)

    def article(self, headline: Headline) -> Draft:
        """A news article."""
        site = self.pick_weighted({site: site.weight for site in NEWS_SITES})
        text = f"{headline.text}. {self.pick(headline.details)}"
        return Draft(text, headline.text, site.name, site, "en", headline.truths)

    def shared_headline(self, headline: Headline) -> Draft:
        """A post that shares a headline."""
        site = self._site([MICRO])
        comment = self.pick(self._texts.comments)
        form = self.pick((headline.text, headline.text, f"RT @{self.handle()}: {headline.text}"))
        return Draft(f"{comment} {form}".strip(), "", self.handle(), site, "en", headline.truths)

    def other_brand(self, brand: str) -> str:
        """A second brand for a post about ``brand``."""
        return self.pick_weighted({name: weight for name, weight in _OTHER_BRAND_WEIGHTS.items() if name != brand})

    def fill(self, template: str, brand: str, other: str, lang: str = "en", moment: Moment | None = None) -> str:
        """``template`` with alternatives chosen and slots filled. A slot that occurs twice gets the same words."""
        template = _ALTERNATIVES.sub(lambda found: self.pick(found[1].split("|")), template)
        language = self._language(lang)
        template = self._with_synonyms(template, language)
        slots = {name: self.pick(words) for name, words in language.slots.items() if "{" + name + "}" in template}
        slots |= self._texts.brands[brand].facts
        slots |= {f"o{name}": self._texts.brands[other].facts[name] for name in _PRODUCTS}
        slots |= self._time_slots(language, moment) if moment else {}
        text = template.format(b=brand, o=other, **slots)
        pattern, replacement = _BEFORE_VOWEL.get(lang, (None, ""))
        return pattern.sub(replacement, text) if pattern else text

    def _with_synonyms(self, text: str, language: Language) -> str:
        if not language.synonyms:
            return text
        groups = {word: group for group in language.synonyms for word in group}
        pattern = re.compile(rf"(?<![\w'])(?:{'|'.join(sorted(groups, key=len, reverse=True))})(?![\w'])")
        return pattern.sub(lambda found: self.pick(groups[found[0]]), text)

    def handle(self) -> str:
        """The name of an account."""
        name = self.pick(self._texts.handle_starts) + self.pick(("", "_", "")) + self.pick(self._texts.handle_ends)
        return f"{name}{int(self._rng.random() * 90) + 7}" if self.chance(0.3) else name

    def _scene_post(self, lang: str, scenes: Iterable[Scene], brand: str, moment: Moment) -> Draft:
        scene = self._scene(scenes, brand, moment)
        site = self._site([where for where in scene.where if scene.titles or where == MICRO])
        is_micro, mood = site.kind == MICRO, scene.mood or _MOODS[scene.truth]
        parts = [self.pick([main for main in scene.mains if is_micro or not main.startswith("{at}")])]
        for share in (0.65, 0.25) if is_micro else (0.85, 0.5):
            if scene.more and self.chance(share) and (part := self.pick(scene.more)) not in parts:
                parts.append(part)
        if scene.ends and self.chance(0.35 if is_micro else 0.5):
            parts.append(self.pick(scene.ends))
        elif site.kind != REVIEW and scene.more:
            parts = self._with_asides(parts, self._language(lang).asides.get(mood, _NO_ASIDES))
        title = "" if is_micro else self.pick(scene.titles)
        content = _Content([part for part in parts if part], title, scene.truth, scene.other_truth)
        return self._draft(content, brand, site, lang, mood, moment)

    def _with_asides(self, parts: list[str], asides: Asides) -> list[str]:
        """``parts``, perhaps with something said before or after. A post to a help account begins with its name."""
        if asides.before and self.chance(0.25) and not parts[0].startswith("{at}"):
            return [self.pick(asides.before), *parts]
        return [*parts, self.pick(asides.after)] if asides.after and self.chance(0.5) else parts

    def _language(self, code: str) -> Language:
        return self._texts.english if code == "en" else self._texts.languages[code]

    def _scene(self, scenes: Iterable[Scene], brand: str, moment: Moment) -> Scene:
        possible = [
            scene
            for scene in scenes
            if scene.hours[0] <= moment.at.hour <= scene.hours[1] and not (scene.is_steady and brand in moment.troubled)
        ]
        return possible[self.pick_weighted({n: scene.weight for n, scene in enumerate(possible)})]

    def _draft(self, content: _Content, brand: str, site: Site, lang: str, mood: str, moment: Moment) -> Draft:
        other = self.other_brand(brand)
        template = "\n".join((content.title, _joined(content.parts)))
        title, _, text = self.fill(template, brand, other, lang, moment).partition("\n")
        truths = self._truths(f"{title} {text}", brand, other, content.truth, content.other_truth)
        is_english = lang == "en"
        if site.kind != MICRO and is_english:
            title, text = _capitalised(title), _capitalised(text)
        if site.kind != REVIEW:
            is_micro, tag = site.kind == MICRO, self._texts.brands[brand].facts["tag"]
            style = (mood, tag) if is_micro else ("", "")
            text = typed(text, *style, is_english, self.chance, self.pick)
        author = self.pick(self._texts.reviewers) if site.kind == REVIEW else self.handle()
        return Draft(text, title, author, site, lang, truths)

    def _long_review(self, brand: str, moment: Moment) -> Draft:
        review = self._texts.long_review
        first, *others = review.paragraphs
        chosen = [first, *(paragraph for paragraph in others if self.chance(0.8))]
        content = _Content(["\n\n".join(chosen)], self.pick(review.titles), review.truth, Sentiment.NEGATIVE)
        return self._draft(content, brand, self._site([REVIEW]), "en", "", moment)

    def _site(self, kinds: Sequence[str]) -> Site:
        return self.pick_weighted({site: site.weight for site in SOCIAL_SITES if site.kind in kinds})

    def _time_slots(self, language: Language, moment: Moment) -> dict[str, str]:
        hour, weekday = moment.at.hour, moment.at.weekday()
        slots = {"elapsed": _ELAPSED[max(n for n in _ELAPSED if n <= max(10, moment.elapsed))]}
        if language.parts_of_day:
            slots["part"] = language.parts_of_day[0 if hour < 8 else 1 if hour < 13 else 2 if hour < 19 else 3]
        if language.weekdays:
            slots["today"] = language.weekdays[weekday]
            slots["day"] = language.weekdays[(weekday - 2 - int(self._rng.random() * 3)) % 7]
            soon = [(weekday + days) % 7 for days in range(2, 7)]
            slots["next"] = language.weekdays[self.pick([day for day in soon if day < _SATURDAY])]
        return slots

    def _truths(
        self, text: str, brand: str, other: str, truth: Sentiment, other_truth: Sentiment | None
    ) -> dict[str, Sentiment]:
        truths = {brand: truth}
        if other.lower() in text.lower():
            if other_truth is None and truth is not Sentiment.NEUTRAL:
                raise LookupError(f"without a truth for the other brand: {text}")
            truths[other] = other_truth or Sentiment.NEUTRAL
        return truths


def _joined(parts: Sequence[str]) -> str:
    """Sentences in a row. A full stop ends one that would run into the next, but not into a hashtag or an emoji."""
    text = parts[0]
    for part in parts[1:]:
        if text.endswith((",", " but")) and part[1:2].islower():
            part = part[0].lower() + part[1:]
        is_sentence = part[0].isascii() or part[0].isalpha()
        runs_on = text.endswith((*".!?…。:,", " but")) or not is_sentence or part[0] == "#"
        text += (" " if runs_on else ". ") + part
    return text


def _capitalised(text: str) -> str:
    """With capitals at the start of sentences."""
    return _SENTENCE_START.sub(lambda start: start[0].upper(), text)
