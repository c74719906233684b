"""Words that open a question, and phrases after which nothing is asserted: wishes, plans, conditions and others."""

from __future__ import annotations

from monitor.model import CueKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUXILIARIES = _words(
    "is are was were am do does did can could would will should shall has have had may might must isnt arent dont "
    "doesnt didnt wont"
)
SUBJECTS = _words(
    "i you we they it he she this that these those there anyone anybody someone somebody any the my your our their "
    "u ya y'all yall one everyone everybody"
)
"""What follows an auxiliary in a question: "is it", unlike "is down again"."""
OBJECTS = _words("the this that your my our it something anything")
"""What follows an imperative "do"."""
CHOICES = _words("better best cheaper cheapest worth good right nicer safer easier")
"""What follows "which is" in a question without a question mark."""
QUESTION_WORDS = _words("who what which how where when why whose whats what's how's hows who's whos where's")
ASKING_WORDS = _words("any anyone anybody thoughts")
"""Openers without a verb: "any experiences with Acme"."""
FILLERS = _words(
    "hi hey hello so and but or well ok okay yo guys please pls oh um hmm also then now question q @ dear morning "
    "just quick honest genuine serious honestly seriously folks everyone all team"
)
"""Words before the opener of a question."""

STATEMENT_OPENERS = (
    "who else", "did you know", "guess what", "know what", "you know what", "what's not to", "who doesn't",
    "who does not", "what more could", "ready for", "who knew", "how rude", "what a", "what an", "such a",
)  # fmt: skip
"""Questions that state an opinion."""
COMPLAINT_OPENERS = (
    "why", "how can", "how could", "how dare", "how hard", "how many times", "how many more", "how is it",
    "how is this", "how is that", "how is your", "how come", "how much longer", "when will", "when are you going",
    "when is someone", "where is my", "where are my", "where's my", "where is your", "where is the", "what kind of",
    "what happened to", "what is wrong", "what's wrong", "what the", "what is going on", "what's going on",
    "what is the point", "what's the point", "are you kidding", "you kidding", "is this how", "is this the",
    "is this a joke", "is this what", "is it too much", "is there a reason", "is it possible to speak",
    "do you even", "do you guys even", "do you guys", "do you not", "do you ever", "do you care",
    "do you think it's", "don't you", "does anyone at", "does anyone there", "does nobody", "is anyone at",
    "is anyone there", "is no one", "is nobody", "can't you", "won't you", "can anyone at", "can someone explain",
    "can you explain", "care to explain", "any reason", "seriously", "really", "who do i", "who is responsible",
    "who thought", "who at", "who the", "is it normal", "is it just me", "is it really", "who designed",
    "am i supposed", "am i the only", "are you ever", "are you going to", "will you ever", "have you ever",
    "how am i", "how are you", "would it kill", "what's up with", "whats up with", "how is that worth", "how do you",
    "what are you doing", "haven't you", "didn't you",
)  # fmt: skip
"""Questions that reproach. Costs: "are you going to open late?" keeps its negative words."""
REQUEST_OPENERS = (
    "can you", "could you", "will you", "can i", "could i", "can we", "can someone", "could someone", "can anyone",
    "how do i", "how can i", "how do we", "how to", "what do i", "what should i do", "what can", "any chance",
    "any way", "is there any way", "is there anyway", "is there a way", "who can i", "who do i", "where do i",
    "where can i", "any update", "any updates", "any news", "any idea", "any help", "what now", "now what", "help",
)  # fmt: skip
"""Requests that may come with a complaint; negative words count half."""

SERVED = _words(
    "answered replied responded called listened cared trained hired worked told communicated picked rang gave followed "
    "stopped kept honoured honored paid noticed apologised apologized explained bothered fixed checked treated"
)
"""What a customer misses who wishes for it: "would be great if you answered". What it could sell is not here."""

TAGS = _words(
    "right no eh huh correct ok okay yes yeah anyone else too though innit seriously really lol agree thoughts"
)
"""Words of a tag after a comma: "Acme is slow, right?"."""

