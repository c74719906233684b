"""Evaluations that VADER's lexicon lacks or misjudges when people write about brands. Each group states its reason.

Written from general knowledge of how customers and headlines speak, not taken from any labelled data set. Valences are
on VADER's scale, -4..4. Most of ours are mild, so that a mild word does not outweigh a strong one.
"""

from __future__ import annotations

POSITIVE = {
    # Praise that VADER does not know.
    1.6: "recommend recommended recommends reliable dependable trustworthy seamless flawless flawlessly smoothly "
    "intuitive prompt promptly responsive courteous professional knowledgeable attentive speedy stellar superb "
    "seamlessly bargain pleased impressed impressive impresses delicious tasty yummy flavorful affordable spacious "
    "durable sturdy "
    "versatile stylish sleek crisp gem gorgeous must-have hassle-free top-notch first-class",
    # Strong praise and exclamations of joy.
    2.2: "kudos props shoutout bravo amaze amazed phenomenal unbeatable goat yay woohoo woot yum rocks rocked "
    "marvellous brill "
    "rockstar lifesaver spotless outstanding exceptional game-changer best-in-class",
    # Emoji that VADER describes without a mood: "clapping hands".
    1.7: "👏 🙌 👍 💯 🔥 🎉 🤩 👌",
    # Mild: properties that customers like.
    1.0: "fast faster fastest quick quicker quickest quickly cheap cheaper cheapest smooth smoother handy convenient "
    "lightweight generous portable quiet quieter simpler helpful "
    "hospitable effortless effortlessly comfy stoked chuffed snappy "
    "genuine authentic polite efficient cozy",
    # Headlines: a company's share price rises or its business goes well.
    1.2: "rises rise rose rising rally rallies rallied rallying soar soars soared soaring surge surges surged surging "
    "jumps jumped climbs climbed climb rebound rebounds rebounded outperform outperforms outperformed upbeat "
    "bullish buoyant record-high breakthrough milestone accumulate turnaround doubles triples wins won gains gained "
    "gainer gainers beats boosts boosted expands expansion "
    "clinches",
}
NEGATIVE = {
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
    1.2: "delayed delays delay late stranded queue queues unanswered understaffed overbooked "
    "cancelled canceled cancellation cancellations slow slower slowest sluggish hungup",
    # Contempt.
    2.2: "shoddy clueless incompetent incompetence unprofessional abysmal atrocious appalling dreadful horrendous "
    "deplorable laughable inexcusable unreliable nightmare subpar sub-par mediocre joke disgrace lousy overrated "
    "boycott rubbish garbage trash trashy crappy sux suckss fml ffs sigh yikes meh boo shitty unhelpful "
    "discourteous disorganized disorganised inept inedible bland tasteless stale soggy flimsy clunky "
    "horrid ruined ruins blows worthless disgraceful unfair absurd despicable shambolic debacle sloppy preposterous "
    "inappropriate disrespectful tacky creepy sleazy icky yuck yucky sexist egregious baffling pointless nonsensical "
    "dingy shabby grubby mildew reeks "
    "ghastly intolerable unbearable exasperating underwhelming lackluster lacklustre reprehensible unconscionable "
    "unforgivable repulsive soulless craptastic turrible idiots clowns amateurish shambles smelly unhygienic "
    "unsanitary uneatable snippy surly condescending clusterfuck",
    # Contempt that may be meant for something else, and words as they are mistyped in anger.
    1.45: "negligent negligence bungled deceptive extortion extortionate conned swindled shortchanged mistreated "
    "unwelcoming facepalm grr grrr argh ughh bewildering evasive unjustified unwarranted unreasonable cumbersome "
    "gross invasive dismissive tone-deaf galling tiresome irksome shady predatory unsafe unclean unprepared "
    "unorganized unorganised unsympathetic undrinkable greasy cheapskate deceitful cluttered "
    "convoluted tedious nightmares archaic antiquated dilapidated half-baked poorly dissapointed disapointed "
    "dissappointed frustated delaying",
    # Emoji that VADER describes without a mood: "face with steam from nose".
    2.0: "😡 🤬 👎 💩 🙄 😤 🤦 🤮 🤢 😒 😑",
    # Problems described without anger.
    0.8: "issue issues complaint complaints complain complained complaining unable damaged dirty noisy cramped "
    "downgrade downgraded bloated bloatware outdated dated loud heavier bulky wasted waste lacks lacking lacked "
    "hassle excuse excuses nowhere unacceptable apology mess messed awkward disconnects disconnect",
    # Headlines: a company's share price falls or its business goes badly.
    1.3: "falls fall fell falling slump slumps slumped slumping plunge plunges plunged plunging tumble tumbles tumbled "
    "slides slid slide sinks sank sink slips slipped dips dipped drops declines declined decline plummets plummeted "
    "nosedive bearish downbeat underperform underperforms recall recalls recalled lawsuit lawsuits sued sues sue "
    "fines accuses accused criticises criticizes criticised criticized investigates investigated condemns condemned "
    "fined probe probes probed raid raided layoffs layoff bankruptcy insolvency default defaults antitrust backlash "
    "slams slammed blasts blasted woes drag drags dragged underweight shuts shutdown weaker weakens misses "
    "crackdown "
    "halts halted shrinks shrink slashes slashed ban bans banned tanked sheds shed cracks fraudulent",
}


