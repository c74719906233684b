"""Opinions in words that name no feeling, each kind with what it costs elsewhere. Phrase -> valence at its last word.

Wishes for better service are reproaches,
    unlike wishes to be served; the mark of a wish mutes praise only. Cost: an idea
of a content customer ("wish you flew to Malaga") is called weakly negative.

Descriptions say what happened: dirt, a wait, no answer,
    a lost thing. Cost: news of the same ("no word yet on the date").

Reproaches take a fault for granted, as questions or statements. Cost: the same words in fun.
"""

from __future__ import annotations

WISHES = {
    "wish you would": -1.0, "wish you'd": -1.0, "wish you guys would": -1.0, "wish they would": -1.0,
    "wish they'd": -1.0, "wish you could": -0.6, "wish your": -0.9, "wish there was": -0.6, "wish i had known": -1.0,
    "wish someone would": -1.0, "should exist": -1.0, "should be a way": -1.0, "should be able to": -0.8,
    "should have told": -1.0, "should at least": -1.0, "could have told": -1.0, "would have been nice": -1.4,
    "would've been nice": -1.4, "it'd be nice": -0.8, "how about some": -0.8, "doing better": -0.6,
    "better than this": -1.4, "try harder": -1.4, "step it up": -1.2, "step up your": -1.2, "you need more": -1.0,
    "need more staff": -1.2, "need more people": -1.2, "need more agents": -1.2, "time to update": -1.0,
    "time for a change": -1.2, "hire more": -1.2, "needs better": -1.0, "needs to get": -0.6,
}  # fmt: skip
DESCRIPTIONS = {
    # Dirt.
    "filthy": -2.0, "grimy": -1.6, "sticky": -0.8, "smells like": -1.0, "smelled like": -1.0, "smell like": -0.8,
    "cockroach": -1.8, "cockroaches": -1.8, "roaches": -1.8, "crumbs": -0.8, "stained": -1.0, "stains": -0.8,
    "poop": -1.5, "vomit": -1.5, "puke": -1.5, "torn": -0.8, "worn out": -1.0, "falling off": -1.0,
    # Waiting.
    "and counting": -1.0, "minute hold": -1.2, "min hold": -1.2, "hour hold": -1.5, "hold time": -1.2,
    "hold times": -1.2, "hold music": -1.0, "out the door": -0.8, "not moving": -1.0, "stood in line": -1.0,
    "in line for": -0.8, "the tarmac": -0.8, "yet to arrive": -1.2, "yet to hear": -1.2, "yet to receive": -1.4,
    "yet to get": -1.0, "not ready": -0.8, "no pilot": -1.2, "missed connection": -1.2, "missed connections": -1.2,
    "short staffed": -1.4, "shortstaffed": -1.4, "holdup": -0.8, "hold up": -0.6, "the delay": -0.4, "a delay": -0.4,
    # No answer, no help.
    "no word": -1.2, "no return call": -1.4, "no call back": -1.4, "never heard back": -1.8, "haven't heard": -1.2,
    "not heard back": -1.4, "i gave up": -1.2, "gave up": -0.8, "nothing done": -1.4, "done nothing": -1.4,
    "did nothing": -1.2, "does nothing": -1.2, "nothing happened": -1.0, "got nothing": -1.2, "getting old": -1.2,
    "over and over": -0.9, "not able to": -0.7, "wasn't able to": -0.8, "no option": -0.8, "no options": -0.8,
    "not an option": -0.9, "nothing available": -1.0, "barely works": -1.5, "barely work": -1.5, "barely working": -1.4,
    "you don't follow": -0.4, "not following me": -0.4, "not resolved": -1.4, "not solved": -1.4, "not showing": -0.7,
    "doesn't show": -0.7, "not show": -0.7, "can't seem to": -0.8, "won't tell": -1.0, "without my": -1.0,
    "without our": -1.0, "no clothes": -1.0, "bags are": -0.5, "my luggage is": -0.5, "luggage has": -0.6,
    "track my": -0.5, "locate my": -0.8, "went missing": -1.4, "is missing": -1.0, "didn't make it": -0.8,
    "did not make it": -0.8, "pull away": -0.6, "left without": -1.0, "no clue": -0.8, "different answers": -1.2,
    "different answer": -1.0, "out of service": -1.0, "pushed back": -1.0, "off the hook": -1.0, "understaffing": -1.4,
    "so gross": -1.8, "is gross": -1.5, "how gross": -1.5, "how embarrassing": -1.0, "officially done": -1.6,
    "patronizing": -1.5, "patronising": -1.5, "denied entry": -1.2, "denied boarding": -1.4, "let us out": -0.8,
    "let me out": -0.8, "failed me": -1.8, "fails me": -1.8, "failed us": -1.8, "failing me": -1.6,
    "letting me down": -2.0, "letting us down": -2.0, "lets us down": -1.8, "letting down": -1.6, "inconsistent": -1.2,
    "no longer get": -0.8, "no longer offer": -0.8, "no longer offers": -0.8, "no announcement": -1.0,
    "no announcements": -1.0, "never loads": -1.4, "never load": -1.2, "take it out on": -1.0, "the wait": -0.5,
    "still no crew": -0.5, "overheated": -1.2, "no air": -0.8, "no ac": -1.0, "no toilet": -1.2, "cold coffee": -1.0,
    "delayed again": -0.8, "cancelled again": -0.8, "bounced around": -1.2, "sent away": -1.0, "kicked out": -1.0,
    "turned away": -1.0, "someone should": -0.8, "somebody should": -0.8, "someone needs to": -1.0,
    "miscalculation": -1.2, "missed the mark": -0.6, "no longer showing": -1.0, "get this fixed": -0.8,
    "get it fixed": -0.8,
    # Leaving.
    "another airline": -0.8, "another company": -0.8, "another provider": -0.8, "another carrier": -0.8,
    "another bank": -0.8, "different airline": -0.8, "different company": -0.8, "different provider": -0.8,
    "business elsewhere": -1.6, "go elsewhere": -1.4, "going elsewhere": -1.4, "else where": -1.0, "elsewhere": -0.8,
    "first and last": -1.8, "last ever": -1.4, "going public": -1.2,
}  # fmt: skip
REPROACHES = {
    "what's the point": -1.2, "what is the point": -1.2, "what gives": -1.2, "your excuse": -1.2, "excuse this": -0.8,
    "here we go again": -1.4, "even legal": -1.2, "you kidding me": -1.2, "you serious": -1.0, "sorry not sorry": -1.4,
    "not sorry": -1.2, "not even close": -1.0, "bs": -1.6, "bullshit": -0.6, "why no": -1.0, "is there a reason": -0.8,
    "do you even": -1.0, "you guys even": -1.0, "does anyone work": -1.0, "who do i talk": -0.8, "who do i speak": -0.8,
    "where the hell": -1.5, "how long do i": -0.9, "how many more": -0.8, "how do you lose": -1.8,
    "how hard is it": -1.4, "how difficult is it": -1.4, "not my fault": -1.0, "shenanigans": -1.2,
    "money hungry": -1.8, "money grubbing": -1.8, "is it too much to ask": -1.2, "further downhill": -1.5,
    "in the dark": -1.2, "a scolding": -1.4, "anyone there": -0.8, "say one thing": -1.0, "good luck getting": -1.4,
    "way to treat": -1.4, "do their job": -0.8, "do their jobs": -0.8, "do your job": -1.2, "do your jobs": -1.2,
    "one thing right": -1.2, "owe me": -0.9, "owe us": -0.9, "compensate me": -1.0, "compensate us": -1.0,
    "make it up to": -0.6, "how am i supposed": -1.0, "how are we supposed": -1.0, "expect me to": -1.2,
    "expect us to": -1.2, "what were you thinking": -1.5, "anti-consumer": -1.5, "you call this": -1.2,
    "you call that": -1.2,
}  # fmt: skip
PRAISE = {
    "exceptional": 1.8, "the only way to travel": 2.4, "the only way to fly": 2.4, "the only way to go": 1.8,
    "the way to go": 1.2, "thnx": 1.4, "thanx": 1.4, "thnks": 1.4, "thankyou": 1.4, "found it for me": 1.4,
    "found my": 0.8, "knocked it out": 1.8, "can't be beat": 2.2, "i'm impressed": 0.6, "am impressed": 0.6,
    "consider me impressed": 0.8, "new favorite": 1.2, "new favourite": 1.2, "by far the best": 0.8,
    "worth flying": 1.4, "loyal for life": 1.6, "fan for life": 1.8, "you guys are the best": 1.0,
    "is the only one": 0.6, "stay loyal": 1.6, "unrivalled": 1.4, "unrivaled": 1.4, "feel at home": 1.4,
    "picked up immediately": 1.2, "made it safely": 0.8, "most incredible": 1.8, "incredible service": 1.6,
    "incredible customer": 1.6, "incredible crew": 1.6, "incredible staff": 1.6, "incredible team": 1.6,
    "incredible job": 1.6, "incredible experience": 1.6, "tremendous job": 1.6, "tremendous service": 1.6,
}  # fmt: skip
"""Idioms of praise, and thanks as they are written in haste. Cost: "the only way to go home" is called praise."""
INSTEAD = {
    "processing my refund": 0.3, "got my refund": 1.0, "received my refund": 1.0, "it's freezing": 0.0,
    "freezing rain": 0.0, "freezing outside": 0.0, "freezing here": 0.0, "freezing temperatures": 0.0, "i'm good": 0.0,
    "funny thing": 0.0, "can't wait": 0.9, "cannot wait": 0.9, "can't wait any longer": -2.0,
    "can't wait forever": -1.5, "can't wait that long": -1.0, "appreciate your apology": 1.2,
    "appreciate the apology": 1.2, "apology accepted": 1.2, "accept your apology": 1.0, "accept the apology": 1.0,
    "no apology necessary": 0.6, "no apologies necessary": 0.6, "no apology needed": 0.6, "thanks for the apology": 0.8,
    "thank you for the apology": 0.8, "thanks for apologizing": 0.6, "thanks for apologising": 0.6,
}  # fmt: skip
"""Instead of the valences of their words. Cost: "can't wait" in anger, without how long."""


def phrases() -> dict[str, float]:
    """All that add to their words."""
    return WISHES | DESCRIPTIONS | REPROACHES | PRAISE
