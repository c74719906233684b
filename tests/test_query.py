from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Brand, Post, Term
from monitor.query import TOKENIZER, Document, Query, index_text, parse
from monitor.query.fts import compile_fts
from monitor.query.matcher import Matcher
from monitor.query.reading import WORD, fold
from tests.fakes import post

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
    ("$TSLA", ["buy $tsla"], ["buy tsla", "US$tsla"]),
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
    ("acme, corp", ["corp acme"], ["acme"]),
    ("a -a", [], ["a", ""]),
]  # fmt: skip

FIELD_EXAMPLES: list[tuple[str, list[dict[str, object]], list[dict[str, object]]]] = [
    ("acme -jobs -hiring lang:en", [{"lang": "en"}, {"lang": "en-GB"}],
     [{"lang": "de"}, {}, {"text": "Acme jobs", "lang": "en"}]),
    ("acme lang:und", [{}], [{"lang": "en"}]),
    ("acme (lang:en OR lang:de)", [{"lang": "en"}, {"lang": "de"}], [{"lang": "fr"}]),
    ("acme -site:pinterest.com", [{"site": "notpinterest.com"}, {"url": "https://pinterest.com.example/"}, {}],
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

Engine = Callable[[Query, Post], bool]


def batch(query: Query, item: Post) -> bool:
    return bool(Matcher([Brand("B", query.text)]).match([item])[0])


def by_itself(query: Query, item: Post) -> bool:
    return query.matches(Document.of(item))


def tag(name: str, value: str) -> str:
    return "\ue000" + (name + value).encode().hex()


def stored_row(item: Post) -> tuple[str, str, str]:
    tags = " ".join(tag(*pair) for pair in Document.of(item).fields)
    return index_text(item.text), index_text(item.title), tags


def stored(query: Query, item: Post, with_fields: bool = False) -> bool:
    """As a store does it: one index with columns for text, title and tags."""
    fts = compile_fts(query.tree, tag_expression if with_fields else None)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, title, tags, tokenize='{TOKENIZER}')")
        db.execute("INSERT INTO doc VALUES (?, ?, ?)", stored_row(item))
        scoped = fts.expression if with_fields else fts.expression and f"{{text title}} : ({fts.expression})"
        found = scoped is None or db.execute("SELECT 1 FROM doc WHERE doc MATCH ?", (scoped,)).fetchone() is not None
    return found and fts.accepts(Document.of(item))


def tag_expression(name: str, value: str) -> str:
    return f'tags : "{tag(name, value)}"'


def stored_with_fields(query: Query, item: Post) -> bool:
    """As a store does it whose index contains the fields as tokens."""
    return stored(query, item, with_fields=True)


ENGINES = [batch, stored, stored_with_fields, by_itself]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "yes", "no"), EXAMPLES, ids=[f"{i} {rule}" for i, (rule, *_) in enumerate(EXAMPLES)])
def test_a_rule_finds_what_it_says(engine: Engine, rule: str, yes: list[str], no: list[str]) -> None:
    query = parse(rule)
    assert [text for text in yes if not engine(query, post(text))] == []
    assert [text for text in no if engine(query, post(text))] == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "yes", "no"), FIELD_EXAMPLES, ids=[rule for rule, *_ in FIELD_EXAMPLES])
def test_fields_and_titles(
    engine: Engine, rule: str, yes: list[dict[str, object]], no: list[dict[str, object]]
) -> None:
    query = parse(rule)
    assert [some for some in yes if not engine(query, post(**some))] == []  # type: ignore[arg-type]
    assert [some for some in no if engine(query, post(**some))] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "expression"),
    [
        ("acme OR @acme_help", '"acme" OR "\ue001acme\ue003help"'),
        ("acme -jobs", '"acme" NOT "jobs"'),
        ("acme (new OR -jobs)", '"acme" NOT ("jobs" NOT "new")'),
        ("acme -=Jobs", '"acme"'),
        ("author:bob", None),
        ("acme OR author:bob", None),
        ("acme lang:en", '"acme"'),
    ],
)
def test_what_a_rule_compiles_to(rule: str, expression: str | None) -> None:
    assert compile_fts(parse(rule).tree).expression == expression


