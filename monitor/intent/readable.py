"""Where the phrase that raises an intent ends for a reader: not on "for the", and not before "not working"."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.model import IntentPhrase

MAX_ADDED = 3
"""Words that are added to a phrase that needs them."""
MAX_CHARS = 70
"""Of a phrase with added words."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_NEXT_WORD = re.compile(r"[ \t]+([^\W_]+(?:['\u2019.-][^\W_]+)*)(?=[^\w#@]|\Z)")
_VERBS_WITH_ON = frozenset(("come", "coming", "going", "goes", "go", "log", "check", "checked", "turn", "hang"))
"""Words with which "on" and "in" are one verb."""


_DENIALS = frozenset(
    (
        *("no", "not", "never", "still", "don't", "dont", "doesn't", "didn't", "won't", "wont", "can't", "cant"),
        *("cannot", "couldn't", "isn't", "wasn't", "aren't", "haven't", "hasn't", "hadn't"),
        *("kein", "keine", "keinen", "keiner", "aucun", "aucune", "sans", "ning\xfan", "ninguna", "sin"),
    )
)
"""Without these, a phrase would say the opposite."""


class _Ends(NamedTuple):
    """Words on which a phrase does not end in a language."""

    cut: frozenset[str]
    """Are left out."""
    completed: frozenset[str]
    """Need the next word, because without them the phrase would say something else."""


def _ends(cut: str, completed: str) -> _Ends:
    return _Ends(frozenset(cut.split()), frozenset(completed.split()))


_BY_LANGUAGE = {
    "en": _ends(
        "for with at from by about into since until than as and or but because if that when while the a an in on this "
        "these those so which who",
        "of to no my our your their its his not don't dont doesn't didn't won't wont can't cant cannot couldn't isn't "
        "wasn't aren't haven't hasn't hadn't never still why is are was were do does did has had will would could "
        "should can i you we they u it's i'm very really just even being been be customer there",
    ),
    "de": _ends(
        "f\xfcr von bei zum zur im am seit bis ohne durch der die das den dem des ein eine einen einem einer eines "
        "und oder aber weil dass wenn als in",
        "kein keine keinen keiner mein meine meinen meiner unser unsere unseren euer eure euren zu sehr",
    ),
    "fr": _ends(
        "pour avec chez de du des le la les un une et ou mais que qui \xe0 au aux dans sur par en parce car ce "
        "cet cette",
        "mon ma mes notre nos votre vos aucun aucune tr\xe8s sans ne je vous",
    ),
    "es": _ends(
        "para con de del el la los las un una y o pero porque que a al en por desde hasta este esta",
        "mi mis nuestro nuestra su sus ning\xfan ninguna no muy sin me nos",
    ),
}  # fmt: skip


def readable(phrase: IntentPhrase, body: str, lang: str) -> IntentPhrase:
    """``phrase`` with an end on which a reader would stop. ``lang`` is an ISO 639-1 code."""
    ends = _BY_LANGUAGE.get(lang)
    words = [match.span() for match in _WORD.finditer(body, phrase.start, phrase.end)] if ends else []
    if len(words) < 2 or not ends:
        return phrase
    kept = _without_cut_words(body, words, ends.cut)
    if _needs_more(body, words[:kept], ends):
        if end := _completed_end(body, phrase, words[-1][1], ends):
            return phrase._replace(end=end)
        kept = _without_cut_words(body, words[:kept], ends.cut | (ends.completed - _DENIALS))
        if kept == 1 and _word(body, words[0]) in ends.completed:
            return phrase
    return phrase._replace(end=words[kept - 1][1]) if kept < len(words) else phrase


def _needs_more(body: str, words: list[tuple[int, int]], ends: _Ends) -> bool:
    last = _word(body, words[-1])
    return last in ends.completed or (last == "soon" and len(words) > 1 and _word(body, words[-2]) == "as")


def _word(body: str, span: tuple[int, int]) -> str:
    return body[span[0] : span[1]].lower().replace("\u2019", "'")


def _without_cut_words(body: str, words: list[tuple[int, int]], cut: frozenset[str]) -> int:
    """How many of ``words`` are left, at least one."""
    kept = len(words)
    while kept > 1 and (last := _word(body, words[kept - 1])) in cut:
        if last in ("on", "in") and _word(body, words[kept - 2]) in _VERBS_WITH_ON:
            break
        kept -= 1
    return kept


def _completed_end(body: str, phrase: IntentPhrase, end: int, ends: _Ends) -> int:
    """The end of the first following word on which a phrase may end; 0 if the clause ends before it."""
    for _ in range(MAX_ADDED):
        following = _NEXT_WORD.match(body, end)
        if following is None or following.end(1) - phrase.start > MAX_CHARS:
            return 0
        end = following.end(1)
        if _word(body, following.span(1)) not in ends.cut | ends.completed:
            return end
    return 0
