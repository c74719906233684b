"""Complaints in words that have no mood: waiting, no answer, something lost or broken, never buying again.

Two kinds. COMPLAINTS are complaints by themselves, in any trade. HINTS are only signs of one ("was told", "I paid");
each kind counts once, and only where a customer speaks (see ``rules.hints``).
"""

from __future__ import annotations

from itertools import product

COMPLAINTS = {
    # The product or service does not work.
    "stopped working": -2.0, "not working": -2.0, "isn't working": -2.0, "doesn't work": -2.0, "won't work": -2.0,
    "does not work": -2.0, "wasn't working": -1.5, "aren't working": -1.5, "weren't working": -1.5,
    "don't work": -2.0, "didn't work": -1.5, "never works": -2.0, "never worked": -2.0, "not work": -1.5,
    "won't load": -1.5, "won't let me": -1.5, "won't let us": -1.5, "not letting me": -1.5, "not let me": -1.5,
    "won't open": -1.5, "won't start": -1.5, "won't turn on": -1.5, "won't charge": -1.2, "won't connect": -1.5,
    "won't accept": -1.2, "won't go through": -1.2, "doesn't let me": -1.5, "doesn't load": -1.5,
    "no longer works": -1.5, "can't log": -1.5, "can't login": -1.5, "can't access": -1.5, "can't even": -1.5,
    "can't take cards": -1.5, "can't pay": -1.0, "can't use": -1.0, "can't open": -1.0, "can't check": -0.8,
    "can't book": -0.8, "can't find": -0.8, "can't connect": -1.2, "can't sign in": -1.2, "can't order": -1.0,
    "unable to": -0.6, "keeps telling me": -1.2, "went down": -1.2, "is down": -1.5, "are down": -1.5,
    "down again": -1.5, "been down": -1.5, "shut down": -1.0, "breaks down": -1.5, "broke down": -1.5,
    "falling apart": -2.0, "fell apart": -2.0, "fall apart": -2.0, "came apart": -1.8, "fell off": -1.5,
    "not loading": -1.5, "won't sync": -1.2, "blank screen": -1.0, "error message": -1.2, "error code": -1.0,
    "error": -1.0, "errors": -1.0, "keeps saying": -1.0, "keep getting": -1.0, "keeps crashing": -1.0,
    "keeps freezing": -1.0, "keeps dropping": -1.2, "keeps cutting out": -1.5, "keeps logging me out": -1.5,
    "keeps asking": -1.0, "keeps breaking": -1.2, "keeps failing": -1.0, "keeps going down": -1.5,
    "kicked me out": -1.2, "locked me out": -1.8, "leaks": -1.2, "leaking": -1.2, "nobody answers": -1.2,
    "no one answers": -0.8, "deleted my": -1.0, "deleted all": -1.0, "kicked off": -1.0, "locked out": -1.5,
    "drops out": -1.2, "cuts out": -1.2, "died after": -1.5, "already dead": -1.5, "dead after": -1.5,
    "dead on arrival": -2.0,
    # Lost, damaged, missing or wrong.
    "lost my": -1.0, "lost our": -1.0, "losing my": -1.0, "lost luggage": -0.8, "lost bag": -0.8,
    "lost parcel": -0.8, "broke my": -1.0, "broken": -0.4, "damaged my": -1.0, "never arrived": -2.0,
    "never called": -1.4, "never replied": -1.5, "never responded": -1.5, "never answered": -1.5,
    "never answers": -1.5, "never replies": -1.5, "never responds": -1.5, "never calls": -1.2,
    "never got back": -1.5, "didn't call back": -1.2, "phone down on": -1.5, "logs me out": -1.2,
    "logged me out": -1.2, "get nothing": -0.8, "threw my": -1.2, "over the fence": -0.8, "mould": -1.4,
    "mold": -1.4, "same answer": -0.6, "someone else's": -0.8, "somebody else": -0.6, "to someone else": -0.6,
    "never came": -2.0, "never showed": -2.0, "didn't arrive": -1.5, "hasn't arrived": -1.5,
    "haven't received": -1.5, "never received": -1.8, "didn't receive": -1.2, "not received": -1.2,
    "not arrived": -1.5, "not been delivered": -1.5, "didn't come": -1.2, "didn't show": -1.2, "not here": -0.8,
    "wrong item": -1.2, "wrong size": -1.0, "wrong order": -1.2, "wrong address": -1.0, "wrong place": -1.0,
    "to the wrong": -1.0, "gave away my": -1.5, "gave my": -1.0, "gave away": -0.8, "messed up": -1.0,
    "screwed up": -1.0, "screwed me": -1.0, "half empty": -1.2, "left behind": -1.2, "left us": -0.8,
    "left me": -0.8, "stone cold": -1.5, "ice cold": -0.6, "undercooked": -1.8, "overcooked": -1.8, "mouldy": -2.0,
    "moldy": -2.0, "raw inside": -1.5, "tastes like": -0.6, "hair in": -1.2, "past its date": -1.2,
    "out of stock": -0.8,
    # Waiting, getting no answer.
    "on hold": -1.5, "still no": -1.5, "still waiting": -1.5, "still haven't": -1.5, "still not": -1.5,
    "still don't": -1.2, "still hasn't": -1.5, "still isn't": -1.5, "still can't": -1.5, "still won't": -1.5,
    "still nothing": -1.8, "still sitting": -1.0, "been waiting": -1.2, "waiting for": -0.8, "have to wait": -1.0,
    "had to wait": -1.2, "made us wait": -1.5, "made me wait": -1.5, "kept us waiting": -1.5,
    "kept me waiting": -1.5, "no one": -1.0, "nobody": -0.8, "no idea": -0.8, "no sign": -0.8, "hung up": -1.8,
    "hang up": -1.2, "hangs up": -1.8, "hanged up": -1.5, "hanging up": -1.2, "hung up on": -0.4,
    "disconnected me": -1.5, "cut me off": -1.8, "get cut off": -1.5, "busy signal": -1.2, "not answering": -1.5,
    "never answer": -1.5, "won't answer": -1.5, "don't answer": -1.5, "doesn't answer": -1.5, "ignoring me": -1.8,
    "ignored my": -1.8, "ignores": -1.2, "being ignored": -1.8, "can't get": -1.2, "can't reach": -1.5,
    "cannot get": -1.2, "couldn't get": -1.2, "can't get through": -0.8, "can't talk": -1.0, "can't help me": -1.2,
    "couldn't help": -1.2, "wouldn't help": -1.2, "won't help": -1.2, "refused to": -1.5, "refuses to": -1.5,
    "refusing to": -1.5, "refused": -0.8, "no way": -1.0, "get through": -0.6, "run around": -1.2, "runaround": -1.5,
    "ran out": -1.0, "sat on": -0.8, "sitting on": -0.8, "stuck on": -1.0, "stuck in": -1.0, "stuck at": -1.0,
    "wait time": -0.8, "wait times": -0.8, "long wait": -1.5, "hour wait": -1.5, "minute wait": -1.0,
    "long line": -1.0, "long queue": -1.0, "over an hour": -1.2, "all day": -0.8, "all week": -0.6,
    "how much longer": -1.5, "hours late": -1.5, "hours later": -1.2, "days later": -1.0, "last minute": -0.5,
    "taking so long": -1.5, "takes forever": -1.8, "taking forever": -1.8, "took forever": -1.8, "took ages": -1.5,
    "takes ages": -1.5, "for ages": -0.8, "missed my": -1.2, "miss my": -1.0, "missed our": -1.2, "missing my": -1.0,
    "miss our": -1.0, "bumped from": -1.2, "got bumped": -1.2, "canned response": -1.5, "automated response": -1.0,
    "form letter": -1.2, "passed from": -1.0, "transferred me": -0.8, "going in circles": -1.2, "chasing": -0.8,
    "third time": -1.0, "second time": -0.8, "fourth time": -1.2, "yet again": -0.8, "once again": -0.5,
    # Money taken.
    "charged twice": -1.8, "charged me": -0.8, "charging me": -0.8, "double charged": -1.8, "billed twice": -1.8,
    "took my money": -1.5, "taking my money": -1.2, "want my money": -1.2, "my money back": -1.2, "money back": -0.8,
    "hidden fee": -1.2, "hidden fees": -1.2, "extra fee": -0.8, "price hike": -1.2, "price hikes": -1.2,
    "put their prices up": -1.2, "losing money": -1.2, "out of pocket": -1.2, "doubled the price": -1.2,
    "waste my time": -1.0, "wasting my time": -1.0, "wasted my": -0.8, "cost me": -0.8, "costing me": -1.0,
    "costs me": -0.6,
    # Demands and reproaches.
    "fix this": -1.0, "fix it": -0.8, "fix your": -1.5, "get your": -0.6, "why can't": -1.0, "why won't": -1.2,
    "why is": -0.6, "why are": -0.6, "why do": -0.6, "why does": -0.8, "why would": -0.8, "why did": -0.6,
    "why am": -0.8, "why isn't": -0.8, "why aren't": -0.8, "why doesn't": -0.8, "why don't you": -0.8,
    "why have": -0.6, "why has": -0.6, "how hard": -1.0, "how can you": -0.8, "how could you": -1.0,
    "how dare": -2.0, "what's wrong": -1.0, "what is wrong": -1.0, "what happened": -0.4, "what a joke": -1.5,
    "what a shame": -0.8, "wake up": -0.6, "step up": -0.8, "do better": -1.5, "be better": -1.0,
    "do something": -0.8, "get a grip": -1.5, "shame on": -1.5, "explain why": -1.0, "explain how": -0.6,
    "are you kidding": -1.8, "you kidding": -1.0, "is this how": -1.5, "what kind of": -0.8, "in what world": -1.2,
    "how is this": -0.8, "how is that": -0.6, "how is it possible": -1.0, "how many times": -1.2, "you people": -0.8,
    "you guys suck": -1.0, "your fault": -1.2, "because of you": -1.2, "thanks to you": -0.4, "no excuse": -1.5,
    "no reason": -0.8, "makes no sense": -1.8, "make no sense": -1.8, "doesn't make sense": -1.5, "don't care": -1.5,
    "doesn't care": -1.5, "couldn't care less": -1.8, "not acceptable": -1.8, "can't be bothered": -1.8,
    "couldn't be bothered": -1.8, "can't believe": -0.8, "beyond me": -0.8, "had enough": -1.2,
    "get it together": -2.0, "get your act": -2.0, "your act together": -1.5, "no respect": -1.0,
    "lack of respect": -1.0, "not helpful": -0.8, "not helping": -1.2, "didn't help": -1.0, "doesn't help": -1.0,
    "not good enough": -1.0, "should know better": -1.5, "would be nice if": -0.8, "could at least": -1.0,
    "can at least": -0.6, "the least you": -1.2, "there has to be": -0.8, "better way": -0.4,
    "need to improve": -1.2, "needs to improve": -1.2, "needs improvement": -1.2, "must improve": -1.2,
    "needs work": -1.0, "needs to be better": -1.5, "need to do better": -0.5, "needs to fix": -1.0,
    "need to fix": -0.8, "needs fixing": -1.2, "could be better": -1.2, "could have been better": -1.2,
    "should be better": -1.2, "should have been": -0.6, "shouldn't have to": -1.2, "shouldn't be": -0.8,
    "should not be": -0.8, "should not have": -0.8, "supposed to be": -0.3, "was supposed to": -0.5,
    "were supposed to": -0.5, "not what i": -1.0, "not as described": -1.8, "not as advertised": -1.8,
    "false advertising": -1.5, "buyer beware": -2.0, "rude to": -0.3, "talk to a human": -1.0,
    "speak to a human": -1.0, "speak to a manager": -1.2, "speak to someone": -0.6, "actual human": -0.8,
    "real person": -0.8,
    # Verdicts, and never buying again.
    "never again": -2.5, "expected more": -1.4, "not care": -1.5, "stopped using": -1.8, "stopped buying": -1.8,
    "stopped going": -1.4, "stopped shopping": -1.8, "quit using": -1.6, "no longer use": -1.2,
    "no longer buy": -1.2, "no longer shop": -1.2, "is gone": -0.8, "what happened to": -0.6, "ever answer": -1.0,
    "ever answers": -1.0, "ever reply": -1.0, "ever respond": -1.0, "wouldn't buy": -1.8, "would not buy": -1.8,
    "won't buy": -1.8, "wouldn't use": -1.6, "won't use": -1.6, "not buying": -1.2, "wouldn't go": -1.0,
    "not using": -0.8, "last time": -1.2, "lost a customer": -2.5, "lost my business": -2.5, "lost me": -2.0,
    "waste of": -2.2, "not happy": -2.0, "not impressed": -2.2, "not cool": -2.0, "not ok": -1.8, "not okay": -1.8,
    "not worth": -2.2, "isn't worth": -2.2, "wasn't worth": -2.0, "don't bother": -2.2, "don't buy": -2.5,
    "do not buy": -2.5, "never buy": -2.2, "never buying": -2.2, "never use": -1.5, "never using": -1.8,
    "never order": -1.5, "never ordering": -2.0, "never going back": -2.0, "never fly": -1.5, "never flying": -1.8,
    "won't be back": -2.0, "won't be using": -1.8, "won't be buying": -1.8, "will not be": -0.5, "will never": -0.8,
    "stay away": -2.5, "steer clear": -2.5, "don't waste": -2.2, "don't fly": -2.0, "don't use": -1.2,
    "don't book": -2.0, "don't order": -2.0,
    "don't go": -0.8, "not one reply": -1.6, "not one answer": -1.6, "not a single reply": -1.6, "trust issues": -1.4,
    "how they treat": -1.4, "how you treat": -1.4, "in the rain": -0.6, "all promise": -1.4, "all promises": -1.0,
    "chocolate teapot": -2.4,
    "not recommend": -2.2, "wouldn't recommend": -2.2, "can't recommend": -1.8, "step backwards": -1.5,
    "step back": -0.8, "let down": -2.0, "let me down": -2.0, "lets me down": -2.0, "lets itself down": -1.5,
    "rip off": -2.0, "ripped off": -2.2, "too bad": -1.5, "customer service fail": -2.0, "epic fail": -2.5,
    "sick of": -1.8, "tired of": -1.8, "fed up": -2.0, "had it with": -1.8, "done with": -1.2, "i'm done": -1.2,
    "cold food": -1.0, "customer service": -0.1, "no thanks": -1.0, "no wonder": -0.6, "gone downhill": -2.2,
    "goes downhill": -2.0, "going downhill": -2.0, "went downhill": -2.0, "go under": -1.5,
    "beyond frustrated": -1.0, "worst ever": -1.0, "fall short": -1.8, "falls short": -1.8, "fell short": -1.8,
    "leaves much to be desired": -2.0, "leave a lot to be desired": -2.0, "leaves a lot to be desired": -2.0,
    "a pain": -1.5, "pain in the": -1.8, "hard to use": -1.5, "difficult to": -0.8, "a headache": -1.5,
    "a letdown": -2.0, "not fit for": -1.8, "not up to": -1.5, "don't like": -1.6, "do not like": -1.6,
    "didn't like": -1.5, "doesn't like": -0.6, "don't love": -1.0, "don't trust": -1.8, "do not trust": -1.8,
    "can't trust": -1.8, "wouldn't trust": -1.8, "can't stand": -2.0, "not a fan": -1.5, "not a big fan": -1.5,
    "no fan of": -1.5, "anything but": -2.5, "less than helpful": -1.5, "less than impressed": -1.8,
    "less than": -0.2, "not as good": -1.5, "not nearly as good": -1.5, "nowhere near as good": -2.0,
    "isn't what it was": -1.8, "not what it was": -1.8, "not what it used": -1.5, "worse": -0.3,
    "getting worse": -1.0, "got worse": -1.0, "too expensive": -0.8, "too slow": -0.8, "too much": -0.6,
    "too many": -0.6, "too long": -0.8, "too loud": -0.6, "too small": -0.8, "too heavy": -0.8, "too hot": -0.6,
    "too cold": -0.6, "too salty": -1.0, "too sweet": -0.8, "poor quality": -0.8, "not enough": -1.0,
    "lack of": -1.5, "lacks": -0.4, "at fault": -1.0, "data breach": -1.0, "bait and switch": -2.0,
    "what a waste": -1.5, "taken for a ride": -1.8, "left a bad taste": -1.8, "by mistake": -0.6,
    "security breach": -1.0, "overdue": -1.0, "sold out": -0.3, "oversold": -1.2, "overbooked": -0.3,
    "understaffed": -0.3,
    # Promised, and not kept.
    "said tomorrow": -0.8, "promised me": -0.8, "was told there": -0.6, "has said delivered": -0.8,
    "says delivered": -0.8, "marked as delivered": -0.8, "closed my ticket": -1.2, "closed my case": -1.2,
    "without a word": -1.4, "without asking me": -0.6, "without being asked": -0.4, "no explanation": -0.4,
    "told me one thing": -1.4, "tells me one thing": -1.4, "one price and": -0.8, "then said": -0.6,
    # Broken soon.
    "came off": -1.2, "comes off": -1.0, "fell out": -1.0, "snapped off": -1.5, "came without": -1.0,
    "arrived without": -1.0, "first wash": -0.8, "first use": -0.6, "first night": -0.4, "the first day": -0.3,
    "trips the": -0.8, "won't stop": -0.8, "never stops": -0.8, "stopped answering": -1.6, "stopped responding": -1.6,
    "stopped replying": -1.6, "went to black": -0.8, "went black": -1.0, "went dead": -1.2, "box was empty": -1.5,
    "are gone": -1.2, "all gone": -0.8, "has disappeared": -1.2, "have disappeared": -1.2, "vanished": -1.0,
    "gave our": -1.0, "gave it away": -1.0, "took the deposit": -0.8, "took my deposit": -1.0, "took my payment": -0.8,
    "doors are still": -0.8, "is still shut": -0.8, "are still shut": -0.8, "nobody came": -1.4, "no one came": -0.6,
    "nobody showed up": -1.4, "looks the other way": -1.5, "looked the other way": -1.5, "laughed at me": -1.8,
    "yelled at": -1.8, "shouted at": -1.8, "lied to": -1.2, "lies to": -1.2, "talked down to": -1.8,
    "pick up the phone": -1.0, "answer the phone": -0.6, "answer your phone": -1.2, "is anyone there": -1.0,
    "anybody there": -0.8, "where is my order": -1.2, "need a human": -1.2, "a real human": -0.8,
    "i would expect": -0.8, "i'd expect": -0.8, "you'd expect": -0.8, "you would expect": -0.8, "at this price": -0.4,
    "for that price": -0.5, "for that money": -0.8, "for the price of": -0.4, "full price": -0.4,
    "didn't deliver": -1.4, "doesn't deliver": -1.4, "fails to deliver": -0.8, "don't deliver": -1.0,
    "failed to deliver": -0.8, "makes you print": -0.8, "makes me wait": -1.2, "makes you wait": -1.2,
    "ghosted me": -2.0, "ghosting me": -1.8, "been ghosted": -1.8, "dropped the ball": -2.0, "drops the ball": -2.0,
    "dropping the ball": -2.0, "makes my blood boil": -2.5, "blood boil": -0.5, "drives me mad": -2.0,
    "drives me crazy": -1.8, "driving me crazy": -1.8, "driving me mad": -2.0, "doing my head in": -2.0,
    "lose it": -0.6, "losing my mind": -1.4, "losing patience": -1.5, "lost patience": -1.5, "lost for words": -0.8,
    "beggars belief": -1.8, "go to hell": -2.0, "how are you still in business": -1.5, "still in business": -1.0,
    "who thought": -0.8, "whose idea": -0.8, "who designed": -0.8, "for once": -0.6,
    # Praise that nobody means.
    "slow clap": -2.2, "oh joy": -2.0, "oh goody": -1.8, "oh great": -1.2, "oh good": -0.8, "oh wonderful": -2.0,
    "what a shock": -1.4, "big surprise": -1.0, "no surprise": -0.6,
    "lucky me": -0.6, "lucky us": -1.4,
    "must be nice": -1.0, "new record": -0.8, "never change": -0.8, "who needs": -0.8,
    "good thing i'm": -1.6, "good thing i am": -1.6, "good thing we": -1.0, "gee thanks": -2.2,
    "nothing says": -1.2,
    "managed to lose": -1.2, "managed to break": -1.2, "you managed to": -0.8, "they managed to": -0.6,
    "any decade": -1.5, "any century": -1.5, "some day this": -0.6, "if you enjoy": -1.2,
    "if you like being": -1.2, "if you like waiting": -1.5, "just love paying": -2.8, "love paying": -2.8,
    "love waiting": -2.8, "love sitting": -2.4, "loving the wait": -2.5,
    "of course it is": -0.6, "how surprising": -1.5, "how convenient": -1.2,
    "for teaching me patience": -2.5, "taught me patience": -2.0, "outdid themselves": -1.5,
    "outdone yourselves": -1.4, "outdone themselves": -1.4, "outdid yourselves": -1.4, "finding a new way": -1.2,
    "classy move": -2.2,

    "yeah right": -1.5, "sure you do": -1.0, "if only": -1.2,
}  # fmt: skip
"""Phrase -> valence at its last word, in addition to the valences of its words."""