def test_only_what_fts_cannot_tell_is_checked() -> None:
    exact = ["acme", "@acme OR #acme", NEAR, "a (b OR -c)", '"a b"']
    assert [rule for rule in exact if compile_fts(parse(rule).tree).remainder is not None] == []
    bounded = ["=Acme", "AT&T", "acme lang:en", "@a NEAR/2 b", "author:bob"]
    assert [rule for rule in bounded if compile_fts(parse(rule).tree).remainder is None] == []
    tree = parse("acme (lang:en OR -author:bob)").tree
    with_fields = compile_fts(tree, lambda name, value: f'tags : "{name}{value}"')
    assert with_fields == ('"acme" NOT (tags : "authorbob" NOT tags : "langen")', None)


def test_conditions_that_every_post_satisfies() -> None:
    query = parse("acme lang:en -site:www.Example.com (source:a OR source:b)")
    assert query.fields == (("lang", "en", False), ("site", "example.com", True))


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
        ("acme", "\u200f\ufb01ß Ac\u00adme \U0001f600 acme", ["Ac\u00adme", "acme"]),
        ("トヨタ", "新しいトヨタの車", ["トヨタ"]),
        ("acme lang:en -site:a.example", "my acme", ["acme"]),
        ("acme (new OR author:bob)", "new acme", ["new", "acme"]),
        ("author:bob", "bob", []),
        ("globex", "acme", []),
    ],
)
def test_spans_are_the_words_that_count(rule: str, body: str, words: list[str]) -> None:
    assert [body[start:end] for start, end in parse(rule).spans(body)] == words


def test_spans_in_a_document_need_its_fields() -> None:
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
        ("AT&T, OR #acme OR @acme_help", [Term("AT&T"), Term("#acme"), Term("@acme_help")]),
        ("=Apple iphones*", [Term("iphones", prefix=True)]),
        ('"Money Back" OR refund* OR "Money Back"', [Term("Money Back"), Term("refund", prefix=True)]),
        ("apple (iphone OR mac) -pie lang:en", [Term("apple")]),
        ('Acme\u2122 OR "acme \u2013 the shop" OR \u20ac5', [Term("Acme"), Term("acme the shop"), Term("5")]),
        (NEAR, [Term("acme")]),
        ("ab NEAR/2 (refund OR moneyback)", [Term("refund"), Term("moneyback")]),
        ("acme (new OR -jobs)", [Term("acme")]),
        ("author:bob", []),
        ("acme OR author:bob", []),
    ],
)
def test_terms_find_a_superset(rule: str, terms: list[Term]) -> None:
    assert list(parse(rule).terms()) == terms


NEAR_HOW = "the two words at most 5 words apart."


