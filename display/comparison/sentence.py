"""One sentence about a comparison that a person could say aloud. It claims nothing that the intervals do not allow.

    "Globex is mentioned about 1.7 times as often as Acme, and a larger share of its mentions is negative."

What each claim needs, where [low, high] is the interval of ``volume_ratio`` or of ``SideFigures.negative``:

    more often, a little more often        low > 1; for "a little", high <= CLOSE as well
    about N times as often                 low > 1 and high / low <= MAX_SPREAD
    more than twice, three, five, ten ...  low is at least that much
    about as often                         1 / CLOSE <= low and high <= CLOSE
    a larger share is negative             low of the one > high of the other
    about the same share is negative       both intervals lie within MAX_DIFFERENCE
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from display.formatting import join_with_and, pluralize
from monitor.analysis.comparison import volume_ratio
from monitor.model.comparison import Comparison, Estimate, SideFigures

CLOSE = 1.25
MAX_SPREAD = 1.5
MAX_DIFFERENCE = 0.2
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 10: "ten"}
AT_LEAST = (
    (10, "more than ten times"),
    (5, "more than five times"),
    (3, "more than three times"),
    (2, "more than twice"),
)


def comparison_sentence(comparison: Comparison, when: Sequence[str]) -> str:
    """The sentence. ``when``: each side's range within a sentence, such as "in the last 7 days"."""
    sides = comparison.sides
    if not any(one.mentions.n for one in sides):
        return _nobody(comparison, when)
    if comparison.uneven_changes:
        return _rule_changed(comparison)
    if comparison.is_being_judged:
        return "Stored posts are being judged again by newer rules, and opinions cannot be compared until that is done."
    if len(sides) > 2:
        return _ranking(sides)
    one, other = sides
    return _brands(one, other) if comparison.is_of_brands else _times(one, other, *when)


def _nobody(comparison: Comparison, when: Sequence[str]) -> str:
    unread = ", as far as it was read" if any(one.unread.gaps for one in comparison.sides) else ""
    if comparison.is_of_brands:
        *first, last = (one.side.brand for one in comparison.sides)
        return f"Nobody wrote about {', '.join(first)} or {last} {when[0]}{unread}."
    return f"Nobody wrote about {comparison.sides[0].side.brand} {when[0]} or {when[1]}{unread}."


def _rule_changed(comparison: Comparison) -> str:
    brands = list(dict.fromkeys(change.brand for change in comparison.uneven_changes))
    rules = f"The rule of {brands[0]}" if len(brands) == 1 else f"The rules of {join_with_and(brands)}"
    if not comparison.is_of_brands:
        return f"{rules} changed, so the mentions before and after it cannot be compared."
    return f"{rules} changed in this time, so the brands cannot be compared over all of it."


def _brands(one: SideFigures, other: SideFigures) -> str:
    names = one.side.brand, other.side.brand
    if not one.mentions.n or not other.mentions.n:
        some, none = (other, one) if other.mentions.n else (one, other)
        unread = ", as far as it was read" if none.unread.gaps else ""
        return f"{some.side.brand} was mentioned {_count(some.mentions.n)} and {none.side.brand} not once{unread}."
    ratio = volume_ratio(one, other)
    if ratio.high < 1:
        one, other, ratio = other, one, _inverse(ratio)
    subject, reference = other.side.brand, one.side.brand
    if words := _more_often(ratio):
        volume = f"{subject} is mentioned {words} {'than' if words.endswith('more often') else 'as'} {reference}"
    elif is_close(ratio):
        volume = f"{subject} is mentioned about as often as {reference}"
    else:
        opinion = _opinion(
            one, other, "is", subject=f"the mentions of {subject}", reference=f"those of {reference}", is_open=True
        )
        return f"{_open(one, other)} whether {names[0]} or {names[1]} is mentioned more often{opinion}."
    return f"{volume}{_opinion(one, other, 'is', subject='its mentions', reference=f'those of {reference}')}."


