"""Kind: complaints in neutral words, where a customer writes to the brand.

"I was told to call, tried twice, and paid for it" has no word of mood. Each kind of hint counts once: refusals ("not",
"can't"), reproaches ("why", "should"), reports ("was told"), attempts ("tried", "called"), waiting, money, faults. Two
kinds make a complaint, one does not. "Still" before praise is none: "still love it". Cost: neutral requests that tell a
long story are called complaints.
"""

from __future__ import annotations

from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.tokenized_text import TokenizedText

HINT_VALENCES = {
    "refusal": -0.35,
    "reproach": -0.3,
    "report": -0.3,
    "attempt": -0.3,
    "waiting": -0.3,
    "money": -0.3,
    "fault": -0.3,
}
MIN_KINDS = 2
MIN_KINDS_UNADDRESSED = 3
"""In a text that does not address the brand, but in which a customer speaks."""
FIRST_PERSON = word_set("i my me we our us i'm i've mine")


def hinted_complaint(text: TokenizedText, *, is_addressed: bool) -> tuple[float, list[tuple[int, int]]]:
    """The sum of the hints' valences and first and last token of one hint per kind; 0 if there are too few kinds."""
    found = _without_lasting_praise(text)
    if len(found) < (MIN_KINDS if is_addressed else MIN_KINDS_UNADDRESSED):
        return 0.0, []
    if not is_addressed and FIRST_PERSON.isdisjoint(entry.word for entry in text.entries):
        return 0.0, []
    return sum(HINT_VALENCES[kind] for kind in found), sorted(hints[0] for hints in found.values())


def _without_lasting_praise(text: TokenizedText) -> dict[str, list[tuple[int, int]]]:
    """The hints of ``text`` without each "still" that praise follows: "and I still grin"."""
    waiting = text.hints.get("waiting", ())
    if not any(text.words[first] == "still" for first, _ in waiting):
        return text.hints
    praise = {one.first for one in text.valences if one.valence > 0}
    kept = [one for one in waiting if text.words[one[0]] != "still" or praise.isdisjoint((one[0] + 1, one[0] + 2))]
    others = {kind: found for kind, found in text.hints.items() if kind != "waiting"}
    return others | ({"waiting": kept} if kept else {})