@pytest.mark.parametrize(
    ("rule", "column", "reason", "suggestion"),
    [
        ("globex AND (pickup OR NEAR late)", 23, "NEAR needs a word before it and a number.",
         f"Write it as `pickup NEAR/5 late`: {NEAR_HOW}"),
        ("NEAR/5 late", 1, "NEAR needs a word before it.", f"Write it as `acme NEAR/5 late`: {NEAR_HOW}"),
        ("pickup NEAR late", 8, "NEAR needs a number.", f"Write it as `pickup NEAR/5 late`: {NEAR_HOW}"),
        ("a NEAR/x b", 3, "NEAR needs a number up to 100.", f"Write it as `a NEAR/5 b`: {NEAR_HOW}"),
        ("a NEAR/101 b", 3, "NEAR needs a number up to 100.",
         "Write it as `a NEAR/100 b`: the two words at most 100 words apart."),
        ("a NEAR/5", 3, "NEAR/5 needs a word after it.", "Write one, as in `acme NEAR/5 refund`."),
        ("a NEAR/5 -b", 10, "NEAR/5 cannot look for what is not there.", "Write it as `acme -jobs`."),
        ("x a NEAR/3 (b c)", 5, "NEAR can only join words, phrases, or a bracket of them with OR between.",
         'Write it as `acme NEAR/5 (refund* OR "money back")`.'),
        ("near/5", 1, "`near/5` in small letters could be a word or an operator.",
         'Write NEAR/5 to join, or "near/5" in quotes to look for the word.'),
        ("acme or globex", 6, "`or` in small letters could be a word or an operator.",
         'Write OR to join, or "or" in quotes to look for the word.'),
        ("", 1, "There is nothing to look for.", "Write a word, for instance `acme`."),
        ("  ", 1, "There is nothing to look for.", "Write a word, for instance `acme`."),
        ("a ( )", 3, "There is nothing between these brackets.", "Write a word in them, or none."),
        ("a (b (c)", 3, "This bracket is never closed.", "Add a `)` where it should end."),
        ("acme)", 5, "This bracket closes none.", "Take it away, or open one with `(` before it."),
        ("(a OR)", 4, "OR needs a word after it.", "Write one, as in `acme OR globex`."),
        ("acme NOT", 6, "NOT needs a word after it.", "Write one, as in `acme NOT jobs`."),
        ("OR a", 1, "OR needs a word before it.", "Write one, as in `acme OR globex`."),
        ("a AND OR b", 7, "OR cannot stand right after AND.", "Leave one of them out."),
        ("a OR OR b", 6, "OR stands here twice.", "Leave one of them out."),
        ("a --b", 4, "A minus stands here twice.", "Leave one of them out."),
        ("a - b", 3, "There is no letter or digit in `-`, so it cannot be looked for.",
         "Write the minus right before a word, as in `-jobs`."),
        ("ben & jerry", 5, "There is no letter or digit in `&`, so it cannot be looked for.",
         'Put words that belong together in quotes, as in `"ben & jerry"`.'),
        ("acme OR -\U0001f525", 10, "An emoji, such as `\U0001f525`, cannot be looked for.",
         "Look for words in its place."),
        ('acme "\u2764\ufe0f\u200d\U0001f525*"', 7,
         "An emoji, such as `\u2764\ufe0f\u200d\U0001f525`, cannot be looked for.",
         "Look for words in its place."),
        ('="acme \U0001f44d\U0001f3fd"', 8, "An emoji, such as `\U0001f44d\U0001f3fd`, cannot be looked for.",
         "Leave it out: the words are found with and without it."),
        ("5\ufe0f\u20e3stars", 1, "An emoji, such as `5\ufe0f\u20e3`, cannot be looked for.",
         "Leave it out: the words are found with and without it."),
        ('a "b', 3, "This quote is never closed.", 'Add a " at the end of the phrase.'),
        ('a ""', 3, 'There is no word in `""`.', 'Write a word, or two in quotes: `"money back"`.'),
        ("-jobs", 1, "This says only what must not be in a post, so nearly every post would match.",
         "Put a word before it that has to be there, as in `acme -jobs`."),
        ("a OR -jobs", 6, "This says only what must not be in a post, so nearly every post would match.",
         "Put a word before it that has to be there, as in `acme -jobs`."),
        ("-lang:en", 1, "This says only what must not be in a post, so nearly every post would match.",
         "Put a word before it that has to be there, as in `acme -jobs`."),
        ("a de*", 3, "`de*` is too short: the part before a star needs at least 3 letters.",
         "Write more of the word, as in `refund*`, or leave the star out."),
        ("re*d", 1, "A star can only stand at the end of a word.", "Write the beginning and a star: `refund*`."),
        ("auther:bob", 1, "`auther:` is no field.",
         "Did you mean `author:`? To look for it in the text, put it in quotes."),
        ("re:invent", 1, "`re:` is no field.",
         "Fields are author:, site:, lang: and source:. To look for it in the text, put it in quotes."),
        ("a author: bob", 3, "`author:` needs a value right after it.", "Write it as `author:bob`."),
        ("lang:english", 1, "`lang:` needs a code of two letters, or und for unknown, right after it.",
         "Write it as `lang:en`."),
        ("x" * 4001, 4001, "This is longer than 4,000 characters.", "Write several shorter ones."),
        ("a " * 201, 401, "More than 200 words.", "Write several shorter ones."),
        ("a" + "(" * 1000, 12, "More than 10 brackets within brackets.", "Take some away."),
        ('"' + "a " * 101 + '"', 1, "These are 101 words in a row.", "Write at most 100 in one phrase."),
        (f"({' OR '.join('abcdefghijk')}) NEAR/3 ({' OR '.join('abcdefghijk')})", 55,
         "NEAR has more than 100 pairs to compare.", "Write fewer words in OR."),
    ],
)  # fmt: skip
def test_every_mistake_says_where_and_what_instead(rule: str, column: int, reason: str, suggestion: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(rule)
    assert (caught.value.column, caught.value.reason, caught.value.suggestion) == (column, reason, suggestion)
    assert caught.value.text == rule


PIECES = [
    *["`", "(", ")", '"', "-", "*", "=", "@", "#", ":", "&", "!", "+", "$", "/", "'", "\\", "\x00", "\ud800", "\ue001"],
    *["AND", "OR", "NOT", "NEAR", "NEAR/3", "NEAR/0", "NEAR/999999999", "NEAR/\u0663", "and", "near/2", "{text}", "^"],
    *["acme", "re*", "refund*", '"money back"', "@united", "#tag", "=Apple", "AT&T", "author:bob", "site:", "x:y"],
    *["トヨタ", "ト*", "café", "ß", "\u2122", "\U0001f600", "\u201c", "\u200b", "\u0301", "  ", " ", " ", "\n"],
]  # fmt: skip


def soups(count: int) -> Iterator[str]:
    """Made-up rules of up to 30 pieces, with or without spaces between; the same at every run."""
    dice = random.Random(20260304)
    for _ in range(count):
        yield dice.choice(["", " ", " "]).join(dice.choices(PIECES, k=dice.randint(1, dice.choice([3, 8, 30]))))


@pytest.fixture(scope="module")
def tables() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, title, tags, tokenize='{TOKENIZER}')")
    db.execute("INSERT INTO doc VALUES (?, ?, ?)", (index_text("@united lost my bag. acme tag トヨタ"), "", ""))
    yield db
    db.close()


