"""Opinions in words that name no feeling, each kind with what it costs elsewhere. Phrase -> valence at its last word.

Wishes for better service are reproaches, unlike wishes to be served; the mark of a wish mutes praise only. Cost: an
idea of a content customer ("wish you flew to Malaga") is called weakly negative.

Descriptions say what happened: dirt, a wait, no answer, a lost thing. Cost: news of the same ("no word yet on
the date").

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
    "could be more": -1.3, "could be a lot": -1.0, "could be a bit": -1.0, "could be a little": -1.0,
    "could be improved": -1.3, "could be quicker": -1.3, "could be faster": -1.3, "could be nicer": -1.3,
    "could be friendlier": -1.3, "could be clearer": -1.3, "could be cleaner": -1.3, "could be easier": -1.2,
    "could be cheaper": -0.9, "could be smoother": -1.2, "could be simpler": -1.2, "could be warmer": -1.0,
    "could have been more": -1.3, "could have been handled": -1.4, "could have been quicker": -1.3,
    "could have been clearer": -1.3, "could do with": -1.0, "could use some": -1.0, "could use a": -0.9,
    "could use more": -1.0, "wish somebody would": -1.0, "wish somebody": -0.6, "should really": -0.8,
    "reply would be": -1.3, "answer would be": -1.3, "response would be": -1.3, "information would be": -1.2,
    "info would be": -1.0, "communication would be": -1.2, "apology would be": -1.3, "explanation would be": -1.2,
    "would it kill": -1.5, "you'd think": -1.2, "you would think": -1.0, "one would think": -1.2,
    "how about you": -0.9, "deserve better": -1.6, "deserves better": -1.2, "expect better": -1.4,
    "expected better": -1.6,
    "need more staff": -1.2, "need more people": -1.2, "need more agents": -1.2, "time to update": -1.0,
    "time for a change": -1.2, "hire more": -1.2, "needs better": -1.0, "needs to get": -0.6,
}  # fmt: skip
DESCRIPTIONS = {
    # Dirt.
    "filthy": -2.0, "grimy": -1.6, "sticky": -0.8, "smells like": -1.0, "smelled like": -1.0, "smell like": -0.8,
    "cockroach": -1.8, "cockroaches": -1.8, "roaches": -1.8, "crumbs": -0.8, "stained": -1.0, "stains": -0.8,
    "poop": -1.5, "vomit": -1.5, "puke": -1.5, "torn": -0.8, "worn out": -1.0, "falling off": -1.0,
    "not been cleaned": -1.8, "not cleaned": -1.5, "wasn't cleaned": -1.6, "hasn't been cleaned": -1.8,
    "covered in": -0.8, "a hole in": -1.0, "soaking wet": -1.0,
    # Waiting.
    "sleeping at": -1.0, "sleeping in the": -0.9, "sleeping on the": -1.0, "slept on the": -1.0, "sleep on the": -1.0,
    "spend the night": -0.8, "waiting and waiting": -1.2, "and counting": -1.0, "minute hold": -1.2, "min hold": -1.2,
    "hour hold": -1.5, "hold time": -1.2,
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
    "didn't turn up": -1.5, "never turned up": -1.8, "hasn't turned up": -1.5, "failed to turn up": -1.2,
    "never showed up": -0.6, "another country": -0.8, "another city": -0.8, "sold my": -1.0, "took the money": -1.2,
    "empty box": -1.4, "that breaks": -1.2, "rolled his eyes": -1.4, "rolled her eyes": -1.4,
    "rolled their eyes": -1.4, "rolling their eyes": -1.2, "walked off": -0.8, "my own fault": -1.2,
    "to be restarted": -1.2, "have to restart": -1.2, "has to restart": -1.0, "no heard back": -1.2,
    "be on another": -1.0, "choose another": -0.9, "former customer": -1.8, "ex customer": -1.6, "blew it": -1.6,
    "bush league": -2.0, "been treated so": -1.0, "a disgrace": -0.6, "was a joke": -1.0, "is a joke": -1.0,
    "no longer exists": -0.8, "can no longer": -0.8, "all these changes": -0.6, "made longer": -0.8,
    "made to deplane": -0.9, "to no avail": -1.6, "messing up": -1.0, "mess up": -0.8, "screw up": -0.8,
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
    "what's up with": -0.9, "whats up with": -0.9, "how is it that": -0.8, "how is that worth": -1.4,
    "how is your": -0.8,
    "way to stick": -1.6, "way to lose": -1.6, "way to ruin": -1.8, "stick it to": -1.4, "for reminding me": -1.6,
    "reminded me why": -1.2, "reminds me why": -0.8, "good luck with that": -1.6, "good luck with": -0.3,
    "means nothing": -1.6, "mean nothing": -1.4, "as per usual": -1.0, "you have to be kidding": -1.5,
    "let's go": -0.2, "any end in sight": -1.2, "do the right thing": -0.9, "make it right": -0.8,
    "stop sending": -0.9, "stop charging": -1.2, "stop lying": -2.0, "stop calling": -1.2,
    "for leaving us": -1.4, "for leaving me": -1.4, "for leaving my": -1.2, "for charging": -1.2,
    "for cancelling my": -1.4, "for cancelling our": -1.4, "for canceling my": -1.4, "for canceling our": -1.4,
    "for ignoring": -1.4, "for breaking": -1.2, "for forgetting": -1.2, "for throwing": -1.0, "making me miss": -1.4,
    "making us miss": -1.4, "for sending me the wrong": -1.2, "managed to send": -1.0, "glad i paid": -2.8,
    "so glad i paid": -0.6, "flight was gone": -1.0, "order was gone": -1.0,
    "one thing right": -1.2, "owe me": -0.9, "owe us": -0.9, "compensate me": -1.0, "compensate us": -1.0,
    "make it up to": -0.6, "how am i supposed": -1.0, "how are we supposed": -1.0, "expect me to": -1.2,
    "expect us to": -1.2, "what were you thinking": -1.5, "anti-consumer": -1.5, "you call this": -1.2,
    "you call that": -1.2,
}  # fmt: skip
PRAISE = {
    "out of its way": 1.6, "out of their way": 1.4, "out of her way": 1.6, "out of his way": 1.6,
    "without a single question": 1.2, "could not be nicer": 1.0, "so excited to fly": 0.4,
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
    "refunded me": 0.6, "could not be more": 0.9, "couldn't be more": 0.9, "waiting for us when": 0.6,
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
