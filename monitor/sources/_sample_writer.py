"""Writes made-up posts. The same random numbers give the same words, on every version of Python."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeVar

from monitor.sources import _sample_news as news
from monitor.sources import _sample_words as words
from monitor.sources._sample_abroad import ABROAD, ADDED
from monitor.sources._sample_lines import ASIDES, LINES, SHORT
from monitor.sources._sample_more import MORE, MORE_TONGUES, OTHER_WORDS
from monitor.sources._sample_tongues import TONGUES, WEIGHTS

T = TypeVar("T")

_REWORDABLE = re.compile(rf"\b(?:{'|'.join(OTHER_WORDS)})\b")
_EITHER = re.compile(r"\[([^\[\]]*)\]")
_BREAK = re.compile(r"(?<=[.!?]) ")
_NAMES = re.compile(r"\{(?:b|p|o|q|at)\}")
_ARTICLE = re.compile(r"\ba (?=Acme|Initech)")
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")


class Site(NamedTuple):
    """A made-up place. ``titled``: posts there have titles; ``weight``: how many of a hundred posts it has."""

    name: str
    host: str
    titled: bool
    weight: int


class Draft(NamedTuple):
    """A post without a time and a name."""

    text: str
    title: str
    author: str
    site: Site
    lang: str


TALK = (
    Site("Chirrup", "chirrup.example", False, 38),
    Site("Tidepool", "tidepool.example", False, 15),
    Site("Harbour Forum", "forum.harbour.example", True, 13),
    Site("r/wires_and_woes", "threadly.example", True, 9),
    Site("r/frugal_signal", "threadly.example", True, 5),
    Site("r/tea_and_homelabs", "threadly.example", True, 4),
    Site("Ratewell", "ratewell.example", True, 9),
    Site("FixIt Exchange", "fixit.example", True, 7),
)
PRESS = (
    Site("Northgate Chronicle", "chronicle.example", True, 30),
    Site("The Daily Ledger", "ledger.example", True, 25),
    Site("Bytes & Biscuits", "biscuits.example", True, 20),
    Site("Valley Post", "valleypost.example", True, 15),
    Site("Harbour Radio", "radio.harbour.example", True, 10),
)

BRANDS = {"Acme": 45, "Globex": 34, "Initech": 21}
_OTHERS = {"Acme": 1, "Globex": 5, "Initech": 2}
"""Brand -> how often it is the other one, such as the one that people leave."""
_MIX = {
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
"""Brand -> of a hundred posts in English, how many are what; the rest says nothing much."""
_TEMPLATES = {
    mood: (*old, *LINES[mood])
    for mood, old in {
        "praise": words.PRAISE,
        "complaint": words.COMPLAINTS,
        "sarcasm": words.SARCASM,
        "question": words.QUESTIONS,
        "switching": words.SWITCHING,
        "comparison": words.COMPARISONS,
        "price": words.PRICE,
        "plain": words.PLAIN,
    }.items()
}
_TONGUES = {lang: (*old, *ABROAD.get(lang, ())) for lang, old in TONGUES.items()}
_ADDED = {lang: (*old, *ADDED.get(lang, ())) for lang, old in MORE_TONGUES.items()}
_FOREIGN, _LONG, _HASTY, _SAYS_MORE, _ASIDE, _LEAVES_OUT = 0.13, 0.004, 0.1, 0.9, 0.45, 0.6


class Writer:
    """Writes with the numbers of ``rng``; a given state of it always leads to the same post."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def chance(self, share: float) -> bool:
        """True in ``share`` of all cases."""
        return self._rng.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        # of all of random's methods only random() gives the same numbers on every version of Python
        return choices[int(self._rng.random() * len(choices))]

    def weigh(self, weights: Mapping[T, int]) -> T:
        """One of the keys, as likely as its weight says."""
        *sums, total = accumulate(weights.values())
        point = self._rng.random() * total
        return list(weights)[sum(point >= s for s in sums)]

    def post(self, brand: str) -> Draft:
        """What somebody says about ``brand``, or about it and another."""
        if self.chance(_FOREIGN):
            return self._foreign(brand)
        if self.chance(_LONG):
            return self._review(brand)
        mix = _MIX[brand]
        mood = self.weigh({**mix, "plain": 100 - sum(mix.values())})
        if self.chance(_HASTY):
            return Draft(self.fill(self.pick(SHORT[mood]), brand), "", self.handle(), self._place(titled=False), "en")
        return self._said(self.pick(_TEMPLATES[mood]), brand, mood)

    def outcry(self, brand: str, incident: news.Incident) -> Draft:
        """What somebody says about ``brand`` while ``incident`` lasts."""
        return self._said(self.pick(incident.voices), brand, "complaint")

    def article(self, headline: str) -> Draft:
        """How a newspaper has it; every paper adds a word of its own."""
        site = self.weigh({site: site.weight for site in PRESS})
        return Draft(f"{headline}. {self.fill(self.pick(news.DETAILS), 'Acme')}", headline, site.name, site, "en")

    def repeat(self, headline: str) -> Draft:
        """How somebody passes the news on."""
        site = self._place(titled=False)
        comment = self.pick(news.COMMENTS)
        forms = (headline, f"{headline} {self.pick(words.EMOJI['plain'])}", f"RT @{self.handle()}: {headline}")
        text = f"{comment} {self.pick(forms)}".strip()
        return Draft(text, "", self.handle(), site, "en")

    def fill(self, template: str, brand: str) -> str:
        """``template`` with its slots filled and one chosen of ``[several|some]``; a slot twice gets the same words."""
        other = self.weigh({name: weight for name, weight in _OTHERS.items() if name != brand})
        template = _EITHER.sub(lambda found: self.pick(found[1].split("|")), template)
        slots = {name: self.pick(choices) for name, choices in words.SLOTS.items() if "{" + name + "}" in template}
        return template.format(
            b=brand,
            o=other,
            p=self.pick(words.PRODUCTS[brand]),
            q=self.pick(words.PRODUCTS[other]),
            at=words.HELP[brand],
            **slots,
        )

    def handle(self) -> str:
        """A made-up account."""
        name = self.pick(words.HANDLE_STARTS) + self.pick(("", "_", "")) + self.pick(words.HANDLE_ENDS)
        return f"{name}{int(self._rng.random() * 90) + 7}" if self.chance(0.3) else name

    def _place(self, titled: bool | None = None) -> Site:
        return self.weigh({site: site.weight for site in TALK if titled in (None, site.titled)})

    def _author(self, site: Site) -> str:
        return self.pick(words.DISPLAY_NAMES) if site.name == "Ratewell" else self.handle()

    def _said(self, template: str, brand: str, mood: str) -> Draft:
        site = self._place()
        text = self._reworded(_capital(self.fill(self._longer(template, mood), brand)))
        text = self._dressed(text, brand, mood, site)
        titles = words.TITLES["complaint" if mood == "sarcasm" else mood]
        title = _capital(self.fill(self.pick(titles), brand)) if site.titled and self.chance(0.8) else ""
        return Draft(text, title, self._author(site), site, "en")

    def _longer(self, template: str, mood: str) -> str:
        """``template`` with none, one, two or three things that people add to it, the longer ones with more."""
        parts = [self._shorter(template)]
        while len(parts) < 4 and self.chance(_SAYS_MORE if len(parts) * 70 < len(template) + 70 else _SAYS_MORE / 3):
            part = self.pick(ASIDES if self.chance(_ASIDE) else MORE[mood])
            parts += [part] if part not in parts else []
        return " ".join(parts)

    def _shorter(self, template: str) -> str:
        """``template``, now and then without a sentence that names nobody."""
        sentences = _BREAK.split(template)
        if len(sentences) < 3 or not self.chance(_LEAVES_OUT):
            return template
        left = 1 + int(self._rng.random() * (len(sentences) - 1))
        kept = [s for at, s in enumerate(sentences) if at != left or _NAMES.search(s)]
        return " ".join(kept)

    def _reworded(self, text: str) -> str:
        return _REWORDABLE.sub(lambda found: self.pick(OTHER_WORDS[found[0]]), text)

    def _foreign(self, brand: str) -> Draft:
        lang = self.weigh(WEIGHTS)
        site = self._place(titled=False)
        template = self.pick(_TONGUES[lang])
        for share in (_SAYS_MORE, _SAYS_MORE / 2, _SAYS_MORE / 3):
            part = self.pick(_ADDED[lang])
            if self.chance(share) and part not in template:
                template = f"{template} {part}"
        return Draft(self.fill(template, brand), "", self.handle(), site, lang)

    def _review(self, brand: str) -> Draft:
        """A very long one."""
        site = self._place(titled=True)
        told: list[str] = []
        length = 4 + int(self._rng.random() * 4)
        while len(told) < length:
            paragraph = self.pick(words.PARAGRAPHS)
            told += [paragraph] if paragraph not in told else []
        text = "\n\n".join(self._reworded(_capital(self.fill(paragraph, brand))) for paragraph in told)
        return Draft(text, _capital(self.fill(self.pick(words.REVIEW_TITLES), brand)), self._author(site), site, "en")

    def _dressed(self, text: str, brand: str, mood: str, site: Site) -> str:
        """``text`` as hasty people type it."""
        if self.chance(0.15):
            text = _opened(self.pick(words.OPENERS), text)
        if self.chance(0.12):
            text = f"{text} {self.pick(words.CLOSERS)}"
        if site.titled:
            return text
        if self.chance(0.14):
            text = text.lower()
        if self.chance(0.15):
            text = text.rstrip(".")
        if self.chance(0.22):
            text += " " + self.pick(words.EMOJI.get(mood, words.EMOJI["plain"])) * self.pick((1, 1, 1, 2, 3))
        return f"{text} #{brand.lower()}" if self.chance(0.08) else text


def _capital(text: str) -> str:
    """``text`` with capitals where its sentences start, and "an" where it must be: slots know neither."""
    return _SENTENCE.sub(lambda start: start[0].upper(), _ARTICLE.sub("an ", text))


def _opened(opener: str, text: str) -> str:
    """``text`` behind ``opener``; it goes on in small letters where the sentence does."""
    first = re.split(r"[^A-Za-z]", text, maxsplit=1)[0]
    goes_on = opener[-1] not in ".:" and first not in {"I", "", "TV", *BRANDS, *words.SLOTS["person"]}
    return f"{opener} {text[:1].lower() + text[1:] if goes_on else text}"