_LACKING = (
    "response reply replies answer answers help update updates info information communication explanation apology "
    "refund compensation service signal internet connection wifi broadband power water heating heat electricity "
    "food drinks luggage bags bag staff agent agents crew tracking delivery parcel package record solution "
    "resolution callback access coverage reception customer sense money receipt confirmation credit luck record "
    "toilets toilet bathroom bathrooms parking crew pilot driver engineer wheelchair wheelchairs announcement "
    "outlets seats assistance accountability empathy warning notice support consideration dial"
)
_PLACES = ("where is", "where are", "where's", "wheres")
_POSSESSIVES = ("my", "our", "the")
_LUGGAGE = ("bag", "bags", "luggage", "suitcase", "suitcases", "parcel", "package")
"""Who writes to a brand where these are, or who has them, has lost them."""


def complaints() -> dict[str, float]:
    """All complaints: COMPLAINTS and those that follow a pattern."""
    made = {f"no {noun}": -1.3 for noun in _LACKING.split()}
    made |= {f"no customer {noun}": -0.5 for noun in ("service", "support")}
    made |= {f"{place} {whose}": -0.8 for place, whose in product(_PLACES, _POSSESSIVES[:2])}
    made |= {
        f"{verb} my {thing}": -0.8 for verb, thing in product(("lost", "losing", "broke", "damaged"), ("bag", "bags"))
    }
    made |= {f"{verb} my {thing}": -1.0 for verb, thing in product(("has", "find", "locate", "want", "need"), _LUGGAGE)}
    return made | COMPLAINTS


