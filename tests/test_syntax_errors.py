"""Error messages of rules and searches: position, code, reason, suggestion and fix."""

from __future__ import annotations

import pytest

from display.pages.mentions.query_fix import fixed_query
from monitor.errors import QueryError, QueryFix
from monitor.query import parse
from monitor.query.syntax_errors import ErrorCode
from tests.test_imports import ROOT


def error_of(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "column", "code", "reason", "suggestion"),
    [
        ("globex AND (pickup OR NEAR late)", 23, ErrorCode.BAD_NEAR,
         "NEAR needs a word before it and a number.",
         "Write `pickup NEAR/5 late` to find the two words at most 5 words apart."),
        ("NEAR/5 late", 1, ErrorCode.BAD_NEAR,
         "NEAR needs a word before it.",
         "Write `acme NEAR/5 late` to find the two words at most 5 words apart."),
        ("pickup NEAR late", 8, ErrorCode.BAD_NEAR,
         "NEAR needs a number.",
         "Write `pickup NEAR/5 late` to find the two words at most 5 words apart."),
        ("a NEAR/x b", 3, ErrorCode.BAD_NEAR,
         "NEAR needs a number up to 100.",
         "Write `a NEAR/5 b` to find the two words at most 5 words apart."),
        ("a NEAR/101 b", 3, ErrorCode.BAD_NEAR,
         "NEAR needs a number up to 100.",
         "Write `a NEAR/100 b` to find the two words at most 100 words apart."),
        ("a NEAR/5", 3, ErrorCode.MISSING_OPERAND,
         "NEAR/5 needs a word after it.",
         "For example: `acme NEAR/5 refund`."),
        ("a NEAR/5 -b", 10, ErrorCode.BAD_NEAR,
         "NEAR/5 cannot be followed by an excluded word.",
         "Exclude the word separately, as in `acme -jobs`."),
        ("x a NEAR/3 (b c)", 5, ErrorCode.BAD_NEAR,
         "NEAR can only join words, phrases, and brackets that contain only these and OR.",
         'For example: `acme NEAR/5 (refund* OR "money back")`.'),
        ("near/5", 1, ErrorCode.LOWER_CASE_OPERATOR,
         "`near/5` in lower case could be a word or an operator.",
         'Write NEAR/5 for the operator, or "near/5" in quotes for the word.'),
        ("acme or globex", 6, ErrorCode.LOWER_CASE_OPERATOR,
         "`or` in lower case could be a word or an operator.",
         'Write OR for the operator, or "or" in quotes for the word.'),
        ("", 1, ErrorCode.EMPTY,
         "There is nothing to search for.",
         "Write a word, such as `acme`."),
        ("  ", 1, ErrorCode.EMPTY,
         "There is nothing to search for.",
         "Write a word, such as `acme`."),
        ("a ( )", 3, ErrorCode.EMPTY_BRACKETS,
         "These brackets are empty.",
         "Write a word between them, or remove them."),
        ("a (b (c)", 3, ErrorCode.UNCLOSED_BRACKET,
         "This bracket is not closed.",
         "Add a `)` where it should end."),
        ("acme)", 5, ErrorCode.UNOPENED_BRACKET,
         "This bracket has no opening bracket.",
         "Remove it, or add a `(` before it."),
        ("(a OR)", 4, ErrorCode.MISSING_OPERAND,
         "OR needs a word after it.",
         "For example: `acme OR globex`."),
        ("acme NOT", 6, ErrorCode.MISSING_OPERAND,
         "NOT needs a word after it.",
         "For example: `acme NOT jobs`."),
        ("OR a", 1, ErrorCode.MISSING_OPERAND,
         "OR needs a word before it.",
         "For example: `acme OR globex`."),
        ("a AND OR b", 7, ErrorCode.MISPLACED_OPERATOR,
         "OR cannot directly follow AND.",
         "Remove one of them."),
        ("a OR OR b", 6, ErrorCode.MISPLACED_OPERATOR,
         "OR is written twice.",
         "Remove one of them."),
        ("a --b", 4, ErrorCode.MISPLACED_OPERATOR,
         "A minus is written twice.",
         "Remove one of them."),
        ("a - b", 3, ErrorCode.NO_WORD,
         "`-` contains no letter or digit, so it cannot be searched for.",
         "Write the minus directly before the word, as in `-jobs`."),
        ("ben & jerry", 5, ErrorCode.NO_WORD,
         "`&` contains no letter or digit, so it cannot be searched for.",
         'Put words that belong together in quotes, as in `"ben & jerry"`.'),
        ("acme OR -\U0001f525", 10, ErrorCode.EMOJI,
         "An emoji, such as `\U0001f525`, cannot be searched for.",
         "Search for words instead."),
        ('acme "\u2764\ufe0f\u200d\U0001f525*"', 7, ErrorCode.EMOJI,
         "An emoji, such as `\u2764\ufe0f\u200d\U0001f525`, cannot be searched for.",
         "Search for words instead."),
        ('="acme \U0001f44d\U0001f3fd"', 8, ErrorCode.EMOJI,
         "An emoji, such as `\U0001f44d\U0001f3fd`, cannot be searched for.",
         "Leave it out: the words match with and without it."),
        ("5\ufe0f\u20e3stars", 1, ErrorCode.EMOJI,
         "An emoji, such as `5\ufe0f\u20e3`, cannot be searched for.",
         "Leave it out: the words match with and without it."),
        ('a "b', 3, ErrorCode.UNCLOSED_QUOTE,
         "This quote is not closed.",
         'Add a `"` at the end of the phrase.'),
        ('a ""', 3, ErrorCode.NO_WORD,
         '`""` contains no word.',
         'Write a word, or a phrase in quotes, as in `"money back"`.'),
        ("-jobs", 1, ErrorCode.ONLY_EXCLUDES,
         "This only excludes posts, so nearly every post would match.",
         "Put a word before it that must occur, as in `acme -jobs`."),
        ("a OR -jobs", 6, ErrorCode.ONLY_EXCLUDES,
         "This only excludes posts, so nearly every post would match.",
         "Put a word before it that must occur, as in `acme -jobs`."),
        ("-lang:en", 1, ErrorCode.ONLY_EXCLUDES,
         "This only excludes posts, so nearly every post would match.",
         "Put a word before it that must occur, as in `acme -jobs`."),
        ("a de*", 3, ErrorCode.BAD_STAR,
         "`de*` is too short: a star needs at least 3 letters before it.",
         "Write more of the word, as in `refund*`, or remove the star."),
        ("*acme", 1, ErrorCode.BAD_STAR,
         "A star is only allowed at the end of a word.",
         "Write the word alone: it is found inside hashtags too, such as #BoycottAcme."),
        ("re*d", 3, ErrorCode.BAD_STAR,
         "A star is only allowed at the end of a word.",
         "Write the beginning of the word and a star, as in `refund*`."),
        ("auther:bob", 1, ErrorCode.BAD_FIELD,
         "`auther:` is not a field.",
         "Did you mean `author:`? To search for it in the text, put it in quotes."),
        ("re:invent", 1, ErrorCode.BAD_FIELD,
         "`re:` is not a field.",
         "The fields are author:, site:, lang: and source:. To search for it in the text, put it in quotes."),
        ("a author: bob", 3, ErrorCode.BAD_FIELD,
         "`author:` needs a value directly after it.",
         "For example: `author:bob`."),
        ("lang:english", 1, ErrorCode.BAD_FIELD,
         "`lang:` needs a language code of two letters, or `und` for unknown, directly after it.",
         "For example: `lang:en`."),
        ("x" * 4_001, 4001, ErrorCode.TOO_LONG,
         "A rule or search may have at most 4,000 characters; this one has 4,001.",
         "Split it into several."),
        ("a " * 201, 401, ErrorCode.TOO_MANY_TERMS,
         "A rule or search may have at most 200 words, phrases and fields.",
         "Split it into several."),
        ("a" + "(" * 1_000, 12, ErrorCode.TOO_DEEP,
         "Brackets may be nested at most 10 levels deep.",
         "Remove some of them."),
        ('"' + "a " * 101 + '"', 1, ErrorCode.TOO_MANY_WORDS,
         "A phrase may have at most 100 words; this one has 101.",
         "Shorten the phrase."),
        (f"({' OR '.join('abcdefghijk')}) NEAR/3 ({' OR '.join('abcdefghijk')})", 55, ErrorCode.BAD_NEAR,
         "NEAR may compare at most 100 pairs of words; this one compares 121.",
         "Use fewer words in the brackets."),
    ],
)  # fmt: skip
def test_error_message(text: str, column: int, code: ErrorCode, reason: str, suggestion: str) -> None:
    error = error_of(text)
    assert (error.column, error.code, error.reason, error.suggestion) == (column, code, reason, suggestion)
    assert error.text == text


