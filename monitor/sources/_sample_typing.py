"""How people type: lower case, missing apostrophes and full stops, typos, emoji, hashtags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

Chance = Callable[[float], bool]
Pick = Callable[[Sequence[str]], str]

EMOJI: Mapping[str, Sequence[str]] = {
    "praise": ("😍", "🎉", "👏", "🙌", "💚", "😊", "👍", "🙏"),
    "complaint": ("😡", "🤦", "💀", "😤", "🙄", "😭", "👎", "🐌"),
    "irony": ("🙃", "🙄", "👏", "🤡"),
    "plain": ("🤔", "👀", "🤷", "📶", "☕"),
}
"""Mood -> its emoji; "plain" for all others."""
TAILS: Mapping[str, Sequence[str]] = {
    "praise": ("tbh", "ngl", "honestly", "!!", "xx"),
    "complaint": ("smh", "ffs", "seriously", "...", "!!", "honestly"),
    "irony": ("lol", "...", "haha"),
    "plain": ("lol", "...", "tho"),
}
"""Mood -> what people add to a short post. Other moods have none."""
_MISSPELLED = {
    "definitely": "definately", "received": "recieved", "receive": "recieve", "separate": "seperate", "weird": "wierd",
    "their": "thier", "because": "becuase", "until": "untill", "really": "realy", "apology": "appology",
    "appointment": "apointment", "immediately": "immediatly", "address": "adress", "customer": "custoemr",
    "the": "teh", "just": "jsut", "with": "wiht", "again": "agian", "nobody": "noboby", "waiting": "wating",
    "working": "workign", "support": "suport", "believe": "beleive", "engineer": "enginner", "router": "ruoter",
    "nicht": "nciht", "wieder": "weider", "vielleicht": "vieleicht", "toujours": "toujour", "porque": "proque",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_SHORTER = {"you": "u", "please": "pls", "because": "cos", "right now": "rn", "tomorrow": "tmrw", "thanks": "thx"}


def typed(text: str, mood: str, tag: str, is_english: bool, chance: Chance, pick: Pick) -> str:
    """A post as somebody types it, perhaps with an emoji and, if ``tag`` is given, a hashtag."""
    if is_english and chance(0.08) and mood in TAILS and len(text) < 120:
        text = _with_tail(text, pick(TAILS[mood]))
    if chance(0.3):
        text = _hasty(text, is_english, chance)
    if chance(0.06):
        text = _misspelled(text, pick)
    if chance(0.25):
        text = text.rstrip(".")
    if chance(0.12) and text[-1].isalnum():
        text += " " + pick(EMOJI.get(mood, EMOJI["plain"]))
    if tag and chance(0.06) and f"#{tag}" not in text:
        text += f" #{tag}"
    return text


def _with_tail(text: str, tail: str) -> str:
    text = text.rstrip(".")
    if not text[-1].isalnum():
        return text
    return text + tail if not tail[0].isalpha() else f"{text} {tail}"


def _hasty(text: str, is_english: bool, chance: Chance) -> str:
    """Without capitals, and without some of the signs that are hard to reach on a phone."""
    text = text.lower()
    if is_english and chance(0.5):
        text = re.sub(r"(?<=\w)'(?=(?:t|s|m|re|ve|ll|d)\b)", "", text)
    if is_english and chance(0.3):
        text = re.sub(rf"\b(?:{'|'.join(_SHORTER)})\b", lambda found: _SHORTER[found[0]], text)
    if chance(0.3):
        text = re.sub(r"(?<=\w)[,;](?= )", "", text)
    return text


def _misspelled(text: str, pick: Pick) -> str:
    """``text`` with one typo, if it has a word that people mistype."""
    words = [found for found in _WORD.finditer(text) if found[0] in _MISSPELLED]
    if not words:
        return text
    start = int(pick([str(found.start()) for found in words]))
    word = next(found[0] for found in words if found.start() == start)
    return text[:start] + _MISSPELLED[word] + text[start + len(word) :]