def outcome(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def understood(text: str, db: sqlite3.Connection) -> bool:
    """Whether ``text`` is a rule; if so it has to run in SQLite, on a text, and with fields in the index."""
    query = outcome(text)
    if isinstance(query, QueryError):
        assert 1 <= query.column <= len(text) + 1
        assert query.reason.endswith(".")
        assert query.suggestion
        return False
    run = "SELECT rowid FROM doc WHERE doc MATCH ?"
    if (expression := compile_fts(query.tree).expression) is not None:
        db.execute(run, (f'"a" AND ("b" OR ("c" AND ({{text title}} : ({expression}))))',)).fetchall()
    if (expression := compile_fts(query.tree, tag_expression).expression) is not None:
        db.execute(run, (expression,)).fetchall()
    query.spans("@united lost my bag. acme tag")
    query.terms()
    return True


def test_thirty_thousand_soups_of_operators_raise_nothing_else(tables: sqlite3.Connection) -> None:
    results = [understood(text, tables) for text in soups(30_000)]
    assert 3_000 < sum(results) < 27_000


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map(" ".join))
def test_hostile_strings_raise_nothing_else(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, title, tags, tokenize='{TOKENIZER}')")
        understood(text, db)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4000,
        ")" * 4000,
        "-" * 4000,
        "NOT " * 1000,
        "a OR " * 800,
        "a NEAR/3 " * 400,
        '"' * 4000,
        '"' * 3999,
        "-(" * 2000,
        "a*" * 2000,
        "&" * 4000,
        "a&" * 2000,
        "@" * 4000,
        "ト" * 4000,
        "NEAR/" + "9" * 3990,
        "a NEAR/3 b " * 66,
        " ".join(f'"{"a " * 15}"' for _ in range(110)),
    ],
    ids=lambda text: text[:8],
)
def test_long_monotony_raises_nothing_else(text: str, tables: sqlite3.Connection) -> None:
    understood(text, tables)