OTHER_SYNTAX: list[tuple[str, int, ErrorCode, str | None]] = [
    ("acme \u2013 jobs", 6, ErrorCode.NO_WORD, "acme -jobs"),
    ("acme|globex", 5, ErrorCode.OTHER_SYNTAX, "acme OR globex"),
    ("acme || globex | x", 6, ErrorCode.OTHER_SYNTAX, "acme OR globex OR x"),
    ("acme\uff5cglobex", 5, ErrorCode.OTHER_SYNTAX, "acme OR globex"),
    ("acme && globex", 6, ErrorCode.OTHER_SYNTAX, "acme globex"),
    ("acme&&globex", 5, ErrorCode.OTHER_SYNTAX, "acme globex"),
    ("ben & jerry", 5, ErrorCode.NO_WORD, '"ben & jerry"'),
    ("acme&", 5, ErrorCode.OTHER_SYNTAX, "acme"),
    ("acm?", 4, ErrorCode.OTHER_SYNTAX, "acm*"),
    ("acm[ea]", 4, ErrorCode.OTHER_SYNTAX, None),
    ("\\bacme\\b", 1, ErrorCode.OTHER_SYNTAX, "acme"),
    ("acme\\globex", 5, ErrorCode.OTHER_SYNTAX, None),
    ("acme.+", 5, ErrorCode.OTHER_SYNTAX, None),
    ("!acme", 1, ErrorCode.OTHER_SYNTAX, None),
    ("acme ANDNOT jobs", 6, ErrorCode.OTHER_SYNTAX, "acme NOT jobs"),
    ("acme XOR globex", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme /5 late", 6, ErrorCode.OTHER_SYNTAX, "acme NEAR/5 late"),
    ("acme /s late", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme ADJ late", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme AROUND(5) late", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme WITHIN 5 late", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme -filter:retweets", 7, ErrorCode.BAD_FIELD, None),
    ("acme score:5", 6, ErrorCode.BAD_FIELD, None),
    ("re?und", 3, ErrorCode.OTHER_SYNTAX, None),
    ("acme ?", 6, ErrorCode.OTHER_SYNTAX, "acme"),
    ("re*d", 3, ErrorCode.BAD_STAR, None),
    ("late *acme*", 6, ErrorCode.BAD_STAR, "late acme*"),
    ('"acme late"~5', 12, ErrorCode.OTHER_SYNTAX, "acme NEAR/5 late"),
    ('"acme is late"~5', 15, ErrorCode.OTHER_SYNTAX, None),
    ("acme~", 5, ErrorCode.OTHER_SYNTAX, "acme"),
    ("acme NEAR5 late", 6, ErrorCode.OTHER_SYNTAX, "acme NEAR/5 late"),
    ("acme w/12 late", 6, ErrorCode.OTHER_SYNTAX, "acme NEAR/12 late"),
    ("acme NEAR:3 late", 6, ErrorCode.BAD_FIELD, "acme NEAR/3 late"),
    ("acme, globex", 5, ErrorCode.OTHER_SYNTAX, "acme OR globex"),
    ("acme;globex,", 5, ErrorCode.OTHER_SYNTAX, None),
    ("acme\u3001globex", 5, ErrorCode.OTHER_SYNTAX, "acme OR globex"),
    ("at&amp;t", 3, ErrorCode.OTHER_SYNTAX, "at&t"),
    ("&quot;acme late&quot;", 1, ErrorCode.OTHER_SYNTAX, '"acme late"'),
    ('"at&#38;t"', 4, ErrorCode.OTHER_SYNTAX, '"at&t"'),
    ("acme !jobs", 6, ErrorCode.OTHER_SYNTAX, "acme -jobs"),
    ("+acme +late", 1, ErrorCode.OTHER_SYNTAX, "acme late"),
    ("[acme OR globex] {late}", 1, ErrorCode.OTHER_SYNTAX, "(acme OR globex) (late)"),
    ("<acme>", 1, ErrorCode.OTHER_SYNTAX, "(acme)"),
    ("late /acm.*/i", 6, ErrorCode.OTHER_SYNTAX, None),
    ("acme^2", 5, ErrorCode.OTHER_SYNTAX, "acme"),
    (r"AT\&T", 3, ErrorCode.OTHER_SYNTAX, "AT&T"),
    ("`acme`", 1, ErrorCode.OTHER_SYNTAX, "acme"),
    ("acm%", 4, ErrorCode.OTHER_SYNTAX, None),
    ("acme$", 5, ErrorCode.OTHER_SYNTAX, "acme"),
    ("title=acme", 6, ErrorCode.OTHER_SYNTAX, None),
    ("late 'acme corp'", 6, ErrorCode.OTHER_SYNTAX, 'late "acme corp"'),
    ('Toys"R"Us', 5, ErrorCode.OTHER_SYNTAX, '"Toys R Us"'),
    ('"acme"-jobs', 7, ErrorCode.OTHER_SYNTAX, '"acme -jobs"'),
    ("acme or globex", 6, ErrorCode.LOWER_CASE_OPERATOR, "acme OR globex"),
    ("acme and not late", 6, ErrorCode.LOWER_CASE_OPERATOR, "acme AND NOT late"),
    ("title:acme", 1, ErrorCode.BAD_FIELD, "acme"),
    ("from:@bob", 1, ErrorCode.BAD_FIELD, "author:@bob"),
    ("to:bob", 1, ErrorCode.BAD_FIELD, "@bob"),
    ("hashtag:acme", 1, ErrorCode.BAD_FIELD, "#acme"),
    ("subreddit:bikes", 1, ErrorCode.BAD_FIELD, "site:r/bikes"),
    ("acme since:2026-01-01", 6, ErrorCode.BAD_FIELD, None),
    ("acme min_faves:10", 6, ErrorCode.BAD_FIELD, None),
    ("https://acme.example/x", 1, ErrorCode.BAD_FIELD, "site:https://acme.example/x"),
    ("acme lang:en,de", 13, ErrorCode.BAD_FIELD, "acme (lang:en OR lang:de)"),
    ("acme lang:(en OR de)", 6, ErrorCode.BAD_FIELD, "acme (lang:en OR lang:de)"),
    ("site:*.acme.example", 6, ErrorCode.BAD_FIELD, "site:acme.example"),
    ("author:bob*", 11, ErrorCode.BAD_FIELD, None),
    ("\ufeffacme\u200b \u200b| globex", 9, ErrorCode.OTHER_SYNTAX, "\ufeffacme\u200b \u200b OR globex"),
]


@pytest.mark.parametrize(("text", "column", "code", "fixed"), OTHER_SYNTAX, ids=[text for text, *_ in OTHER_SYNTAX])
def test_operators_of_other_tools_are_reported(text: str, column: int, code: ErrorCode, fixed: str | None) -> None:
    error = error_of(text)
    assert (error.column, error.code, fixed_query(error)) == (column, code, fixed)
    assert error.suggestion.endswith((".", "`"))


def test_the_example_leaves_out_a_minus() -> None:
    assert error_of("acme -jobs, globex").suggestion.startswith("Write `jobs OR globex`")


def test_reported_operators_are_listed_in_the_documentation() -> None:
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").replace(r"\|", "|")
    signs = [*"|,", "&&", "acm?", "~5", "^2", "[ ] { } < >", "/acm.*/", "&amp;", "+acme", "!acme", "title:", "since:"]
    assert [sign for sign in signs if f"`{sign}`" not in rules] == []


@pytest.mark.parametrize(
    "text", ["1,000 acme", "100% acme", "AC/DC", "r/bikes", "12:30", "'acme'", "$acme", "A$AP", "rock'n'roll"]
)
def test_signs_inside_words_are_no_operators(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("globex AND (pickup OR NEAR late)", QueryFix(12, 31, "pickup NEAR/5 late")),
        ("O OR NEAR/101 R", QueryFix(0, 15, "O NEAR/100 R")),
        ("NEAR/5 late", None),
        ("a NEAR/5", None),
        ("acme OR", None),
    ],
)
def test_fix_of_near_replaces_both_words_and_everything_between(text: str, fix: QueryFix | None) -> None:
    assert error_of(text).fix == fix