HINTS = {
    "refusal": "not don't can't won't couldn't wouldn't didn't doesn't isn't wasn't cannot never nothing without "
    "haven't hasn't aren't weren't nowhere impossible",
    "reproach": "why come_on really seriously how_come i_guess apparently at_least you_should should_be should_have "
    "you_could instead_of what_is_going_on what's_going_on is_your do_you_guys you_guys_need you_people "
    "your_customers customers care believe understand treat should shouldn't own rather",
    "report": "told said says saying told_me was_told were_told telling told_us promised claimed supposed "
    "supposed_to employee your_employees your_staff rep reps supervisor manager agent representative",
    "attempt": "tried trying tried_to call called calling i've_called emailed tweeted twice times asked speak "
    "speak_to talk_to hold website your_website your_app your_system answer respond "
    "response online busy on_the_phone",
    "waiting": "hour hours hrs hr days weeks months mins minutes min still yet wait waiting waited sitting sat until "
    "since overnight finally",
    "money": "paid paying pay charge charged money refund fee fees cost bill billed compensation hotel voucher",
    "fault": "missing lost delay delayed cancelled canceled broken issue issues problem problems wrong fix "
    "situation because due_to because_of having_to had_to have_to",
}
"""Kind of hint -> its words and phrases; "_" is a space in a phrase."""


def hints() -> dict[str, str]:
    """Word or phrase -> kind of hint."""
    return {phrase.replace("_", " "): kind for kind, text in HINTS.items() for phrase in text.split()}
