"""Writes sample posts. The same random numbers result in the same posts on every version of Python."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeVar

from monitor.sources._sample_phrases import IncidentPhrases, Phrases

T = TypeVar("T")

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?]) ")
_BRAND_SLOTS = re.compile(r"\{(?:b|p|o|q|at)\}")
_ARTICLE_BEFORE_VOWEL = re.compile(r"\ba (?=Acme|Initech)")
_LOWER_CASE_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")


class Site(NamedTuple):
    """A fictional site."""

    name: str
    host: str
    has_titles: bool
    weight: int
    """How many of a hundred posts are published there."""


class Draft(NamedTuple):
    """A post without a time and an id."""

    text: str
    title: str
    author: str
    site: Site
    lang: str


REVIEW_SITE = Site("Ratewell", "ratewell.example", True, 9)
SOCIAL_SITES = (
    Site("Chirrup", "chirrup.example", False, 38),
    Site("Tidepool", "tidepool.example", False, 15),
    Site("Harbour Forum", "forum.harbour.example", True, 13),
    Site("r/wires_and_woes", "threadly.example", True, 9),
    Site("r/frugal_signal", "threadly.example", True, 5),
    Site("r/tea_and_homelabs", "threadly.example", True, 4),
    REVIEW_SITE,
    Site("FixIt Exchange", "fixit.example", True, 7),
)
NEWS_SITES = (
    Site("Northgate Chronicle", "chronicle.example", True, 30),
    Site("The Daily Ledger", "ledger.example", True, 25),
    Site("Bytes & Biscuits", "biscuits.example", True, 20),
    Site("Valley Post", "valleypost.example", True, 15),
    Site("Harbour Radio", "radio.harbour.example", True, 10),
)

BRAND_SHARES = {"Acme": 45, "Globex": 34, "Initech": 21}
"""Brand -> share of the posts in percent."""
_OTHER_BRAND_WEIGHTS = {"Acme": 1, "Globex": 5, "Initech": 2}
"""Brand -> weight with which it is chosen as the second brand of a post, such as the one that people leave."""
_MOOD_SHARES = {
    "Acme": {"praise": 40, "complaint": 9, "sarcasm": 3, "question": 13, "switching": 12, "comparison": 7, "price": 7},
    "Globex": {"praise": 9, "complaint": 36, "sarcasm": 9, "question": 10, "switching": 5, "comparison": 5, "price": 8},
    "Initech": {
        "praise": 36,
        "complaint": 10,
        "sarcasm": 4,
        "question": 16,
        "switching": 7,
        "comparison": 7,
        "price": 7,
    },
}
"""Brand -> moods of its English posts in percent; the rest is "plain"."""
FOREIGN_SHARE, REVIEW_SHARE, SHORT_SHARE = 0.13, 0.004, 0.1
"""Shares of posts in other languages, of very long reviews, and of posts of a few words."""
DETAIL_CHANCE, ASIDE_CHANCE, OMISSION_CHANCE = 0.9, 0.45, 0.6
"""Chances that a post gets another sentence, that this is an aside, and that one of its sentences is left out."""


class SampleWriter:
    """Writes posts with the random numbers of ``rng``: the same state of ``rng`` always results in the same post."""

    def __init__(self, phrases: Phrases, rng: random.Random) -> None:
        self._phrases, self._rng = phrases, rng

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

    def post(self, brand: str) -> Draft:
        """A post about ``brand``, or about it and another brand."""
        if self.chance(FOREIGN_SHARE):
            return self._foreign_post(brand)
        if self.chance(REVIEW_SHARE):
            return self._review(brand)
        shares = _MOOD_SHARES[brand]
        mood = self.pick_weighted({**shares, "plain": 100 - sum(shares.values())})
        phrases = self._phrases.moods[mood]
        if self.chance(SHORT_SHARE):
            text = self.fill(self.pick(phrases.short), brand)
            return Draft(text, "", self.handle(), self._site(has_titles=False), "en")
        return self._english_post(self.pick(phrases.templates), brand, mood)

    def incident_post(self, brand: str, incident: IncidentPhrases) -> Draft:
        """A post about ``brand`` during ``incident``."""
        return self._english_post(self.pick(incident.posts), brand, "complaint")

    def article(self, headline: str) -> Draft:
        """A news article. Each one adds another sentence to the headline."""
        site = self.pick_weighted({site: site.weight for site in NEWS_SITES})
        details = self.fill(self.pick(self._phrases.article_details), "Acme")
        return Draft(f"{headline}. {details}", headline, site.name, site, "en")

    def shared_headline(self, headline: str) -> Draft:
        """A post that shares a headline."""
        site = self._site(has_titles=False)
        comment = self.pick(self._phrases.comments)
        emoji = self.pick(self._phrases.emoji["plain"])
        forms = (headline, f"{headline} {emoji}", f"RT @{self.handle()}: {headline}")
        text = f"{comment} {self.pick(forms)}".strip()
        return Draft(text, "", self.handle(), site, "en")

    def fill(self, template: str, brand: str) -> str:
        """``template`` with alternatives chosen and slots filled. A slot that occurs twice gets the same words."""
        phrases = self._phrases
        other = self.pick_weighted({name: weight for name, weight in _OTHER_BRAND_WEIGHTS.items() if name != brand})
        template = _ALTERNATIVES.sub(lambda found: self.pick(found[1].split("|")), template)
        slots = {name: self.pick(choices) for name, choices in phrases.slots.items() if "{" + name + "}" in template}
        return template.format(
            b=brand,
            o=other,
            p=self.pick(phrases.products[brand]),
            q=self.pick(phrases.products[other]),
            at=phrases.help_accounts[brand],
            **slots,
        )

    def handle(self) -> str:
        """The name of an account."""
        name = self.pick(self._phrases.handle_starts) + self.pick(("", "_", "")) + self.pick(self._phrases.handle_ends)
        return f"{name}{int(self._rng.random() * 90) + 7}" if self.chance(0.3) else name

    def _site(self, has_titles: bool | None = None) -> Site:
        """A social site, with or without titles if ``has_titles`` is given."""
        sites = [site for site in SOCIAL_SITES if has_titles in (None, site.has_titles)]
        return self.pick_weighted({site: site.weight for site in sites})

    def _author(self, site: Site) -> str:
        return self.pick(self._phrases.display_names) if site == REVIEW_SITE else self.handle()

    def _english_post(self, template: str, brand: str, mood: str) -> Draft:
        site = self._site()
        text = self._with_synonyms(_capitalise(self.fill(self._with_details(template, mood), brand)))
        text = self._casual(text, brand, mood, site)
        titles = self._phrases.moods["complaint" if mood == "sarcasm" else mood].titles
        title = _capitalise(self.fill(self.pick(titles), brand)) if site.has_titles and self.chance(0.8) else ""
        return Draft(text, title, self._author(site), site, "en")

    def _with_details(self, template: str, mood: str) -> str:
        """``template`` with up to three more sentences. Long templates get more of them."""
        parts = [self._shortened(template)]
        while len(parts) < 4:
            is_short = len(parts) * 70 < len(template) + 70
            if not self.chance(DETAIL_CHANCE if is_short else DETAIL_CHANCE / 3):
                break
            part = self.pick(self._phrases.asides if self.chance(ASIDE_CHANCE) else self._phrases.moods[mood].details)
            parts += [part] if part not in parts else []
        return " ".join(parts)

    def _shortened(self, template: str) -> str:
        """``template``, sometimes without one of its sentences that name no brand."""
        sentences = _SENTENCE_BREAK.split(template)
        if len(sentences) < 3 or not self.chance(OMISSION_CHANCE):
            return template
        omitted = 1 + int(self._rng.random() * (len(sentences) - 1))
        return " ".join(s for n, s in enumerate(sentences) if n != omitted or _BRAND_SLOTS.search(s))

    def _with_synonyms(self, text: str) -> str:
        return self._phrases.replaceable.sub(lambda found: self.pick(self._phrases.synonyms[found[0]]), text)

    def _foreign_post(self, brand: str) -> Draft:
        lang = self.pick_weighted({code: language.weight for code, language in self._phrases.languages.items()})
        phrases, site = self._phrases.languages[lang], self._site(has_titles=False)
        template = self.pick(phrases.templates)
        for share in (DETAIL_CHANCE, DETAIL_CHANCE / 2, DETAIL_CHANCE / 3):
            part = self.pick(phrases.details)
            if self.chance(share) and part not in template:
                template = f"{template} {part}"
        return Draft(self.fill(template, brand), "", self.handle(), site, lang)

    def _review(self, brand: str) -> Draft:
        """A very long review."""
        site = self._site(has_titles=True)
        paragraphs: list[str] = []
        length = 4 + int(self._rng.random() * 4)
        while len(paragraphs) < length:
            paragraph = self.pick(self._phrases.review_paragraphs)
            paragraphs += [paragraph] if paragraph not in paragraphs else []
        text = "\n\n".join(self._with_synonyms(_capitalise(self.fill(paragraph, brand))) for paragraph in paragraphs)
        title = _capitalise(self.fill(self.pick(self._phrases.review_titles), brand))
        return Draft(text, title, self._author(site), site, "en")

    def _casual(self, text: str, brand: str, mood: str, site: Site) -> str:
        """``text`` with quirks of casual posts: openers, closers, lower case, emoji, hashtags."""
        if self.chance(0.15):
            text = self._with_opener(self.pick(self._phrases.openers), text)
        if self.chance(0.12):
            text = f"{text} {self.pick(self._phrases.closers)}"
        if site.has_titles:
            return text
        if self.chance(0.14):
            text = text.lower()
        if self.chance(0.15):
            text = text.rstrip(".")
        if self.chance(0.22):
            emoji = self.pick(self._phrases.emoji.get(mood, self._phrases.emoji["plain"]))
            text += " " + emoji * self.pick((1, 1, 1, 2, 3))
        return f"{text} #{brand.lower()}" if self.chance(0.08) else text

    def _with_opener(self, opener: str, text: str) -> str:
        """``opener`` followed by ``text``, which begins in lower case if it continues the opener's sentence."""
        first_word = re.split(r"[^A-Za-z]", text, maxsplit=1)[0]
        names = {"I", "", "TV", *BRAND_SHARES, *self._phrases.slots["person"]}
        continues = opener[-1] not in ".:" and first_word not in names
        return f"{opener} {text[:1].lower() + text[1:] if continues else text}"


def _capitalise(text: str) -> str:
    """``text`` with capitals at the start of sentences and "an" before vowels, which filled slots may lack."""
    return _LOWER_CASE_START.sub(lambda start: start[0].upper(), _ARTICLE_BEFORE_VOWEL.sub("an ", text))
