"""The sentence about a comparison: a checker that knows only its words and the counts tests each claim."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from display.comparison.notes import BEING_JUDGED, unevenness
from display.comparison.sentence import comparison_sentence
from monitor.model import Count, Gap, MentionFilter, RuleChange, SentimentCounts, StoryCount
from monitor.model.comparison import Comparison, Estimate, Figure, Side, SideFigures, Unread
from monitor.quality import RULES, MoodModel
from tests.fakes import NOON

DAY = timedelta(days=1)
NAMES = ("Acme", "Globex", "Initech", "Umbrella", "Hooli")
WHEN = ("in the last 7 days", "in the 7 days before")
MODEL = MoodModel(RULES.confusion)


def side(brand: str = "Acme", n: int = 0, **changes: object) -> SideFigures:
    """A side of 7 days with ``n`` mentions, each a story."""
    plain = SideFigures(
        Side(brand, NOON - 7 * DAY),
        7 * DAY,
        Figure(Count(n), MentionFilter()),
        StoryCount(n),
        Figure(Count(n), MentionFilter()),
        SentimentCounts(),
        0,
        None,
        None,
        Unread(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def comparison(*sides: SideFigures) -> Comparison:
    return Comparison(sides, NOON, 1, (), (), (), (), (), ())


def sentence(*sides: SideFigures) -> str:
    return comparison_sentence(
        comparison(*sides), WHEN if len({one.side.brand for one in sides}) == 1 else WHEN[:1] * 5
    )


def test_nothing_is_claimed_while_stored_posts_are_judged_again() -> None:
    sides = side(n=900, negative=Estimate(0.5, 0.4, 0.6)), side("Globex", n=90, negative=Estimate(0.2, 0.1, 0.3))
    found = replace(comparison(*sides), is_being_judged=True)
    assert comparison_sentence(found, WHEN[:1] * 2) == (
        "Stored posts are being judged again by newer rules, and opinions cannot be compared until that is done."
    )
    assert unevenness(found, WHEN[:1] * 2, UTC) == [BEING_JUDGED]


def share(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high)


def random_side(rng: random.Random, brand: str, like: int) -> SideFigures:
    n = rng.choice((0, 1, rng.randrange(60), max(0, round(like * rng.uniform(0.5, 2.5))), like, rng.randrange(20_000)))
    stories = max(min(n, 1), round(n * rng.choice((1, 1, 0.7, 0.1))))
    counts = [rng.randrange(stories + 1) // 3 for _ in range(3)]
    scored = SentimentCounts(*counts)
    unread = rng.choice((0.0, 0.0, 0.02, rng.random()))
    return side(
        brand,
        n,
        stories=StoryCount(stories),
        scored=scored,
        negative=(found := MODEL.negative_share(scored)) and Estimate(*found),
        unread=Unread((Gap("X", NOON - DAY, NOON, ""),) if unread else (), unread * 7 * DAY, unread),
        length=rng.choice((7 * DAY, 7 * DAY, 3 * DAY)),
    )


def bounds(one: SideFigures, other: SideFigures) -> tuple[float, float]:
    """How many times as often the other is mentioned, at least and at most: from the counts alone."""
    rates = [max(each.mentions.n, 0.5) / each.length.total_seconds() for each in (one, other)]
    deviation = math.hypot(*(max(each.stories.n, 0.5) ** -0.5 for each in (one, other)))
    low, high = (rates[1] / rates[0] * math.exp(sign * 1.96 * deviation) for sign in (-1, 1))
    return low * (1 - min(0.99, one.unread.missing)), high / (1 - min(0.99, other.unread.missing))


TIMES = {
    "twice": 2,
    "more than twice": 2,
    "more than three times": 3,
    "more than five times": 5,
    "more than ten times": 10,
}


def check_volume(words: str, one: SideFigures, other: SideFigures) -> None:
    """Whether ``other`` may be said to be mentioned ``words`` than, or as, ``one``."""
    low, high = bounds(one, other)
    if words == "about as often":
        assert low > 0.79
        assert high < 1.26
    elif words == "less often":
        assert high < 1
    else:
        assert low > 1, words
        if words == "a little more often":
            assert high <= 1.251
        elif words.startswith("more than"):
            assert low >= TIMES[words.removesuffix(" as often")] - 1e-9
        elif words != "more often":
            said = words.removeprefix("about ").removesuffix(" as often")
            times = TIMES.get(said) or float(said.removesuffix(" times"))
            assert low - 0.06 <= times <= high + 0.06 or low <= times <= high
            assert high / low <= 1.51


def check_opinion(words: str, one: SideFigures, other: SideFigures) -> None:
    """Whether it may be said that the share of negative mentions of ``other`` is ``words`` that of ``one``."""
    a, b = one.negative, other.negative
    if words == "unknown":
        assert a is None or b is None
        return
    assert a is not None
    assert b is not None
    if words == "larger":
        assert b.low > a.high
    elif words == "smaller":
        assert b.high < a.low
    elif words == "about the same":
        assert max(a.high, b.high) - min(a.low, b.low) <= 0.2
    else:
        assert b.low <= a.high
        assert a.low <= b.high


PAIR = re.compile(
    r"(?P<subject>\w+) (?:is|was) mentioned "
    r"(?P<volume>about as often|less often|a little more often|more often|.+? as often)"
    r"(?: in the last 7 days)? (?:as|than) (?P<reference>\w+|in the 7 days before)(?P<rest>[,;].+)\."
)
OPEN = re.compile(
    r"(?P<why>It is too close to say|Not everything was read, so it is not certain) whether "
    r"(?:(?P<one>\w+) or (?P<other>\w+) is|\w+ was) mentioned more often(?: in .+ before)?(?P<rest>[,;].+)\."
)
OPINION = re.compile(
    r", (?:and|but) a (?P<share>larger|smaller) share of .+ (?:is|was) negative"
    r"|, and about the (?P<same>same) share of .+ (?:is|was) negative as of .+"
    r"|; (?P<none>too few of the mentions have a score to compare opinions)"
    r"|, (?P<close>(?:or|and it is too close to say) whether more of .+ (?:are|were) negative)"
)
ZERO = re.compile(r"(\w+) was mentioned (once|[\d,]+ times) (?:and|in .+ and) .*not once.*")


def said_opinion(rest: str) -> str:
    found = OPINION.fullmatch(rest)
    assert found, rest
    if found["none"]:
        return "unknown"
    if found["close"]:
        return "close"
    return found["share"] or "about the same"


def check_pair(text: str, sides: tuple[SideFigures, SideFigures]) -> None:
    """Read a sentence about two sides and hold each of its claims against the figures."""
    one, other = sides
    if text.startswith("Nobody wrote about"):
        assert one.mentions.n == other.mentions.n == 0
        return
    if ZERO.fullmatch(text):
        assert min(one.mentions.n, other.mentions.n) == 0
        return
    if opened := OPEN.fullmatch(text):
        reference, subject = (one, other) if one.side.brand != other.side.brand else (other, one)
        named = re.search(r"mentions of (\w+)", opened["rest"])
        if named and named[1] == reference.side.brand != subject.side.brand:
            reference, subject = subject, reference
        if one.unread.missing or other.unread.missing:
            assert opened["why"].startswith("Not everything")
    else:
        found = PAIR.fullmatch(text)
        assert found, text
        opened = found
        reference, subject = (other, one) if found["subject"] == one.side.brand else (one, other)
        check_volume(found["volume"], reference, subject)
    check_opinion(said_opinion(opened["rest"]), reference, subject)


@pytest.mark.parametrize("seed", range(20))
def test_the_sentence_about_two_brands_or_times_claims_nothing_too_bold(seed: int) -> None:
    for n in range(10):
        rng = random.Random(1_000 * seed + n)
        like = rng.choice((5, 40, 400, 5_000))
        brands = ("Acme", rng.choice(("Globex", "Globex", "Acme")))
        sides = random_side(rng, brands[0], like), random_side(rng, brands[1], like)
        text = sentence(*sides)
        assert text.count(".") == 1 + len(re.findall(r"\d\.\d", text)), text
        check_pair(text, sides)


RANKING = re.compile(
    r"Of the (?P<n>\w+) brands, (?:(?P<both>\w+) is mentioned most often and has the largest share of negative mentions"
    r"|(?P<loud>\w+) is (?P<open>clearly )?mentioned most often, and (?P<rest>.+))\."
)


@pytest.mark.parametrize("seed", range(10))
def test_the_sentence_about_several_brands_claims_nothing_too_bold(seed: int) -> None:
    for n in range(10):
        rng = random.Random(5_000 + 1_000 * seed + n)
        sides = {name: random_side(rng, name, rng.choice((5, 400))) for name in NAMES[: rng.randrange(3, 6)]}
        if not any(one.mentions.n for one in sides.values()):
            continue
        text = sentence(*sides.values())
        found = RANKING.fullmatch(text)
        assert found, text
        loudest = found["both"] or found["loud"]
        if loudest != "none":
            assert all(bounds(sides[name], sides[loudest])[0] > 1 for name in sides if name != loudest)
        rest = found["rest"] or ""
        negative = found["both"] or (rest.split()[0] if "has the largest" in rest and "none" not in rest else "")
        if negative:
            for name, one in sides.items():
                if name != negative:
                    check_opinion("larger", one, sides[negative])
        elif rest.startswith("too few"):
            assert any(one.negative is None for one in sides.values())


def test_sentences_as_people_say_them() -> None:
    few, many = share(0.1, 0.2), share(0.45, 0.55)
    acme, globex = side("Acme", 1_304, negative=few), side("Globex", 2_214, negative=many)
    assert sentence(acme, globex) == (
        "Globex is mentioned about 1.7 times as often as Acme, and a larger share of its mentions is negative."
    )
    assert sentence(side("Acme", 4_000, negative=few), side("Globex", 2_000, negative=many)) == (
        "Acme is mentioned about twice as often as Globex, but a smaller share of its mentions is negative."
    )
    assert sentence(side("Acme", 1_000, negative=few), side("Globex", 1_010, negative=share(0.12, 0.2))) == (
        "Globex is mentioned about as often as Acme, and about the same share of its mentions is negative as of those "
        "of Acme."
    )
    assert sentence(side("Acme", 10_000), side("Globex", 10_800)) == (
        "Globex is mentioned a little more often than Acme; too few of the mentions have a score to compare opinions."
    )
    assert sentence(side("Acme", 12), side("Globex", 90)).startswith(
        "Globex is mentioned more than three times as often"
    )
    assert sentence(side("Acme", 3), side("Globex", 5)) == (
        "It is too close to say whether Acme or Globex is mentioned more often; too few of the mentions have a score "
        "to compare opinions."
    )
    assert sentence(side("Acme", 0), side("Globex", 1)) == "Globex was mentioned once and Acme not once."
    assert sentence(side("Acme"), side("Globex"), side("Initech")) == (
        "Nobody wrote about Acme, Globex or Initech in the last 7 days."
    )
    assert sentence(side("Acme", 900, negative=many), side("Acme", 500, negative=few)) == (
        "Acme was mentioned about 1.8 times as often in the last 7 days as in the 7 days before, and a larger share of "
        "its mentions was negative."
    )
    assert sentence(side("Acme", 500), side("Acme", 900)).startswith(
        "Acme was mentioned less often in the last 7 days than in the 7 days before;"
    )
    assert sentence(side("Acme", 5), side("Acme")) == (
        "Acme was mentioned 5 times in the last 7 days and not once in the 7 days before."
    )
    assert sentence(acme, globex, side("Initech", 40, negative=few)) == (
        "Of the three brands, Globex is mentioned most often and has the largest share of negative mentions."
    )


def test_no_brand_is_the_most_negative_where_intervals_overlap() -> None:
    shares = share(0.2, 0.5), share(0.4, 0.7), share(0.1, 0.3)
    sides = [side(name, n, negative=one) for name, n, one in zip(NAMES, (500, 510, 505), shares, strict=False)]
    assert sentence(*sides) == (
        "Of the three brands, none is clearly mentioned most often, and none clearly has the largest share of negative "
        "mentions."
    )


def test_a_changed_rule_allows_no_claim() -> None:
    changed = (RuleChange("Globex", 2, NOON - DAY),)
    acme, globex = side("Acme", 100), side("Globex", 900, uneven_changes=changed)
    expected = "The rule of Globex changed in this time, so the brands cannot be compared over all of it."
    assert sentence(acme, globex) == expected
    earlier, now = (side("Globex", n, uneven_changes=changed) for n in (100, 900))
    assert sentence(now, earlier) == (
        "The rule of Globex changed, so the mentions before and after it cannot be compared."
    )
    (note,) = unevenness(comparison(acme, globex), WHEN, UTC)
    assert note.startswith("The rule of Globex changed on ")


def test_what_was_not_read_is_counted_per_side() -> None:
    assert unevenness(comparison(side("Acme", 5), side("Globex", 9)), WHEN, UTC) == []
    unread = Unread((Gap("X", NOON - DAY, NOON, ""),), 24 * timedelta(hours=1), 0.12)
    blind = side("Globex", 300, unread=unread)
    assert unevenness(comparison(side("Acme", 280), blind), WHEN, UTC) == [
        "Not fully read: none of 168 hours for Acme and 24 of 168 hours for Globex. If each source brings what it "
        "usually does, none of the mentions of Acme and about 12 % of the mentions of Globex are missing."
    ]
    both = comparison(side("Acme", 9, unread=unread), side("Globex", 9, unread=unread))
    assert both.is_even
    text = sentence(side("Acme", 280, unread=Unread((), DAY, 0.5)), side("Globex", 300))
    assert text.startswith(
        "Not everything was read, so it is not certain whether Acme or Globex is mentioned more often"
    )