MARKS: dict[CueKind, str] = {
    CueKind.QUESTION: (
        "wondering if|wondering whether|wondering how|wonder if|wonder whether|wonder how|not sure if|"
        "not sure whether|unsure if|unsure whether|curious if|curious whether|curious how|curious what|torn between|"
        "deciding between|undecided between|debating between|debating whether|debating if|can't decide|"
        "cannot decide|trying to decide|trying to choose|trying to figure out if|asking before|asking for|"
        "anyone know|anybody know|anyone tried|anyone used|anyone have|anyone has|anyone here|does anyone|"
        "has anyone|any thoughts|thoughts on|opinions on|any opinions|any experience|any experiences|"
        "any recommendations|any suggestions|recommendations for|looking for recommendations|looking for|"
        "let me know if|let me know how|let me know whether|tell me if|tell me whether|tell me how|want to know if|"
        "want to know how|want to know whether|need to know if|need to know whether|like to know|can't tell if|"
        "don't know if|don't know whether|do not know if|no idea if|no idea whether|yet to try|interested to hear|"
        "interested to know|keen to hear|would be interested|advice on|which is better|which one is better"
    ),
    CueKind.WISH: (
        "wish|i wish|we wish|wish you|wish they|wish it|wish the|wish there|wish my|wishing|if only|hope|hoping|"
        "hopefully|fingers crossed|would love|'d love|i'd love|we'd love|would like|'d like|i'd like|we'd like|"
        "would be nice|would be great|would be awesome|would be good|would be cool|would be amazing|would be lovely|"
        "would be wonderful|'d be nice|'d be great|it'd be|that'd be|would appreciate|would prefer|i'd prefer|"
        "can we please have|please bring back|please add|please make|bring back|i want|we want|i need|we need|"
        "in need of|want a|want to|need a|need some|looking forward to a reply"
    ),
    CueKind.PLAN: (
        "thinking of|thinking about|think about|thought about|planning to|planning on|plan to|plans to|plan on|"
        "planned to|considering|contemplating|looking at|looking into|tempted to|tempted by|might|on the fence|"
        "leaning towards|leaning toward|intend to|intending to|aim to|aiming to|toying with|mulling|in talks to|"
        "set to|due to open|hoping to|about to try|going to try|gonna try|will try|want to try|should i|whether to|"
        "weighing up|shortlisted|on my list|tomorrow i try|saving up for|next month we|next year we|next week we|"
        "one day i'll|some day|someday|at some point"
    ),
    CueKind.CONDITION: (
        "if|unless|would be|would have been|would've been|could be|could have been|could've been|might be|"
        "might have been|should be|should have been|should've been|supposed to be|were supposed to|meant to be|"
        "would have|could have|would've|could've|as long as|provided that|assuming|in case|otherwise|wouldn't be|"
        "would make|would help|would solve|ought to be|wanted to love|wanted to like|pretends to be|"
        "pretending to be"
    ),
    CueKind.REPORTED: (
        "claims to be|claim to be|claimed to be|claiming to be|claims that|advertises|advertised as|advertise|"
        "marketed as|so-called|so called|self-proclaimed|supposedly|allegedly|promises|promised|promising|promise|"
        "says it's the|calls itself|call yourselves|call yourself|boasts|touts|touted as"
    ),
    CueKind.DENIED: (
        "not saying|isn't saying|nobody says|no one says|doesn't mean|does not mean|not that i|not claiming|"
        "not calling|not once in|not once has|not once have|never said|did not say|didn't say|not as if|it's not like"
    ),
    CueKind.SYMPATHY: (
        "sorry to hear|sorry for your|so sorry for|feel bad for|feel sorry for|felt bad for|felt sorry for|"
        "my heart goes|hearts go out|thoughts with|thoughts go|our thoughts|my thoughts|thoughts are with|"
        "thoughts and prayers|praying for|prayers for|prayers to|rip to|r.i.p|rest in peace|condolences|get well|"
        "hang in there|poor guy|poor guys|poor girl|poor thing|poor staff|poor employees|poor crew|poor driver|"
        "poor people|pity the|pity for|solidarity with|stay strong|sending hugs|hugs to|sad to hear|saddened to hear|"
        "saddened by|"
        "shocked to hear|devastated to hear|heartbreaking pictures|heartbreaking scenes|heartbreaking news|"
        "terrible news about|sad news|sympathy for|sympathies|"
        "sympathise with|sympathize with|not your fault|isn't your fault|wasn't your fault|not their fault|"
        "not the staff's"
    ),
}  # fmt: skip
"""Kind -> phrases. What follows one in its part of the sentence is no opinion.

Costs by kind. Questions: praise in a rhetorical question is missed. Wishes: "I want to thank Acme" needs the words of
thanks, which are exempt. Plans: "may" and "might" silence true guesses. Conditions: "must be the best" is missed.
Reports: "promised" silences real promises. Sympathy: the failure that causes it is not counted.
"""
