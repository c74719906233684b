"""Queries: matching, spans and terms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Term
from monitor.query import Document, parse
from monitor.query.folding import WORD, fold
from monitor.query.syntax_errors import ErrorCode
from tests.fakes import post
from tests.query_setup import ENGINES, Engine, parse_or_error

NEAR = 'acme NEAR/5 (refund* OR "money back")'

EXAMPLES: list[tuple[str, list[str], list[str]]] = [
    ("acme", ["Acme's new phone", "#acme", "@acme hi", "ACME!", "_acme_", "Acme\u2122", "#acme_fail"], ["acmeville"]),
    ("acme",
     ["\uff21\uff43\uff4d\uff45", "\U0001d5d4\U0001d5f0\U0001d5fa\U0001d5f2", "Ac\u00adme", "\u200fAcme"], ["Ac me"]),
    ("@united", ["@United lost my bag", ".@united", "thanks @united.", "最悪@unitedで"], ["united states"]),
    ("@united", ["\uff20united"],
     ["@unitedhelp", "@united_help", "@united_", "bob@united.example", "@ united", "#united"]),
    ("@acme_help", ["@Acme_Help hi"], ["@acme help", "@acme", "@acme_helps", "acme_help"]),
    ("@acme.bsky.social", ["hi @acme.bsky.social!"], ["@acme", "acme.bsky.social", "@acmes.bsky.social"]),
    ("@acme*", ["@acmehelp", "@acme_help", "@ACME"], ["acmehelp", "#acmehelp"]),
    ("#acme", ["so #ACME", "(#acme)", "\uff03acme", "#acme-fail"],
     ["acme", "#acmefail", "#acme_fail", "&#acme;", "x#acme"]),
    ("#トヨタ", ["新車 #トヨタ"], ["#トヨタの新車", "トヨタ"]),
    ("=Apple", ["Apple did it", "(Apple)", "apple or Apple"], ["an apple a day", "APPLE", "Apples"]),
    ('="Big Apple"', ["the Big-Apple"], ["the Big apple", "the big Apple"]),
    ("=café", ["un café"], ["un cafe", "un Café"]),
    ("=@United", ["@United"], ["@united"]),
    ("=Appl*", ["Apple", "Applause"], ["apple"]),
    ('"acme corp" OR acmecorp', ["Acme-Corp rocks", "ACMECORP", "acme\ncorp", "Acme #corp"], ["corp acme", "acme"]),
    (NEAR, ["refunded by acme", "my money back from acme", "acme one two three four five refund"], ["refund"]),
    (NEAR, [], ["acme one two three four five six refund", "acme 1 2 3 4 5 6 7 8 9 10 11 12 money back", "acme money"]),
    ("acme NEAR/0 refund", ["acme refund", "Refund: acme", "acme \u2014 refund"], ["acme no refund"]),
    ("one NEAR/1 two NEAR/1 three", ["one two x three"], ["one two x x three", "one x x two three"]),
    ("@acme NEAR/2 late", ["@acme is late", "late, @acme"], ["acme is late", "@acme it was so late"]),
    ('"a a" NEAR/0 b', ["a a a b", "b a a"], ["a b a"]),
    ("AT&T", ["I left at&t today", "AT&T's", "(At&T)"], ["at a tea", "at t", "AT & T", "at&tt", "bat&t"]),
    ("C&A", ["C&A", "c&a!"], ["c", "c a", "C&AB"]),
    ("O2", ["O2 is down", "#o2"], ["O 2", "o22"]),
    ("3M", ["3m"], ["3 metres", "3 m", "33m"]),
    ("Yahoo!", ["I use yahoo! daily", "YAHOO!!"], ["yahoo", "yahoo ?!"]),
    ("C++", ["we write C++"], ["we write C", "C+"]),
    ("$TSLA", ["buy $tsla"], ["buy tsla", "US$tsla", "$$tsla"]),
    ("bob@acme.example", ["mail bob@acme.example"], ["bob acme example", "@acme.example"]),
    ("café", ["CAFE", "cafe", "CafÉ", "cafe\u0301"], ["cafeteria"]),
    ("straße", ["STRASSE", "Straße"], ["strase"]),
    ("トヨタ", ["トヨタの新車", "新車はトヨタ", "Acmeトヨタ", "\uff84\uff96\uff80"], ["ト", "トタヨ"]),
    ("삼성", ["삼성이 좋다", "나의삼성폰"], ["삼", "성삼"]),
    ("小米", ["我买了小米手机"], ["小", "米", "大米"]),
    ("โตโยต้า", ["รถโตโยต้าคัน"], ["โต"]),
    ("acme", ["Acmeの新車", "新しいacmeです"], []),
    ("हिन्दी", ["हिन्दी में"], ["ह न द"]),
    ("\u0435\u0436", ["\u0401\u0436\u0438 \u0451\u0436"], ["\u0451\u0436\u0438"]),
    ("refund*", ["refund", "Refunded", "#refunds"], ["refun", "unrefunded"]),
    ("トヨ*", ["トヨタ"], ["ト"]),
    ('"money bac*"', ["money back"], ["money b", "bac money"]),
    ('"money bac"*', ["money backs"], ["money ba"]),
    ("acme -jobs", ["acme"], ["Acme jobs", "jobs at acme"]),
    ("acme \u2212jobs", ["acme"], ["acme jobs"]),
    ("acme NOT (jobs OR hiring)", ["acme"], ["acme jobs", "acme hiring"]),
    ("acme (new OR -jobs)", ["acme", "acme new jobs", "new acme"], ["acme jobs", "new", "jobs"]),
    ("acme -(jobs -new)", ["acme", "acme new jobs"], ["acme jobs"]),
    ("acme -=Jobs", ["acme jobs"], ["acme Jobs"]),
    ("a OR b c", ["a", "b c", "a c"], ["b", "c"]),
    ("(a OR b) c", ["a c", "b c"], ["a", "b", "a b"]),
    ("a AND b OR c AND d", ["b a", "c d"], ["a d", "b c"]),
    ("\u201cacme corp\u201d", ["acme corp"], ["corp acme"]),
    ('"and" OR "AND"', ["this and that"], ["this or that"]),
    ("Toys'R'Us", ["Toys R Us", "toys\u2019r\u2019us"], ["toys us"]),
    ("acme \u2013jobs", ["acme"], ["acme jobs"]),
    ("acme \u2796jobs \u207blate \u02d7new", ["acme"], ["acme jobs", "acme late", "acme new"]),
    ("\u2039acme corp\u203a OR \u2033globex inc\u2033", ["acme corp", "globex inc"], ["corp acme", "inc globex"]),
    ('acme \u2014"late again"', ["acme"], ["acme, late again"]),
    ("acme \u2011(jobs OR hiring)", ["acme"], ["acme jobs", "acme hiring"]),
    ("acme\u00a0OR\u3000globex", ["acme", "globex"], ["x"]),
    ("\ufeffacme \u200bOR globex", ["acme", "globex"], ["x"]),
    ("-\u200djobs ac\u200bme", ["acme"], ["acme jobs", "ac me"]),
    ("\u300cacme corp\u300d \uff2f\uff32 globex", ["acme corp", "globex"], ["corp acme"]),
    ("acme\uff08late\uff09", ["late acme"], ["acme"]),
    ("e.on", ["E.ON", "e.on's", "(E.on)", "\uff25\uff0e\uff2f\uff2e"], ["e on", "e-on", "the.on", "eon", "e. on"]),
    (".NET", [".NET", "we like .net!", "(.NET)"], ["net", "asp.net", "...net"]),
    ("asp.net OR node.js", ["ASP.NET", "Node.js"], ["asp net", ".net", "node js"]),
    ('"the .net way"', ["the .NET way"], ["the net way"]),
    ("C#", ["C# and F#"], ["C and", "c"]),
    ("H&M", ["H&M", "h&m's"], ["h m", "H & M", "hm"]),
    ("Coca-Cola", ["Coca-Cola", "coca cola", "Coca\u2011Cola", "#cocacola", "#CocaCola"], ["cocacola", "cola coca"]),
    ("L'Oréal", ["L\u2019OREAL", "l'oreal", "L Oreal", "#Loreal"], ["loreal"]),
    ("7-Eleven OR 23andMe", ["7-eleven", "7 Eleven", "23ANDME", "#7Eleven"], ["23 and me"]),
    ("acme",
     ["#BoycottAcme", "#AcmeFail", "#boycott_acme", "#ACMEfail", "#Acme2026", "#ÉclairAcme", "#acme2026Fail"],
     ["#acmefail", "#Acmefail", "#pineacme", "@BoycottAcme", "&#BoycottAcme;", "BoycottAcme"]),
    ("acmefail", ["#AcmeFail", "#AcmeFailAgain", "#NoAcmeFail"], ["#Acme Fail"]),
    ("phone OR bay", [], ["#iPhone", "#eBay", "#iPhone15"]),
    ("usa", [], ["#USAirways"]),
    ("o", [], ["#O2", "#o2"]),
    ('"coca cola"', ["#CocaCola", "#cocacola", "#BoycottCocaCola", "#boycott_cocacola", "#cocacola2026", "#Coca_Cola"],
     ["#ilovecocacola", "#MyCoca #ColaToo", "#CocaXCola", "#ColaCoca", "cocacola"]),
    ('"coca cola" -refund', ["#cocacola"], ["#cocacola refund", "#RefundCocaCola"]),
    ('="Coca Cola"', ["#CocaCola"], ["#cocacola"]),
    ("refund*", ["#NoRefundsToday"], ["#NoFundsToday"]),
    ("acme NEAR/2 late", ["#AcmeFail is late", "#LateAcme"], ["#AcmeFail x x x late", "late x #x #x #BoycottAcme"]),
    ('"coca cola" NEAR/1 late', ["#cocacola is late"], ["#cocacola is too late"]),
    ("أرامكو",
     ["أرامكو", "وأرامكو x", "بارامكو",
      "فلأرامكو"], ["دأرامكو", "أرام"]),
    ("الراجحي",
     ["الراجحي", "والراجحي", "بالراجحي", "وللراجحي"],
     ["راجحي"]),
    ("راجحي", ["للراجحي", "الراجحي"], []),
    ("טבע", ["בטבע", "שהטבע x", "ולטבע", "כשטבע"], ["טבעי", "אטבע"]),
    ("טב", ["טב"], ["בטב"]),
    ('"טבע ירוק" NEAR/1 acme', ["acme x בטבע ירוק"], ["בטבע ירוק x x acme"]),
    ("k\u0131z\u0131lay", ["K\u0131z\u0131lay", "KIZILAY"], []),
    ("istanbul", ["İSTANBUL", "ISTANBUL", "istanbul"], []),
    ("σοφός", ["ΣΟΦΟΣ", "σοφοσ"], ["σοφο"]),
    ("a -a", [], ["a", ""]),
]  # fmt: skip

FIELD_EXAMPLES: list[tuple[str, list[dict[str, object]], list[dict[str, object]]]] = [
    ("acme -jobs -hiring lang:en", [{"lang": "en"}, {"lang": "en-GB"}],
     [{"lang": "de"}, {}, {"text": "Acme jobs", "lang": "en"}]),
    ("acme lang:und", [{}], [{"lang": "en"}]),
    ("acme (lang:en OR lang:de)", [{"lang": "en"}, {"lang": "de"}], [{"lang": "fr"}]),
    ("acme -site:pinterest.com", [{"site": "notpinterest.com"},
      {"url": "https://pinterest.com.example/"}, {"url": "http://[pinterest.com"}, {}],
     [{"site": "pinterest.com"}, {"site": "uk.pinterest.com"}, {"url": "https://www.Pinterest.com:443/x"}]),
    ("acme site:https://www.example.com/", [{"site": "example.com"}, {"site": "a.b.example.com"}],
     [{"site": "com"}, {}]),
    ("site:r/apple", [{"site": "r/Apple"}], [{"site": "r/apples"}, {"site": "apple"}]),
    ("author:@Bob", [{"author": "bob"}, {"author": "@BOB"}], [{"author": "bobby"}, {}]),
    ('source:"Acme forum"', [{"source": "Acme Forum"}], [{"source": "forum"}]),
    ("acme OR author:bob", [{}, {"text": "hm", "author": "bob"}], [{"text": "hm"}]),
    ("-jobs author:bob", [{"author": "bob"}], [{"author": "bob", "text": "jobs"}, {}]),
    ("acme corp", [{"title": "Corp", "text": "acme"}], [{"title": "Corp"[:3]}]),
    ('"acme corp" OR (acme NEAR/9 corp)', [{"text": "Acme Corp"}], [{"title": "Acme", "text": "corp"}]),
    ('"a a" NEAR/0 b', [{"title": "a", "text": "a a b"}], [{"title": "a", "text": "a b"}]),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "yes", "no"), EXAMPLES, ids=[f"{i} {rule}" for i, (rule, *_) in enumerate(EXAMPLES)])
def test_rule_matches(engine: Engine, rule: str, yes: list[str], no: list[str]) -> None:
    query = parse(rule)
    assert [text for text in yes if not engine(query, post(text))] == []
    assert [text for text in no if engine(query, post(text))] == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "yes", "no"), FIELD_EXAMPLES, ids=[rule for rule, *_ in FIELD_EXAMPLES])
def test_rule_matches_fields_and_titles(
    engine: Engine, rule: str, yes: list[dict[str, object]], no: list[dict[str, object]]
) -> None:
    query = parse(rule)
    assert [fields for fields in yes if not engine(query, post(**fields))] == []  # type: ignore[arg-type]
    assert [fields for fields in no if engine(query, post(**fields))] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "body", "words"),
    [
        ("acme", "Acme's ACME, acmeville", ["Acme", "ACME"]),
        ('"acme corp"', "So, Acme-Corp rocks", ["Acme-Corp"]),
        ("refund*", "Refunded! refunds", ["Refunded", "refunds"]),
        ("@united -jobs", "(@United) united", ["@United"]),
        ("#acme", "#ACME #acmefail", ["#ACME"]),
        ("AT&T OR Yahoo!", "AT&T's and yahoo!!", ["AT&T", "yahoo!"]),
        ("=Apple", "apple Apple", ["Apple"]),
        (NEAR, "acme x refund. 1 2 3 4 5 6 7 acme 1 2 3 4 5 6 refunded", ["acme", "refund"]),
        ('"my old phone" NEAR/0 broke', "my old phone broke", ["my old phone", "broke"]),
        ("acme OR (globex initech)", "acme globex", ["acme"]),
        ("acme OR (globex -initech)", "globex acme", ["globex", "acme"]),
        ('acme OR "acme corp"', "Acme Corp by Acme", ["Acme Corp", "Acme"]),
        ("café", "un cafe\u0301, deux Café", ["cafe\u0301", "Café"]),
        ("straße", "\ufb03 STRASSE Straße!", ["STRASSE", "Straße"]),
        ("acme", "#BoycottAcme, #ÉclairACME and #no_acme", ["Acme", "ACME", "acme"]),
        ('"coca cola"', "Straße #cocacola #CocaColaFail coca-cola", ["cocacola", "CocaCola", "coca-cola"]),
        ("acme NEAR/2 late", "#AcmeFail is late", ["Acme", "late"]),
        ("e.on", "E.ON's, e on", ["E.ON"]),
        ("טבע", "ובטבע", ["טבע"]),
        ("acme", "\u200f\ufb01ß Ac\u00adme \U0001f600 acme", ["Ac\u00adme", "acme"]),
        ("トヨタ", "新しいトヨタの車", ["トヨタ"]),
        ("acme lang:en -site:a.example", "my acme", ["acme"]),
        ("acme (new OR author:bob)", "new acme", ["new", "acme"]),
        ("author:bob", "bob", []),
        ("globex", "acme", []),
    ],
)
def test_spans_are_the_words_that_satisfy_the_rule(rule: str, body: str, words: list[str]) -> None:
    assert [body[start:end] for start, end in parse(rule).spans(body)] == words


def test_spans_in_requires_the_fields() -> None:
    query = parse("acme lang:en")
    assert query.spans_in(Document("acme", lang="en")) == ((0, 4),)
    assert query.spans_in(Document("acme", lang="de")) == ()


def test_spans_count_from_the_start_of_the_title() -> None:
    document = Document.of(post("acme again", title="É Acme"))
    assert [document.body[a:b] for a, b in parse("acme").spans_in(document)] == ["Acme", "acme"]


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        ("acme", [Term("acme")]),
        ("AT&T OR #acme OR @acme_help", [Term("AT&T"), Term("#acme"), Term("@acme_help")]),
        ("=Apple iphones*", [Term("iphones", prefix=True)]),
        (
            '"Money Back" OR refund* OR "Money Back"',
            [Term("Money Back"), Term("#MoneyBack"), Term("refund", prefix=True)],
        ),
        ("apple (iphone OR mac) -pie lang:en", [Term("apple")]),
        (
            'Acme\u2122 OR "acme \u2013 the shop" OR \u20ac5',
            [Term("Acme"), Term("acme the shop"), Term("#acmetheshop"), Term("5")],
        ),
        ("e.on OR .NET", [Term("e.on"), Term(".NET")]),
        (NEAR, [Term("acme")]),
        ("ab NEAR/2 (refund OR moneyback)", [Term("refund"), Term("moneyback")]),
        ("acme (new OR -jobs)", [Term("acme")]),
        ("author:bob", []),
        ("acme OR author:bob", []),
    ],
)
def test_terms(rule: str, terms: list[Term]) -> None:
    assert list(parse(rule).terms()) == terms


WORDS = [
    "a",
    "b",
    "c",
    "aab",
    "a&b",
    "b!",
    "@a",
    "#a",
    "@a_b",
    "ト",
    "車",
    "ト車",
    "á",
    "A",
    "a-b",
    "a.b",
    "#aB",
    "#ab",
    "#AbA_b",
    "#AAAAab2",
]
QUERY_WORDS = st.sampled_from(
    [*WORDS, '"a b"', '"a a"', '"b 車 a"', '"@a b"', "aab*", "=A", '="A b"', "@aab*", "lang:en", "source:forum"]
)
NEARABLE = st.sampled_from([w for w in WORDS if ":" not in w] + ['"a b"', '"a a"', "(b OR c)", "(@a OR 車 OR =A)"])
RULES = st.recursive(
    QUERY_WORDS | st.builds("{} NEAR/{} {}".format, NEARABLE, st.integers(0, 3), NEARABLE),
    lambda inner: (
        st.builds("({})".format, st.lists(inner, min_size=2, max_size=3).map(" OR ".join))
        | st.builds("({})".format, st.lists(inner, min_size=2, max_size=3).map(" ".join))
        | st.builds("-({})".format, inner)
    ),
    max_leaves=8,
)
TEXTS = st.lists(st.sampled_from([*WORDS, "x", "B", "#b", "_", "\u2122", "e\u0301"]), max_size=9).flatmap(
    lambda words: st.sampled_from([" ", "", ", ", "\n\n"]).map(lambda between: between.join(words))
)


@settings(max_examples=800, deadline=None)
@given(RULES, TEXTS, TEXTS, st.sampled_from([None, "en", "de"]))
def test_all_engines_agree(rule: str, text: str, title: str, lang: str | None) -> None:
    query = parse_or_error(rule)
    if isinstance(query, QueryError):
        assert query.code in (ErrorCode.ONLY_EXCLUDES, ErrorCode.TOO_DEEP)
        return
    item = post(text, title=title, lang=lang)
    document = Document.of(item)
    expected = query.matches(document)
    assert [engine for engine in ENGINES if engine(query, item) != expected] == []
    spans = query.spans_in(document)
    assert list(spans) == sorted(spans)
    assert all(0 <= start < end <= len(item.body) for start, end in spans)
    if ":" not in rule:
        assert bool(spans) == expected
        terms = [parse(f'"{term.text}"' + "*" * term.prefix) for term in query.terms()]
        assert not expected or any(term.matches(document) for term in terms)
    phrases = [_letters(phrase) for phrase in _phrases_of(rule)]
    for start, end in spans:
        piece = _letters(item.body[start:end])
        assert any(piece == phrase or (phrase == "aab" and piece.startswith(phrase)) for phrase in phrases)


def _phrases_of(rule: str) -> list[str]:
    spaced = rule.replace("(", " ").replace(")", " ")
    quoted = spaced.split('"')
    return quoted[1::2] + [word for bare in quoted[::2] for word in bare.split()]


def _letters(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_word_of_any_text_is_found(before: str, after: str) -> None:
    words = WORD.findall(fold(before))
    item = post(f"{before} {after}")
    for word in words[:5]:
        query = parse(f'"{word}"')
        assert all(engine(query, item) for engine in ENGINES), word
        assert query.spans(item.body)


def test_parse_is_thread_safe() -> None:
    rules = [rule for rule, *_ in EXAMPLES] * 5
    with ThreadPoolExecutor(8) as threads:
        assert [str(query.tree) for query in threads.map(parse, rules)] == [str(parse(rule).tree) for rule in rules]


def test_text_cannot_forge_index_words() -> None:
    forged = post("\ue001united \ue002acme \ue000b1")
    assert not any(engine(parse("@united OR #acme"), forged) for engine in ENGINES)
