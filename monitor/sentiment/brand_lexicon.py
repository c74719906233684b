"""Words that VADER's lexicon lacks or misjudges when people write about brands. Each group states its reason.

Written from general knowledge of how customers and headlines speak, not taken from any labelled data set. Valences are
on VADER's scale, -4..4. Most of ours are mild, so that a mild word does not outweigh a strong one.
"""

from __future__ import annotations

from monitor.sentiment import token_flags


def word_set(text: str) -> frozenset[str]:
    """Split a string of words."""
    return frozenset(text.split())


NEUTRALIZED = word_set(
    # Requests: "please help", "can you support me" and "hope to hear" are polite, not praise.
    "please help helping helped want wants wanted hope hopes hoping hopeful support supporting supported dear "
    # Names of products and business terms: free shipping, credit card, mobile security, energy firm.
    "free play plays played playing share shared shares credit security secure energy interest interests party "
    "vision chance natural create created creative active top engage challenge challenges challenging pay "
    # Contests and small talk, in marketing and elsewhere: "win a trip", "join us".
    "win winner join joined number natives value values matter matters "
    # Fillers: agreement, address and laughter (people laugh *at* brands at least as often as with them).
    "like yes yeah sure ok okay well kind hey hi hmm lol lmao lmfao rofl haha hahaha hah heh ha true god yep "
    # Business terms that VADER takes for moods: demand, gross margin, low price, legal department.
    "demand demands gross killer crazy alone low lower lowest serious seriously fire war dark "
    "alert alerts straight certain certainly ready agree agreed agreement care careful commit committed "
    "feeling feelings dream dreams legal opportunity opportunities solution solutions wish wishes "
    # Laughter again, as emoji.
    "😂 🤣 😅 😆"
)
"""Words in VADER's lexicon that say nothing about a brand. They get valence 0."""

