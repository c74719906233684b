"""What the author of a post may want: to switch, to be advised, to complain. The rules are in ``intents.toml``.

A rule or pattern that names BRAND counts towards that brand only. The others count towards every brand of the post
that is named in the same sentence, or towards all of them if that sentence names none.
"""

from monitor.intent.agreement import with_intents
from monitor.intent.finder import IntentFinder, ScoredText
from monitor.intent.rules import IntentRules, built_in_rules_text, load_intent_rules, parse_intent_rules

__all__ = [
    "IntentFinder",
    "IntentRules",
    "ScoredText",
    "built_in_rules_text",
    "load_intent_rules",
    "parse_intent_rules",
    "with_intents",
]