def test_the_deepest_rules_run_in_sqlite(tables: sqlite3.Connection) -> None:
    for inner, around in [
        ("a", "x (y OR {})"),
        ("a", "x -(y {})"),
        ("a", "-(-x {})"),
        ("a", "(-x OR -y OR {})"),
        ("(a NEAR/3 (b OR c))", "x (-y OR (z {}))"),
    ]:
        depth = 0
        while understood(f"w {inner}", tables):
            inner, depth = around.format(inner), depth + 1
        assert "brackets within brackets" in str(outcome(f"w {inner}"))
        assert depth >= 4


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


@settings(max_examples=1500, deadline=None)
@given(RULES, TEXTS, TEXTS, st.sampled_from([None, "en", "de"]))
def test_index_and_check_and_plain_reading_agree(rule: str, text: str, title: str, lang: str | None) -> None:
    query = outcome(rule)
    if isinstance(query, QueryError):
        assert "only what must not" in query.reason or "brackets within" in query.reason
        return
    item = post(text, title=title, lang=lang)
    document = Document.of(item)
    truth = query.matches(document)
    assert [engine.__name__ for engine in ENGINES if engine(query, item) != truth] == []
    spans = query.spans_in(document)
    assert list(spans) == sorted(spans)
    assert all(0 <= start < end <= len(item.body) for start, end in spans)
    if ":" not in rule:
        assert bool(spans) == truth
        terms = [parse(f'"{term.text}"' + "*" * term.prefix) for term in query.terms()]
        assert not truth or any(term.matches(document) for term in terms)
    asked = [_letters(leaf) for leaf in _leaves_of(rule)]
    for start, end in spans:
        piece = _letters(item.body[start:end])
        assert any(piece == leaf or (leaf == "aab" and piece.startswith(leaf)) for leaf in asked)


def _leaves_of(rule: str) -> list[str]:
    spaced = rule.replace("(", " ").replace(")", " ")
    quoted = spaced.split('"')
    return quoted[1::2] + [word for bare in quoted[::2] for word in bare.split()]


def _letters(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_phrase_taken_from_any_text_finds_it(before: str, after: str) -> None:
    words = WORD.findall(fold(before))
    item = post(f"{before} {after}")
    for word in words[:5]:
        query = parse(f'"{word}"')
        assert all(engine(query, item) for engine in ENGINES), word
        assert query.spans(item.body)


def test_every_character_is_cut_and_folded_as_the_index_does_it() -> None:
    characters = [
        *range(0, 0x3400),
        *range(0x3400, 0x20000, 7),
        *range(0xD7FF, 0xFFFF, 3),
        *range(0x20000, 0x110000, 997),
    ]
    texts = [f"Ax{chr(code)}yB" for code in characters]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, tokenize='{TOKENIZER}')")
        db.execute("CREATE VIRTUAL TABLE word USING fts5vocab(doc, instance)")
        db.executemany("INSERT INTO doc(rowid, text) VALUES (?, ?)", [(i, index_text(t)) for i, t in enumerate(texts)])
        found: list[list[str]] = [[] for _ in texts]
        for word, doc in db.execute("SELECT term, doc FROM word ORDER BY doc, offset"):
            found[doc].append(word)
    assert [(t, f) for t, f in zip(texts, found, strict=True) if f != WORD.findall(fold(t))] == []
    assert [t for t in texts if fold(fold(t)) != fold(t)] == []


def test_threads_may_parse_at_once() -> None:
    rules = [rule for rule, *_ in EXAMPLES] * 5
    with ThreadPoolExecutor(8) as threads:
        assert [str(query.tree) for query in threads.map(parse, rules)] == [str(parse(rule).tree) for rule in rules]


def test_no_text_can_forge_the_index_words_of_handles_and_tags() -> None:
    forged = post("\ue001united \ue002acme \ue000b1")
    assert not any(engine(parse("@united OR #acme"), forged) for engine in ENGINES)
