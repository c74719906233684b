"""Words that rank one brand above another: comparatives, switching, choosing, leaving, winning."""

from __future__ import annotations

from monitor.sentiment.lexicon.text import word_set

BETTER = word_set(
    "better faster easier cheaper nicer superior stronger safer smoother quicker smarter cooler tastier preferable "
    "cleaner healthier prettier sturdier sharper brighter friendlier lighter greater finer ahead fresher happier "
    "kinder simpler lovelier comfier warmer quieter"
)
WORSE = word_set(
    "worse slower harder weaker uglier inferior pricier clunkier noisier poorer crappier dumber lamer behind ruder "
    "dirtier buggier laggier staler blander louder"
)
"""Comparatives before "than" that rank one brand higher. After "more" and "less" the next word decides."""
NOT_A_RIVAL = word_set(
    "i we they you it he she this that ever before expected usual last when what normal average most my nothing "
    "usually anything how advertised promised any some"
)
"""After "than": no brand is compared. "better than I expected, @acme"."""

SWITCHING_VERBS = word_set(
    "switch switched switching switches migrate migrated migrating convert converted converting defect defected "
    "defecting back ported porting"
)
"""Verbs of switching from one brand to another."""
MOVING_VERBS = word_set(
    "move moved moving moves went go going gone change changed changing jump jumped jumping came come coming "
    "transferred upgraded upgrade upgrading"
)
"""Verbs of going somewhere, which switch brands only beside another. Cost: "we moved to Acme" alone says nothing."""
CHOOSING_VERBS = word_set(
    "prefer preferred prefers choose chose chosen choosing pick picked picking recommend favor favour take buy "
    "bought want went use"
)
"""Verbs that prefer one brand to another."""
PREFERRING_VERBS = word_set("prefer prefers preferred chose choose")
"""Those that need no second brand."""
LEAVING_VERBS = word_set(
    "ditch ditched ditching dump dumped dumping quit quitting cancel cancelled canceled cancelling canceling "
    "boycott boycotting avoid avoiding uninstall uninstalled uninstalling deleted deleting delete unfollow "
    "unfollowed abandon abandoned abandoning"
)
"""Verbs that reject the brand right after them."""
PARTING_VERBS = word_set("leave leaving left drop dropped dropping quit")
"""Verbs that reject the brand only with a negation or beside another brand: people also leave shops and airports."""
PARTING_SIGNS = word_set("for after because to since finally")
STAYING_VERBS = word_set("stick sticking stuck stay staying stayed stays sticks loyal")
"""Before "with" or "to" and the brand."""
WINNING_VERBS = word_set(
    "beat beats beating outperform outperforms outperformed outclass outclasses trump trumps trumped outshines "
    "surpass surpasses surpassed overtake overtakes overtook outsells outsold crushes outpace outpaces destroys "
    "annihilates smokes edges pips"
)
"""Verbs whose subject beats their object, if that is a brand or "every", "all", "the rest"."""
BEATEN = word_set(
    "all every everyone everything any anything anyone everybody rivals competitors competition rest others"
)
UNBEATABLE_BEFORE = word_set("nothing nobody none can't cannot hard tough impossible cant no-one one")
LOSING_VERBS = word_set("lose loses losing lost")
REGRET = word_set("should've should shoulda wish")
REGRETTED = word_set("gone stuck stayed bought used flown picked chosen booked went ordered kept")
"""After "should have": "should have stayed with BRAND" is in its favour."""
ARTICLES = word_set("the a an my our your their his her this that these those any all old new good")
VERB_AUXILIARIES = word_set(
    "is are was were has have just still really clearly totally definitely always can could will easily usually simply"
)
"""Words that may come between the brand and a verb such as "beats"."""
EXTRA_CUES = word_set(
    "ahead behind compete compare unlike instead rid superior inferior preferable rather compared match candle over "
    "as better worse dust circles water shame floor learn > >> >>> "
    "makes make made making miss missing missed notes lesson lessons page goodbye bye bye-bye farewell adios hello "
    "least happen happened wishes glad why regret regretting never"
)
LEARNING = word_set("learn notes lesson lessons page leaf")
"""Before "from" and the model: "could learn from BRAND", "take notes from BRAND"."""
FAREWELLS = word_set("goodbye bye bye-bye farewell adios")
"""Right before the brand that somebody leaves, beside another: "goodbye RIVAL, hello BRAND"."""
GREETINGS = word_set("hello hi hey welcome")
"""Right before the brand that somebody turns to, beside such a farewell."""
MISSING_VERBS = word_set("miss missing missed misses")
"""Right before the brand that somebody would rather have, beside another. Cost: "missed RIVAL's flight"."""
PREFERRED_AFTER = (
    ("at", "least"),
    ("at", "least", "with"),
    ("never", "happen", "with"),
    ("not", "happen", "with"),
    ("wouldn't", "happen", "with"),
    ("never", "happened", "with"),
    ("wishes", "it", "was"),
    ("wishes", "it", "were"),
    ("wishes", "they", "were"),
    ("glad", "i", "went", "with"),
    ("glad", "we", "went", "with"),
    ("glad", "i", "chose"),
    ("glad", "we", "chose"),
    ("glad", "i", "picked"),
    ("glad", "we", "picked"),
    ("glad", "i", "use"),
    ("glad", "i'm", "with"),
)
"""Right before the brand that is better, beside another: "at least BRAND answers". Cost: "at least RIVAL
has 3 shops"."""
REGRETTING = (("why", "did"), ("should", "never"), ("shouldn't", "have"), ("never", "should"), ("should", "not"))
"""Two words before a farewell that its author regrets: "why did I ever leave BRAND". Also REGRETTED_NOUNS."""
REGRETTED_NOUNS = word_set("regret regretting regretted mistake")
MAKING_VERBS = word_set("makes make made making")
MADE_PEOPLE = word_set("me us you one people everyone")
MADE_TO = word_set(
    "appreciate appreciating miss love value prefer like treasure respect want thankful grateful glad happy"
)
"""What a brand makes somebody feel towards another: "RIVAL makes me appreciate BRAND"."""
MADE_TO_LOOK = word_set(
    "good great amazing brilliant fantastic wonderful heaven perfect competent professional cheap fast saints"
)
"""What a brand makes another look like: "RIVAL makes BRAND look good"."""
BEATING_IDIOMS = (
    (word_set("leaves leave left leaving"), ("in", "the", "dust")),
    (word_set("blows blow blew blowing"), ("out", "of", "the", "water")),
    (word_set("puts put putting"), ("to", "shame")),
)
"""Verbs before what is beaten, and the words after it."""
BEATING_PHRASES = (
    ("circles", "around"),
    ("circles", "round"),
    ("the", "floor", "with"),
    (">",),
    (">>",),
    (">>>",),
)
"""Words right before what is beaten."""