_POSITIVE = {
    # Praise that VADER does not know.
    1.6: "recommend recommended recommends reliable dependable seamless flawless flawlessly smoothly intuitive prompt "
    "promptly responsive courteous professional knowledgeable attentive speedy stellar superb seamlessly bargain "
    "pleased impressed impressive impresses delicious tasty yummy flavorful affordable spacious durable sturdy "
    "versatile stylish sleek crisp gem gorgeous must-have hassle-free top-notch first-class",
    # Strong praise and exclamations of joy.
    2.2: "kudos props shoutout bravo amaze amazed phenomenal unbeatable goat yay woohoo woot yum heaven rocks rocked "
    "rockstar lifesaver spotless outstanding exceptional game-changer best-in-class",
    # Emoji that VADER describes without a mood: "clapping hands".
    1.7: "👏 🙌 👍 💯 🔥 🎉 🤩 👌",
    # Mild: properties that customers like.
    1.0: "fast faster fastest quick quicker quickest quickly cheap cheaper cheapest smooth smoother handy convenient "
    "lightweight fresh upgraded generous portable quiet quieter simpler simple solved resolved helpful upgrade "
    "genuine authentic polite efficient cozy",
    # Headlines: a company's share price rises or its business goes well.
    1.2: "rises rise rose rising rally rallies rallied rallying soar soars soared soaring surge surges surged surging "
    "jumps jumped climbs climbed climb gains gained gainer gainers rebound rebounds rebounded outperform outperforms "
    "outperformed beats upbeat bullish buoyant record-high breakthrough milestone unveils wins won bags bagged "
    "upgrades accumulate turnaround expands expansion doubles triples tops topped",
}
_NEGATIVE = {
    # A service or product that failed, in customers' words.
    1.4: "outage outages downtime glitch glitches glitchy glitched buggy bug bugs laggy lag lags lagging freezes froze "
    "freezing hacked breach breached leaked unresponsive inop malfunction malfunctioning malfunctioned defective "
    "faulty bricked overheats overheating crashes crashed crashing unusable disconnected broke ruining botched "
    "mishandled misplaced unresolved inconvenience inconvenienced inconvenient",
    # Money: overcharged, refunded or cheated.
    1.5: "refund refunds refunded overcharged overcharge overcharging overpriced pricey expensive ripoff rip-off "
    "scammed scammers ripped robbed chargeback compensation reimburse reimbursement nickel-and-dime "
    "misled misleading bait-and-switch gouging",
    # Waiting: the most common complaint.
    1.2: "waiting waited delayed delays delay late stranded queue queues unanswered understaffed overbooked "
    "cancelled canceled cancellation cancellations cancelling canceling cancel canceled reschedule rescheduled "
    "standby rebook rebooked rebooking slow slower slowest sluggish hrs hungup ",
    # Contempt.
    2.2: "shoddy clueless incompetent incompetence unprofessional abysmal atrocious appalling dreadful horrendous "
    "deplorable laughable inexcusable unreliable nightmare subpar sub-par mediocre joke disgrace lousy overrated "
    "boycott rubbish garbage trash trashy crappy sux suckss fml ffs sigh yikes meh boo #fail nope shitty "
    "unhelpful discourteous disorganized disorganised inept inedible bland tasteless stale soggy flimsy clunky "
    "horrid ruined ruins blows worthless disgraceful third-world unreal unbelievable unfair",
    # Emoji that VADER describes without a mood: "face with steam from nose".
    2.0: "😡 🤬 👎 💩 🙄 😤 🤦 🤮 🤢 😒 😑",
    # Problems described without anger.
    0.8: "issue issues complaint complaints complain complained complaining unable missed damaged dirty noisy cramped "
    "downgrade downgraded bloated bloatware outdated dated hidden loud heavier bulky wasted waste lacks lacking lacked "
    "hassle excuse excuses nowhere unacceptable apology mess messed awkward disconnects disconnect",
    # Headlines: a company's share price falls or its business goes badly.
    1.3: "falls fall fell falling slump slumps slumped slumping plunge plunges plunged plunging tumble tumbles tumbled "
    "slides slid slide sinks sank sink slips slipped dips dipped drops declines declined decline plummets plummeted "
    "nosedive bearish downbeat underperform underperforms recall recalls recalled lawsuit lawsuits sued sues sue fined "
    "probe probes probed raid raided layoffs layoff bankruptcy insolvency default defaults antitrust backlash slams "
    "slammed blasts blasted woes drag drags dragged underweight shuts shutdown weaker weakens misses crackdown "
    "halts halted shrinks shrink slashes slashed ban bans banned tanked sheds shed cracks fraudulent",
}

