"""What authors want: patterns, rules, and which brand a phrase counts towards."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from display.cli.main import cli
from monitor.collector import Judge
from monitor.errors import IntentFileError
from monitor.intent import IntentFinder, load_intent_rules, parse_intent_rules, with_intents
from monitor.intent.cue_index import Candidate, Candidates, Fact
from monitor.intent.named_text import NamedText
from monitor.intent.pattern import BRAND_WORD, OTHER_WORD, PatternError, parse_pattern
from monitor.intent.rules import IntentRules
from monitor.model import Brand, Evidence, Finding, Intent, IntentPhrase, Score, Sentiment, Span, WordWeight
from monitor.query import parse
from monitor.query.folded_text import FoldedText
from monitor.query.folding import fold
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer, score_from_weights
from tests.fakes import NOON, post
from tests.labelled_intents import labelled_posts, tallies

RULES = load_intent_rules()
BRANDS = (Brand("Acme", "acme", ours=True, aliases=("Acme Bank",)), Brand("Globex", "globex"))
FINDER = IntentFinder(RULES, BRANDS)


def found(text: str, lang: str = "en", finder: IntentFinder = FINDER, title: str = "") -> dict[str, dict[str, str]]:
    """Brand -> intent -> the words that raised it, as the judge finds them."""
    (judged,) = Judge(Matcher(BRANDS), Scorer(BRANDS), intents=finder).judge([post(text, lang=lang, title=title)], NOON)
    body = judged.post.body
    return {
        one.match.brand: {str(p.intent.name).lower(): body[p.start : p.end] for p in one.intents}
        for one in judged.findings
    }


def finding_of(text: str, lang: str) -> Finding:
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS), intents=FINDER)
    return judge.judge([post(text, lang=lang)], NOON)[0].findings[0]


def one_rule(table: str) -> IntentFinder:
    return IntentFinder(parse_intent_rules(f'[[complaint]]\nlang = "en"\n{table}', "own.toml"), BRANDS)


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("so long", "Well, so  long!", "so  long"),
        ("so long", "so. Long", None),
        ("(leave|quit) it", "I quit it", "quit it"),
        ("(really)? bad", "bad, really bad", "bad"),
        ("so (very very)? bad", "so very very bad", "so very very bad"),
        ("cancel* it", "Cancelling it", "Cancelling it"),
        ("cancel it", "cancelling it", None),
        ("switched .. from it", "switched all our nice old phones from it", "switched all our nice old phones from it"),
        ("switched .. from it", "switched all of our nice old phones from it", None),
        ("switched .. from it", "switched. Far from it", None),
        ("^ so long", "Yes. So long", "So long"),
        ("^ so long", "oh so long", None),
        ("so long $", "so long, so long!", "so long"),
        ("don't work", "They dont work, don\u2019t work", "dont work"),
        ("kündigung", "Die KÜNDIGUNG", "KÜNDIGUNG"),
        ("like BRAND more", f"like {BRAND_WORD} more", f"like {BRAND_WORD} more"),
        ("from OTHER", f"from {BRAND_WORD}", None),
    ],
)
def test_patterns(pattern: str, text: str, words: str | None) -> None:
    match = parse_pattern(pattern).regex.search(fold(text))
    assert (text[match.start() : match.end()].lstrip(". ") if match else None) == words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("don't (really)? work", "dont work"),
        ("don't (really)? work", "don\u2019t really work"),
        ("(really)? bad (old)? app", "bad app"),
        ("(really|so very)? bad", "so very bad"),
        ("cancel* it", "cancel_all it"),
        ("cancel* it", "cancel\u6ce8 it"),
        ("like (BRAND|it) more", "like Acme more"),
        ("so .. bad app", "so very very bad app"),
        ("(a|b c) d", "b c d"),
    ],
)
def test_patterns_are_found_in_posts(pattern: str, words: str) -> None:
    assert found(f"Acme: {words}.", finder=one_rule(f'patterns = ["{pattern}"]')) == {"Acme": {"complaint": words}}


@pytest.mark.parametrize("pattern", ["", "(", "a)", "(a|)", "? a", "BRAND", "(a)? BRAND", "a? b?", "*", "-"])
def test_a_pattern_that_cannot_be_read_or_fits_every_post_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(pattern)


@given(st.text(alphabet="ab ()|?^$.*", max_size=12))
def test_reading_any_pattern_raises_nothing_else(pattern: str) -> None:
    with contextlib.suppress(PatternError):
        parse_pattern(pattern).regex.search("a b a b")


@given(
    st.lists(
        st.tuples(st.text("ab \u0130\u00e9.", max_size=5), st.sampled_from(["Acme", "@Acme", "Globex"])), max_size=4
    )
)
def test_words_are_found_in_the_original_text_despite_replaced_names(parts: list[tuple[str, str]]) -> None:
    body = "".join(f"{text} {name} " for text, name in parts) + "here"
    names = [Span(i, i + 4) for i in range(len(body)) if body.startswith("Acme", i)]
    others = [Span(i, i + 6) for i in range(len(body)) if body.startswith("Globex", i)]
    text = NamedText(body, 0, names, others)
    assert text.text.count(BRAND_WORD) == len(names)
    start = text.text.rindex("here")
    origin = text.origin(Span(start, start + 4))
    assert body[origin.start : origin.end] == "here"
    for word, expected in ((BRAND_WORD, {"Acme", "@Acme"}), (OTHER_WORD, {"Globex"})):
        if word in text.text:
            at = text.text.index(word)
            name = text.origin(Span(at, at + len(word)))
            assert body[name.start : name.end] in expected


@pytest.mark.parametrize(
    ("lang", "text", "acme"),
    [
        ("en", "We moved our accounts from Acme to Globex.", {"switching_from": "moved our accounts from Acme"}),
        ("en", "We moved from Globex to Acme Bank.", {"switching_to": "moved from Globex to Acme Bank"}),
        ("en", "Can anyone recommend something like Acme?", {"recommendation": "anyone recommend"}),
        ("en", "@Acme, can you help me with a form?", {"question": "can you help"}),
        ("en", "Is Acme any good?", {"recommendation": "Is Acme any good"}),
        ("en", "Acme: still waiting for my card.", {"complaint": "still waiting"}),
        ("en", "I just cancelled my Acme subscription.", {"cancels": "I just cancelled my Acme subscription"}),
        ("en", "We are hiring at Acme, great team!", {"noise": "We are hiring"}),
        ("en", "No complaints about Acme here.", {"praise": "No complaints about Acme"}),
        ("en", "Acme is a breath of fresh air.", {"praise": "breath of fresh air"}),
        ("en", "Acme shares no longer trade in London.", {"noise": "Acme shares"}),
        ("en", "How are people finding Acme?", {"recommendation": "How are people finding Acme"}),
        (
            "en",
            "Before I sign with Acme: anything I should know?",
            {"recommendation": "Before I sign with Acme: anything I should know"},
        ),
        ("en", "Last time I ever fly Acme", {"switching_from": "Last time I ever fly Acme"}),
        ("en", "I want out of my Acme contract.", {"cancels": "want out of my Acme contract"}),
        ("en", "My Acme kettle lasted two weeks.", {"complaint": "lasted two weeks"}),
        ("de", "Acme hat mich noch nie enttäuscht.", {"praise": "Acme hat mich noch nie enttäuscht"}),
        ("es", "Nada que objetar a Acme.", {"praise": "Nada que objetar a Acme"}),
        ("de", "Hat jemand Erfahrungen mit Acme?", {"recommendation": "Hat jemand Erfahrungen"}),
        ("fr", "Je viens de résilier mon contrat Acme.", {"cancels": "Je viens de résilier"}),
        ("es", "Me cambio a Acme mañana.", {"switching_to": "cambio a Acme"}),
        ("it", "Acme cancelled my order.", {}),
    ],
)
def test_intents_of_four_languages(lang: str, text: str, acme: dict[str, str]) -> None:
    assert found(text, lang)["Acme"].items() >= acme.items()
    if not acme:
        assert found(text, lang)["Acme"] == {}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "What a team: Acme and the city build a bridge together."),
        ("en", "The museum opposite Acme was closed since Friday."),
        ("de", "Wie ist Acme eigentlich entstanden?"),
        ("es", "Nada que ver con Acme."),
    ],
)
def test_a_text_that_only_looks_like_an_intent_has_none(lang: str, text: str) -> None:
    assert found(text, lang) == {"Acme": {}}


def test_each_brand_has_its_own_side_of_a_switch() -> None:
    intents = found("Switching from Globex to Acme next week.")
    assert intents == {
        "Acme": {"switching_to": "Switching from Globex to Acme"},
        "Globex": {"switching_from": "Switching from Globex"},
    }


def test_words_that_name_no_brand_count_for_the_brand_of_their_sentence() -> None:
    intents = found("Globex was fine. Acme, on the other hand, lost my parcel.")
    assert intents == {"Globex": {}, "Acme": {"complaint": "lost my parcel"}}
    assert found("Acme, Globex, and so on. They lost my parcel.").keys() == {"Acme", "Globex"}


def test_thanks_beside_a_complaint_are_no_praise_and_an_advertisement_asks_nothing() -> None:
    assert "praise" not in found("Great service, Acme! Still no refund after six weeks.")["Acme"]
    assert found("Looking for a new job? We're hiring: join our team at Acme")["Acme"].keys() == {"noise"}


def test_several_signs_of_a_complaint_that_make_a_score_negative_raise_the_intent() -> None:
    signs = "@acme I was told to call and tried twice"
    assert found(signs)["Acme"] == {"complaint": "I was told to call and tried twice"}
    far = "@acme I was told by the man who works at the garden centre behind the station on Sundays to call"
    assert found(far)["Acme"] == {"complaint": "told by the man"}
    assert "complaint" not in found("@acme I was told so. Tried twice")["Acme"], "signs in two sentences are none"
    late = "@acme we landed 50 min ago, but we are told to stay on board, with no information"
    assert found(late)["Acme"] == {"complaint": "we landed 50 min ago, but we are told to stay on board"}
    assert found("@acme great, I love it, best ever, though I was told to call")["Acme"].keys() == {"praise"}
    assert "complaint" not in found(f"{signs}. We're hiring: join our team at Acme")["Acme"]
    own = IntentFinder(parse_intent_rules('[[price]]\nlang = "en"\npatterns = ["a penny"]', "own.toml"), BRANDS)
    assert found(signs, finder=own)["Acme"] == {}


@pytest.mark.parametrize(
    "text",
    [
        "@acme what was the point of the merger",
        "@acme unfortunately, unfortunately I cannot come",
        "@acme no, I had to leave for work. Would not have been possible",
    ],
)
def test_time_a_merger_regret_and_scattered_signs_raise_nothing(text: str) -> None:
    assert found(text)["Acme"].keys() <= {"question"}
    assert "price" not in found("@acme changing gates cost us two hours")["Acme"]
    assert "price" in found("@acme changing gates cost us a fortune, too expensive")["Acme"]


@pytest.mark.parametrize(
    ("text", "lang", "intent", "sentiment"),
    [
        ("Nineteen days late without a parcel, Acme", "en", "complaint", Sentiment.NEGATIVE),
        ("Where has Acme been all my life", "en", "praise", Sentiment.POSITIVE),
        ("Acme opens at nine", "en", None, Sentiment.NEUTRAL),
        ("Acme: immer noch keine Antwort", "de", "complaint", Sentiment.UNSCORED),
    ],
)
def test_a_score_is_not_neutral_beside_a_complaint_or_praise(
    text: str, lang: str, intent: str | None, sentiment: Sentiment
) -> None:
    one = finding_of(text, lang)
    raised = {str(phrase.intent.name).lower(): phrase for phrase in one.intents}
    assert (intent in raised, one.score.sentiment) == (intent is not None, sentiment)


def test_a_phrase_that_raises_an_intent_counts_in_a_neutral_score_only() -> None:
    for value in (-0.14, 0.0, 0.14):
        score = Score(value, Evidence(words=(WordWeight(0, 4, 4 * value),)))
        for intent, sentiment in ((Intent.COMPLAINT, Sentiment.NEGATIVE), (Intent.PRAISE, Sentiment.POSITIVE)):
            counted = with_intents(score, [IntentPhrase(Intent.PRICE, 5, 7), IntentPhrase(intent, 5, 9)])
            assert (counted.sentiment, counted.evidence.words[-1][:2]) == (sentiment, (5, 9))
            assert counted.value == score_from_weights([word.weight for word in counted.evidence.words])
    for unchanged in (Score(-0.3), Score(0.3), Score(None)):
        assert with_intents(unchanged, [IntentPhrase(Intent.COMPLAINT, 5, 9)]) is unchanged
    assert with_intents(Score(0.0), [IntentPhrase(Intent.QUESTION, 5, 9)]) == Score(0.0)


def test_a_message_to_the_brand_does_not_ask_for_a_recommendation() -> None:
    assert "recommendation" not in found("@Acme my train was cancelled, any suggestions?")["Acme"]
    assert "recommendation" in found("@Acme or @Globex, any suggestions?")["Acme"]


@pytest.mark.parametrize(
    ("text", "lang", "intents"),
    [
        ("@Acme is the pool heated?", "en", {"question"}),
        ("Hi @Acme, is the pool heated?", "en", {"question"}),
        ("Frage an @Acme: ist das Becken beheizt?", "de", {"question"}),
        ("Bonjour Acme, le bassin est chauffé ?", "fr", {"question"}),
        ("Buenas tardes @Acme, ¿la piscina es climatizada?", "es", {"question"}),
        ("Hmm @Acme, is the pool heated?", "en", set()),
        ("@Acme @Globex is the pool heated?", "en", set()),
    ],
)
def test_any_question_in_a_message_to_the_brand_is_for_the_brand(text: str, lang: str, intents: set[str]) -> None:
    assert found(text, lang)["Acme"].keys() == intents


@pytest.mark.parametrize(
    ("text", "complains_about"),
    [
        ("Globex lost my parcel, Acme is next door", {"Globex"}),
        ("Acme lost my parcel, Globex is next door", {"Acme"}),
        ("Acme and Globex lost my parcel", {"Acme", "Globex"}),
        ("They lost my parcel, Acme and now Globex", {"Acme"}),
        ("I was at Acme when Globex lost my parcel", {"Globex"}),
    ],
)
def test_a_complaint_is_about_the_brand_that_is_named_last_before_it(text: str, complains_about: set[str]) -> None:
    assert {brand for brand, intents in found(text).items() if "complaint" in intents} == complains_about


def test_thanks_beside_a_farewell_are_no_praise() -> None:
    assert found("I am switching to Globex. Thank you so much, Acme!")["Acme"].keys() == {"switching_from"}


def test_a_phrase_of_the_title_is_found_at_its_place() -> None:
    assert found("I mean it.", title="Goodbye Acme")["Acme"] == {"switching_from": "Goodbye Acme"}


@pytest.mark.parametrize(
    ("table", "text", "raised"),
    [
        ('patterns = ["too slow"]\nunless = ["not too slow"]', "Acme is not too slow.", False),
        ('patterns = ["too slow"]\nunless = ["not too slow"]', "Acme is too slow.", True),
        ('patterns = ["too slow"]\nquestion = true', "Acme? It is too slow.", False),
        ('patterns = ["too slow"]\nquestion = true', "Is Acme too slow?", True),
        ('patterns = ["too slow"]\nquestion = false', "Is Acme too slow?", False),
        ('patterns = ["too slow"]\naddressed = true', "Acme is too slow", False),
        ('patterns = ["too slow"]\naddressed = true', "@Acme is too slow", True),
        ('patterns = ["too slow"]\nscore = "not positive"', "Acme is fantastic, never too slow", False),
        ("rules = ['slow OR late']", "Acme is late", True),
        ("rules = ['\"slow BRAND\"']", "slow Acme", True),
        ("rules = ['\"slow BRAND\"']", "slow Globex, and Acme", False),
    ],
)
def test_conditions(table: str, text: str, raised: bool) -> None:
    assert ("complaint" in found(text, finder=one_rule(table))["Acme"]) is raised


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[complaint]", "is not TOML"),
        ("[[anger]]", "[[anger]]: there is no such intent. Choose one of switching_from, "),
        ("[complaint]", "[complaint]: write [[complaint]]"),
        ('[[complaint]]\nlang = "en"', "[[complaint]] number 1: has neither `rules` nor `patterns`."),
        ('[[complaint]]\nlang = "english"\nrules = ["a"]', "`lang` must be a language of two letters"),
        ('[[complaint]]\nlang = "en"\nrules = ["a"]\nscore = "bad"', '`score` must be "not negative"'),
        ('[[complaint]]\nlang = "en"\nrules = ["a"]\nquestion = "yes"', "`question` must be true or false."),
        ('[[complaint]]\nlang = "en"\nrules = "a"', "`rules` must be a list of texts."),
        ('[[complaint]]\nlang = "en"\nrule = ["a"]', "unknown key `rule`. Known keys: addressed, lang, "),
        ('[[complaint]]\nlang = "en"\nrules = ["(a"]', "number 1, `rules`: Column "),
        ('[[complaint]]\nlang = "en"\nrules = ["BRAND"]', "`BRAND` needs a word besides BRAND"),
        ('[[complaint]]\nlang = "en"\npatterns = ["(a"]', "number 1, `patterns`: A `(` has no `)`."),
    ],
)
def test_a_file_with_mistakes_says_where_they_are(text: str, problem: str) -> None:
    with pytest.raises(IntentFileError) as error:
        parse_intent_rules(text, "own.toml")
    assert str(error.value).startswith("own.toml cannot be used:")
    assert problem in str(error.value)


def test_every_intent_has_rules_in_four_languages() -> None:
    rules = load_intent_rules()
    assert {(one.intent, one.lang) for one in rules} == {(i, lang) for i in Intent for lang in ("en", "de", "fr", "es")}


def test_the_command_prints_the_file_and_uses_the_one_of_the_config(tmp_path: Path) -> None:
    built_in = CliRunner().invoke(cli, ["intents"]).output
    assert parse_intent_rules(built_in, "built-in") == load_intent_rules()
    config = tmp_path / "config.toml"
    config.write_text('[wallflower]\nintents = "own.toml"\n[[brands]]\nname = "Acme"\nrule = "acme"\nours = true\n')
    missing = CliRunner().invoke(cli, ["check", "--config", str(config)])
    assert missing.exit_code == 78
    assert "wallflower.intents: own.toml cannot be read: No such file or directory." in missing.output
    (tmp_path / "own.toml").write_text('[[price]]\nlang = "en"\npatterns = ["costs an arm"]\n')
    shown = CliRunner().invoke(cli, ["intents", "--config", str(config), "Acme costs an arm, says everyone here."])
    assert shown.output == 'Acme: price ("costs an arm")\n'


def test_nearly_all_that_is_found_in_labelled_posts_is_right() -> None:
    """``bench/intents.py`` prints the figures; this only notices a rule that spoils them."""
    posts = labelled_posts()
    assert len(posts) >= 400
    for name, tally in tallies(posts).items():
        assert tally.right >= 0.85 * tally.found, name
        assert tally.right >= 0.7 * tally.present, name


class AllCues:
    """Searches each text for all cues, instead of those that an index leaves."""

    def __init__(self, rules: Sequence[IntentRules]) -> None:
        self._cues = [Candidate(one, cue, [(it, 1) for it in one.unless]) for one in rules for cue in one.cues]

    def candidates(self, text: FoldedText, facts: int) -> Candidates:
        named = {name for name, bit in (("BRAND", Fact.BRAND), ("OTHER", Fact.OTHER)) if facts & bit}
        return [one for one in self._cues if one.cue.names <= named], 1


CUES = [cue for one in RULES for cue in one.cues]
GROUP = re.compile(r"\(([^()]*)\)(\?)?")


def instance(cue: str, rng: Random) -> str:
    """Words that a pattern or rule describes, more or less."""
    cue = rng.choice(cue.split(" OR ")).strip('"')
    while GROUP.search(cue):
        cue = GROUP.sub(lambda m: "" if m[2] and rng.random() < 0.5 else rng.choice(m[1].split("|")).strip(), cue)
    for part, written in (("BRAND", "@Acme"), ("OTHER", "Globex"), ("..", "so very"), ("^", ""), ("$", ".")):
        cue = cue.replace(part, written)
    return cue.replace("*", rng.choice(["", "s", "en"])).replace("'", rng.choice(["", "'", "\u2019"]))


@st.composite
def posts_with_cues(draw: st.DrawFn) -> str:
    rng = draw(st.randoms(use_true_random=False))
    parts = [instance(cue.text, rng) for cue in draw(st.lists(st.sampled_from(CUES), max_size=5))]
    tagged = [f"#The{part.title().replace(' ', '')}" if rng.random() < 0.2 else part for part in parts]
    between = st.sampled_from([" ", ". ", "? ", ", ", "\n", " Acme ", " #", draw(st.text(max_size=3))])
    return "".join(part + draw(between) for part in tagged)


EXHAUSTIVE = IntentFinder(RULES, BRANDS, AllCues)


def all_intents(finder: IntentFinder, body: str, lang: str) -> dict[str, tuple[IntentPhrase, ...]]:
    spans = {brand.name: parse(brand.rule).spans(body) for brand in BRANDS}
    return finder.find(body, 0, lang, spans, dict.fromkeys(spans, Score(0.0)))


@given(posts_with_cues(), st.sampled_from(["en", "de", "fr", "es"]))
def test_the_index_hides_no_match(body: str, lang: str) -> None:
    assert all_intents(FINDER, body, lang) == all_intents(EXHAUSTIVE, body, lang), (body, lang)


def test_the_cues_of_a_language_are_indexed_when_a_text_needs_them() -> None:
    created: list[str] = []

    def create(rules: Sequence[IntentRules]) -> AllCues:
        created.append(rules[0].lang)
        return AllCues(rules)

    finder = IntentFinder(RULES, BRANDS, create)
    assert created == []
    for lang in ("de", "pl", "de", "en"):
        all_intents(finder, "Acme ist zu teuer", lang)
    assert created == ["de", "en"]


def test_the_index_hides_no_match_in_the_labelled_posts() -> None:
    for one in labelled_posts():
        assert all_intents(FINDER, one.text, one.lang) == all_intents(EXHAUSTIVE, one.text, one.lang), one.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I think Acme is the #WorstCompanyEver", "WorstCompany"),
        ("Acme, u didnt honor my credit", "didnt honor"),
    ],
)
def test_words_are_found_in_hashtags_and_without_apostrophes(text: str, words: str) -> None:
    assert found(text)["Acme"]["complaint"] == words
