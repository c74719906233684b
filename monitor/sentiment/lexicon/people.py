"""Who else may be blamed or praised in a post about a brand, and what the brand itself says."""

from __future__ import annotations

from monitor.sentiment.lexicon.text import word_set

OTHERS = word_set(
    "boss landlord landlady neighbour neighbours neighbor neighbors ex husband wife kid kids toddler toddlers baby "
    "babies child children mum mom dad father mother brother sister sisters brothers parents aunt uncle cousin "
    "roommate roommates flatmate flatmates housemate teacher teachers coworker coworkers co-worker colleague "
    "colleagues classmate passenger passengers commuter commuters motorist motorists cyclist cyclists idiot idiots "
    "moron morons guy guys dude dudes lady woman women man men girl boy boys people person stranger strangers "
    "tourist tourists government mayor minister ministers president council politicians politician congress "
    "parliament senate weather rain snow storm storms wind winter traffic monday mondays homework exam exams school "
    "schools troll trolls scammer thief thieves burglar burglars vandal vandals hacker hackers fans hater haters "
    "referee ref player players coach team opponents opposition bloke blokes fella driver drivers dog dogs cat cats "
    "hangover migraine headache flu covid commute myself family friend friends bank regulator regulators judge "
    "police protesters protester activists union unions rival rivals competitors critics analyst shopper shoppers "
    "jerk jerks jumper jumpers "
)
"""People, animals and powers who are not the brand. What is said right about them is not about it."""
CUSTOMERS = word_set(
    "passenger passengers commuter commuters shopper shoppers people person kid kids child children baby babies family "
    "tourist tourists guys everyone friend friends wife husband mom mum dad parents mother father"
)
"""Those of OTHERS who may be customers of the brand."""
SUFFERED = word_set(
    "stranded stuck delayed ignored abandoned bumped cancelled canceled overcharged robbed scammed mistreated "
    "neglected trapped forgotten misled hurt injured left refunded waiting freezing starving crying charged lied "
    "treated"
)
"""What is done to customers: "passengers stranded with no food" blames the brand, unlike "passengers were drunk"."""
OWN_PEOPLE = word_set("your their his her the its")
STAFF = word_set("driver drivers person people guy guys lady man woman girl team coach")
"""May be the brand's own staff: "the driver was rude". Others only with "a", "my", "some", "other", "next"."""
OTHERS_DETERMINERS = word_set("my a an some other these those next this that stupid dumb bloody random another our")

ANGER = word_set(
    "hate hates hated hating despise despises loathe loathes angry mad furious annoyed annoyed pissed frustrated "
    "upset disgusted sick tired fed irritated livid fuming disappointed raging jealous"
)

REPORTING_VERBS = word_set(
    "says said say saying tells told warns warned warn announces announced reports reported reveals revealed "
    "predicts predicted expects estimates explains explained argues argued claims apologises apologizes apologised "
    "apologized regrets mourns condemns condemned denounces denounced criticises criticizes criticised criticized "
    "slams slammed blasts blasted blames blamed accuses accused sues sued suing fights fighting fears feared denies "
    "denied attacks attacked rejects rejected bans banned blocks blocked tackles tackling combats opposes opposed "
    "protests survey study poll research asks asked offers donates sponsors sponsor helps supports marks celebrates "
    "remembers honours honors wants hits urges urged calls investigates investigated detects detected joins joined "
    "campaigns campaigned pledges vows rescues shelters"
)
"""Verbs after the brand's name by which it speaks or acts: what follows is about something else."""
PASSIVES = word_set(
    "accused sued slammed blasted condemned denounced criticised criticized banned blocked blamed attacked "
    "investigated hit rejected denied"
)
PASSIVE_MARKS = word_set("of by for over from as after with")
"""After one of PASSIVES: the brand is spoken of. "Acme accused of fraud"."""
SPOKESPEOPLE = word_set(
    "ceo boss chief spokesman spokeswoman spokesperson founder chairman president executive executives"
)
"""Between the brand's name and such a verb: "Acme CEO warns"."""
REPORTING_FACTOR = 0.15
OTHERS_FACTOR = 0.2
"""What is left of words about somebody else, because the brand may still be meant."""
PRONOUNS = word_set("they they're their them he she it it's")
"""One of the first two words of a clause that is about whom the clause before names last."""