PHRASES = {
    # The product or service does not work.
    "stopped working": -2.0, "not working": -2.0, "isn't working": -2.0, "doesn't work": -2.0, "won't work": -2.0,
    "does not work": -2.0,
    "don't work": -2.0, "didn't work": -1.5, "never works": -2.0, "never worked": -2.0, "not work": -1.5,
    "won't load": -1.5, "won't let me": -1.5, "can't log": -1.5, "can't login": -1.5, "can't access": -1.5,
    "can't even": -1.5, "went down": -1.2, "is down": -1.5, "shut down": -1.0, "breaks down": -1.5, "broke down": -1.5,
    "falling apart": -2.0, "fell apart": -2.0, "fall apart": -2.0,
    # Waiting, getting no answer.
    "on hold": -1.5, "still no": -1.5, "still waiting": -1.5, "still haven't": -1.5, "still not": -1.5,
    "still hasn't": -1.5, "no response": -1.5, "no reply": -1.5, "no answer": -1.5, "no one": -1.0, "nobody": -0.8,
    "no help": -2.0, "no idea": -0.8, "no explanation": -1.5, "no apology": -1.5, "no sign": -0.8, "no info": -1.5,
    "no information": -1.5, "no communication": -1.5, "hung up": -1.8, "hang up": -1.2, "hangs up": -1.8,
    "not answering": -1.5, "can't get": -1.2, "can't reach": -1.5, "cannot get": -1.2, "couldn't get": -1.2,
    "no way": -1.0, "get through": -1.0, "run around": -1.2, "ran out": -1.0, "sat on": -0.8, "sitting on": -1.0,
    "stuck on": -1.0, "stuck in": -1.0, "wait time": -0.8, "wait times": -0.8, "long wait": -1.5, "hour wait": -1.5,
    "over an hour": -1.2, "all day": -0.8, "how long": -0.8, "how much longer": -1.5, "hours late": -1.5,
    "last minute": -0.5, "fix this": -1.0, "fix it": -0.8, "fix your": -1.5, "get your": -0.8, "why can't": -1.0,
    "why is": -0.6, "why are": -0.6, "why do": -0.6, "why does": -0.8, "why would": -0.8, "how hard": -1.0,
    "what happened": -0.6, "what's wrong": -1.0, "wake up": -0.6, "step up": -1.0, "do better": -1.5, "be better": -1.0,
    # Verdicts, and never buying again.
    "never again": -2.5, "last time": -1.2, "lost a customer": -2.5, "lost my business": -2.5, "lost me": -2.0,
    "waste of": -2.2, "not happy": -2.0, "not impressed": -2.2, "not cool": -2.0, "not ok": -1.8, "not okay": -1.8,
    "not worth": -2.2, "don't bother": -2.2, "don't buy": -2.5, "do not buy": -2.5, "stay away": -2.5,
    "steer clear": -2.5, "don't waste": -2.2, "don't fly": -2.0, "don't use": -1.8, "not recommend": -2.2,
    "wouldn't recommend": -2.2, "get it together": -2.0, "get your act": -2.0, "your act together": -1.5,
    "step backwards": -1.5, "let down": -2.0, "rip off": -2.0, "ripped off": -2.2, "too bad": -1.5, "no longer": -0.8,
    "used to be": -1.2, "used to love": -1.5, "used to like": -1.5, "customer service fail": -2.0, "epic fail": -2.5,
    "sick of": -1.2, "tired of": -1.5, "fed up": -2.0, "no thanks": -1.8, "thanks for nothing": -5.0, "no wonder": -1.0,
    "gone downhill": -2.2, "goes downhill": -2.0, "go under": -1.5, "beyond frustrated": -1.0,
    "worst ever": -1.0, "fall short": -1.8, "falls short": -1.8, "leaves much to be desired": -2.0,
    "leave a lot to be desired": -2.0, "leaves a lot to be desired": -2.0, "too expensive": -0.8, "too slow": -0.8,
    "too much": -0.6, "too many": -0.6, "too long": -0.8, "too loud": -0.6, "too small": -0.8, "too heavy": -0.8,
    "poor quality": -0.8, "not enough": -1.0, "lack of": -1.5, "at fault": -1.0, "data breach": -1.0,
    # Praise made of words that are neutral by themselves.
    "well done": 2.2, "good job": 0.6, "great job": 0.6, "nice work": 0.8, "keep it up": 1.5, "keep up": 1.2,
    "hats off": 2.2, "can't wait": 2.0, "cant wait": 2.0, "can not wait": 2.0, "cannot wait": 2.0, "two thumbs": 1.8,
    "thumbs up": 2.0, "works well": 1.8, "works great": 0.8, "works perfectly": 0.8, "work well": 1.5,
    "works fine": 1.0, "easy to use": 0.8, "worth every": 1.8, "worth the": 1.2, "worth it": 1.2, "well worth": 1.5,
    "high quality": 1.2, "good value": 1.2, "great value": 1.0, "made my day": 2.2, "made my": 0.8,
    "above and beyond": 2.5, "the bomb": 0.5, "on point": 1.8, "on time": 1.0, "ahead of schedule": 1.2,
    "no problem": 2.2, "no problems": 2.2, "no issues": 1.8, "no complaints": 1.8, "without a hitch": 1.8,
    "without any problems": 2.2, "never fails": 3.0, "never disappoints": 3.5, "never let me down": 3.0,
    "can't go wrong": 3.0, "can't beat": 1.5, "cannot beat": 1.5, "can't live without": 2.0, "couldn't be happier": 1.0,
    "not bad": 2.4, "not a problem": 2.2, "big fan": 0.8, "my favorite": 0.5, "so far so good": 1.0,
    "highly recommend": 0.8, "would recommend": 0.8, "must have": 1.0, "a must": 1.2, "go to place": 1.2,
    "look forward": 1.2, "looking forward": 1.5, "hooked on": 1.5, "blown away": 2.5, "second to none": 2.5,
    # Headlines.
    "all-time high": 1.5, "record high": 1.5, "record profit": 0.8, "record low": -1.5, "52-week low": -1.5,
    "52-week high": 1.5, "profit falls": -1.5, "profit rises": 1.0, "profit up": 1.0, "profit down": -2.0,
    "net loss": -0.8, "job cuts": -1.5, "cuts jobs": -1.5, "price target": 0.2, "in the red": -1.5,
    "in the black": 1.5, "buy rating": 1.2, "sell rating": -1.2, "under fire": -2.0, "steps down": -1.0,
    "sell-off": -1.5, "files for bankruptcy": -1.0, "class action": -1.5, "strong results": 0.5,
}  # fmt: skip
"""Phrase -> valence at its last word, in addition to the valences of its words."""

