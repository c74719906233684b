"""Rules about what a text says, one module per kind. They change the valences of words and leave cues as evidence.

    waiting    time spent waiting
    names      words that are part of the name of something else
    quotations what somebody else wrote, repeated
    money      measures of a business that go up or down
    changes    how it was before; trouble that is over
    moods      questions, wishes, plans, conditions, reports, sympathy
    sarcasm    praise and thanks beside a failure; polite thanks
    hints      several signs of a complaint in a text that a customer writes to the brand

A rule sees a text without regard to the brands in it. Rules about a brand's role (it speaks, somebody else is meant, it
is compared) are in ``roles`` and ``comparisons``.

To add a word, see ``lexicon``. To add a rule of a new kind: a module with ``TRIGGER`` (flags of tokens without which it
has nothing to do, or 0) and ``apply``, a kind in ``CueKind``, and sentences of both signs in
``tests/data/sentiment_choosing.txt``.
"""

from __future__ import annotations

from monitor.sentiment.rules import changes, money, moods, names, quotations, sarcasm, waiting
from monitor.sentiment.tokenized_text import TokenizedText

RULES = (waiting, names, quotations, money, changes, moods, sarcasm)
"""In the order of application: later rules see what earlier ones left."""


def apply_rules(text: TokenizedText) -> None:
    """Apply the rules that have something to do in ``text``."""
    flags = text.flags
    for rule in RULES:
        if not rule.TRIGGER or flags & rule.TRIGGER:
            rule.apply(text)