HASHTAGS = {
    "fail": -2.0, "fails": -2.0, "failed": -1.8, "failure": -1.8, "sucks": -2.0, "suck": -1.8, "worst": -2.2,
    "bad": -1.6, "never": -1.2, "neveragain": -2.2, "awful": -2.0, "horrible": -2.0, "terrible": -2.0,
    "unhappy": -1.8, "nothappy": -2.0, "disappointed": -1.8, "frustrated": -1.8, "ripoff": -2.0, "ripoffs": -2.0,
    "scam": -2.2, "boycott": -2.2, "joke": -1.6, "rude": -1.8, "delayed": -1.2, "delays": -1.2, "cancelled": -1.2,
    "canceled": -1.2, "stranded": -1.5, "stuck": -1.4, "waiting": -1.0, "hate": -2.0, "ihate": -2.2, "fixit": -1.4,
    "fixthis": -1.4, "dobetter": -1.6, "getittogether": -1.8, "getyouracttogether": -1.8, "poorservice": -2.0,
    "noservice": -1.6, "nohelp": -1.6, "nocustomerservice": -2.0, "notcool": -1.6, "notimpressed": -1.8,
    "notgood": -1.6, "angry": -1.6, "pissed": -1.8, "annoyed": -1.6, "fedup": -1.8, "shame": -1.8, "wtf": -1.8,
    "ugh": -1.6, "smh": -1.0, "nothanks": -1.2, "unacceptable": -1.8, "outage": -1.4, "stillwaiting": -1.6,
    "ridiculous": -1.8, "useless": -2.0, "incompetent": -2.0, "crap": -1.8, "love": 1.6, "ilove": 2.0, "lovemy": 1.8,
    "best": 1.6, "bestever": 2.0, "awesome": 1.8, "amazing": 1.8, "rocks": 1.8, "rock": 1.2, "happycustomer": 2.0,
    "greatservice": 2.0, "greatcustomerservice": 2.0, "goodservice": 1.8, "excellent": 1.8, "thankyou": 1.4,
    "impressed": 1.8, "winning": 1.4, "ftw": 1.8, "favorite": 1.4, "favourite": 1.4, "customerforlife": 2.2,
    "fan": 1.0, "dontfly": -2.0, "unfriendly": -1.6, "shortstaffed": -1.4, "wheresmy": -1.2, "lostbag": -1.4,
    "lostluggage": -1.6, "missedflight": -1.2, "disappointing": -1.8, "frustrating": -1.8, "notok": -1.6,
    "pathetic": -2.0, "stayaway": -2.2, "servicewin": 2.0, "lifeisgood": 1.6,
}  # fmt: skip
"""Beginnings and ends of hashtags of several words: "#epicfail", "#ilovethis". Cost: "#bestbuy"."""