TIME_UNITS = word_set("hour hours hrs hr minutes mins min days weeks months")
WAITING_VALENCE = -1.2
"""Valence of a time unit after a number or "an": "3 hours"."""

BETTER = word_set(
    "better faster easier cheaper nicer superior stronger safer smoother quicker smarter cooler tastier preferable "
    "cleaner healthier prettier sturdier sharper brighter friendlier lighter greater finer ahead"
)
WORSE = word_set(
    "worse slower harder weaker uglier inferior pricier clunkier noisier poorer crappier dumber lamer behind"
)
"""Comparatives before "than" that rank one brand higher. After "more" and "less" the next word decides."""

SWITCHING_VERBS = word_set(
    "switch switched switching switches move moved moving migrate migrated migrating change changed changing went "
    "go going convert converted jump jumped defect defected defecting"
)
"""Verbs of switching from one brand to another."""
CHOOSING_VERBS = word_set(
    "prefer preferred prefers choose chose chosen choosing pick picked picking recommend favor favour take buy bought "
    "want"
)
"""Verbs that prefer one brand to another."""
LEAVING_VERBS = word_set(
    "ditch ditched ditching dump dumped dumping leave leaving left quit quitting cancel cancelled canceled cancelling "
    "canceling boycott boycotting avoid avoiding drop dropped dropping uninstall uninstalled uninstalling deleted "
    "deleting delete unfollow unfollowed"
)
"""Verbs that reject the brand right after them."""
WINNING_VERBS = word_set(
    "beat beats beating outperform outperforms outperformed outclass outclasses trump trumps trumped outshines "
    "surpass surpasses surpassed overtake overtakes overtook outsells outsold crushes outpace outpaces "
    "destroys annihilates smokes"
)
"""Verbs whose subject beats their object."""
LOSING_VERBS = word_set("lose loses losing lost")
THANKING_WORDS = word_set("thanks thank thx thnx tnx ty kudos props shoutout bravo congrats congratulations")

CONJUNCTIONS = word_set(
    "but while whereas although though however yet and or because than as unlike vs versus over instead"
)
"""Words that begin a new clause."""


def valences() -> dict[str, float]:
    """Word -> valence, for the words that override VADER's lexicon."""
    merged: dict[str, float] = dict.fromkeys(NEUTRALIZED, 0.0)
    for sign, groups in ((1.0, _POSITIVE), (-1.0, _NEGATIVE)):
        for valence, words in groups.items():
            merged.update(dict.fromkeys(words.split(), sign * valence))
    return merged


def word_flags() -> dict[str, int]:
    """Word -> bits of ``token_flags``, apart from the flags that depend on a valence."""
    verbs = SWITCHING_VERBS | CHOOSING_VERBS | LEAVING_VERBS | WINNING_VERBS | LOSING_VERBS
    groups = {
        token_flags.THAN: frozenset(("than",)),
        token_flags.TIME_UNIT: TIME_UNITS,
        token_flags.CONJUNCTION: CONJUNCTIONS,
        token_flags.COMPARISON: verbs | THANKING_WORDS | {"unlike", "instead", "rid", "superior", "inferior"},
    }
    flags: dict[str, int] = {}
    for flag, words in groups.items():
        for word in words:
            flags[word] = flags.get(word, 0) | flag
    return flags