def _times(now: SideFigures, before: SideFigures, when: str, earlier: str) -> str:
    """One brand over two ranges."""
    brand = now.side.brand
    if not now.mentions.n or not before.mentions.n:
        some, none = (when, earlier) if now.mentions.n else (earlier, when)
        count = _count(max(now.mentions.n, before.mentions.n))
        unread = ", as far as it was read" if (now if none == when else before).unread.gaps else ""
        return f"{brand} was mentioned {count} {some} and not once {none}{unread}."
    ratio, is_open = volume_ratio(before, now), False
    if words := _more_often(ratio):
        volume = f"{brand} was mentioned {words} {when} {'than' if words.endswith('more often') else 'as'} {earlier}"
    elif ratio.high < 1:
        volume = f"{brand} was mentioned less often {when} than {earlier}"
    elif is_close(ratio):
        volume = f"{brand} was mentioned about as often {when} as {earlier}"
    else:
        volume, is_open = f"{_open(now, before)} whether {brand} was mentioned more often {when} than {earlier}", True
    opinion = _opinion(before, now, "was", subject="its mentions", reference="those before", is_open=is_open)
    return f"{volume}{opinion}."


def _opinion(
    one: SideFigures, other: SideFigures, verb: str, *, subject: str, reference: str, is_open: bool = False
) -> str:
    """What follows about opinions of ``other``, compared with ``one``. ``is_open``: it follows what cannot be said."""
    if one.negative is None or other.negative is None:
        return "; too few of the mentions have a score to compare opinions"
    low, high = one.negative, other.negative
    if high.low > low.high:
        return f", and a larger share of {subject} {verb} negative"
    if high.high < low.low:
        return f", but a smaller share of {subject} {verb} negative"
    if max(low.high, high.high) - min(low.low, high.low) <= MAX_DIFFERENCE:
        return f", and about the same share of {subject} {verb} negative as of {reference}"
    question = f"whether more of {subject} {'are' if verb == 'is' else 'were'} negative"
    return f", or {question}" if is_open else f", and it is too close to say {question}"


def _ranking(sides: Sequence[SideFigures]) -> str:
    """Three to five brands."""
    loudest = _first(sides, lambda one, other: volume_ratio(other, one).low > 1)
    negative = _first(sides, _is_more_negative)
    group = f"Of the {NUMBERS[len(sides)]} brands"
    if loudest and negative and loudest == negative:
        return f"{group}, {loudest} is mentioned most often and has the largest share of negative mentions."
    clauses = [f"{loudest} is mentioned most often" if loudest else "none is clearly mentioned most often"]
    if negative:
        clauses.append(f"{negative} has the largest share of negative mentions")
    elif any(one.negative is None for one in sides):
        unknown = [one.side.brand for one in sides if one.negative is None]
        known = "all of them" if len(unknown) == len(sides) else join_with_and(unknown)
        clauses.append(f"too few mentions of {known} have a score to compare opinions")
    else:
        clauses.append("none clearly has the largest share of negative mentions")
    return f"{group}, {clauses[0]}, and {clauses[1]}."


def _is_more_negative(one: SideFigures, other: SideFigures) -> bool:
    return one.negative is not None and other.negative is not None and one.negative.low > other.negative.high


def _first(sides: Sequence[SideFigures], exceeds: Callable[[SideFigures, SideFigures], bool]) -> str:
    """The brand that exceeds every other; empty if none does."""
    found = (one for one in sides if all(exceeds(one, other) for other in sides if other is not one))
    return next((one.side.brand for one in found), "")


def is_close(ratio: Estimate) -> bool:
    """Whether the one is mentioned about as often as the other, at both ends of the interval."""
    return ratio.low >= 1 / CLOSE and ratio.high <= CLOSE


def _more_often(ratio: Estimate) -> str:
    """ "about 1.7 times as often", "more than twice as often", "more often"; empty if that is not certain."""
    if ratio.low <= 1:
        return ""
    if ratio.high <= CLOSE:
        return "a little more often"
    if ratio.high / ratio.low <= MAX_SPREAD:
        value = f"{ratio.value:.0f}" if ratio.value >= 9.95 else f"{ratio.value:.1f}".removesuffix(".0")
        return f"about {'twice' if value == '2' else f'{value} times'} as often"
    least = next((words for times, words in AT_LEAST if ratio.low >= times), "")
    return f"{least} as often" if least else "more often"


def _inverse(ratio: Estimate) -> Estimate:
    return Estimate(1 / ratio.value, 1 / ratio.high, 1 / ratio.low)


def _open(*sides: SideFigures) -> str:
    """What a sentence begins with that says nothing."""
    if any(one.unread.missing for one in sides):
        return "Not everything was read, so it is not certain"
    return "It is too close to say"


def _count(n: int) -> str:
    return "once" if n == 1 else pluralize(n, "time")
