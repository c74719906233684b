"""What feed software adds to a text, and ordinary sentences with the same words."""

from __future__ import annotations

import pytest

from monitor.feeds.boilerplate import without_boilerplate

TITLE = "Acme\u2019s new lamp"


@pytest.mark.parametrize(
    "footer",
    [
        "submitted by /u/bob to r/lamps\n[link] [comments]",
        "submitted by /u/bob [link] [comments]",
        "submitted by bob to lamps\n5 points | 2 comments",
        "[link] [comments]",
        "[comments]",
        "The post Acme's new lamp appeared first on Lamp News.",
        "The post Acme's New Lamp first appeared on Lamp News.",
        "Der Beitrag Acme\u2019s new lamp erschien zuerst auf Lampen.",
        "L\u2019article Acme\u2019s new lamp est apparu en premier sur Lampes.",
        "La entrada Acme\u2019s new lamp se public\u00f3 primero en L\u00e1mparas.",
        "Continue reading Acme\u2019s new lamp",
        "Continue reading \u201cAcme\u2019s new lamp\u201d\u2026",
        "Continue reading on Lamp News \u00bb",
        "Continue reading \u2192",
        "Read more",
        "Read more...",
        "[\u2026] Read more \u00bb",
        "(Read more)",
        "Read full topic",
        "2 posts - 2 participants\n\nRead full topic",
        "View original",
        "View original post: https://a.example/1",
        "Weiterlesen \u2192",
        "Article URL: https://a.example/\n\nComments URL: https://b.example/item?id=1\n\nPoints: 5\n\n# Comments: 2",
        "Read more\n\nThe post Acme's new lamp appeared first on Lamp News.",
    ],
)
def test_a_footer_is_not_text(footer: str) -> None:
    assert without_boilerplate(f"It is bright.\n\n{footer}", TITLE) == "It is bright."
    assert without_boilerplate(footer, TITLE) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "The post about lamps appeared first on Monday.",
        "The post Acme's old lamp appeared first on Lamp News.",
        "The report was submitted by /u/bob to r/lamps.",
        "I read more about Acme.",
        "Read more books!",
        "Read more and more...",
        "Continue reading if you like Acme.",
        "Please continue reading",
        "I prefer to view original lamps",
        "We got 5 points",
        "Points: 5",
        "See [comments] below.",
        "Read on, it gets better.",
        "The comments are open: [link] is broken",
    ],
)
def test_ordinary_sentences_stay(sentence: str) -> None:
    assert without_boilerplate(f"It is bright.\n\n{sentence}", TITLE) == f"It is bright.\n\n{sentence}"
    assert without_boilerplate(f"{sentence}\n\nIt is bright.", TITLE) == f"{sentence}\n\nIt is bright."


def test_only_the_end_of_a_text_is_removed() -> None:
    text = "Read more\n\nIt is bright."
    assert without_boilerplate(text, TITLE) == text
