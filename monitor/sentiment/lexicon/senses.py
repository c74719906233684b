"""Phrases whose words mean something else than alone, by kind. The phrase's valence replaces those of its words."""

from __future__ import annotations

_NEUTRAL = {
    "words of trades": (
        "crude oil|crude prices|crude futures|brent crude|overweight rating|underweight rating|overweight|stop loss|"
        "stop-loss|loss prevention|loss adjuster|net loss|net losses|gross margin|gross profit|gross domestic|"
        "gross sales|gross income|gross revenue|gross revenues|gross weight|gross pay|gross salary|gross wage|"
        "gross bookings|"
        "gross receipts|gross proceeds|gross merchandise|gross amount|gross price|gross rent|gross tons|gross yield|"
        "gross of|"
        "fine print|fine dining|short interest|short sellers|short selling|short position|strong buy|strong sell|"
        "buy the dip|black friday|cyber monday|cyber security|fraud protection|fraud prevention|fraud team|"
        "fraud department|risk management|virus scanner|damage waiver|accident insurance|critical illness|"
        "critical infrastructure|mission critical|life insurance|sick leave|sick pay|sick day|death benefit|"
        "dead zone|kill switch|noise cancelling|noise canceling|noise cancellation|noise-cancelling|active noise|"
        "crash test|crash course|stress test|shock absorber|shock absorbers|pain relief|pain killers|"
        "cancer research|cancer charity|mental health|war on|cold war|trade war|price war|star wars|cold brew|"
        "cold drinks|ice cold beer|hot chocolate|blue screen|dark mode|dark theme|hard drive|hard disk|hard copy|"
        "hard hat|soft launch|dry cleaning|dirty laundry|dirty martini|dirty fries|loud speaker|loud and clear|"
        "smart phone|smart phones|smart tv|smart tvs|smart home|smart meter|smart meters|smart watch|smart speaker|"
        "smart card|solid state|solid wood|fair trade|trade fair|job fair|book fair|fair use|fair enough|fun fact|"
        "clean energy|clean room|special offer|special offers|special edition|special guest|special guests|"
        "special needs|special delivery|on special|super bowl|super market|super league|super computer|"
        "perfect storm|best practice|best practices|best regards|best wishes|all the best|best before|best man|"
        "best seller|best sellers|best friend|best friends|best way|best time|best case|best number|best email|"
        "best place to|best guess|do their best|did their best|did his best|did her best|doing my best|at best|"
        "the best you can|what's the best|the best the agent|next best|good luck|good morning|good afternoon|"
        "good evening|good night|good day|good time to|good idea to|a good while|for good|good friday|good enough|"
        "good chance|good old days|good number|for a good cause|goods|nice try|nice weekend|nice day|nice to meet|"
        "great britain|great lakes|great wall|great deal of|great uncle|happy birthday|happy new year|"
        "happy holidays|happy friday|happy monday|happy hour|happy thanksgiving|happy christmas|merry christmas|"
        "happy easter|happy valentine's|happy ending|love island|love letter|lost and found|lost & found|"
        "lost property|fraudulent charge|missing persons|missing link|no problemo|easy chair|easy access|safe mode|"
        "safe deposit|safe travels|safe flight|fly safe|stay safe|stay warm|warm up|cool down|cool box|cool off|"
        "cooling off|fresh air|fresh start|refresh|sweet potato|sweet spot|sweet tea|heaven help|for heaven's sake|"
        "hell of a|what the heck|holy smokes|holy moly|holy cow|holy shit|holy crap|oh my god|omg|oh god|dear god|"
        "my god|thank god|god knows|no shit|no kidding|damn|bloody|pretty sure|pretty much|not gonna lie|"
        "to be honest|if i'm honest|honest question|in all honesty|low key|lowkey|no cap|dead serious|no doubt|"
        "no need|not only|not just|not to mention|don't worry|dont worry|not even mad|better half|better off|"
        "better be|better not|better get|better late|better luck|know better|you better|i better|they better|"
        "we better|had better|you'd better|it better|deserve better|expect better|need better|for better or worse|"
        "make it better|could do better|look into better|better find|better have|better hope|better way to|"
        "even better if|never better|well better|or better|better yet|bad luck|my bad|bad weather|bad day|"
        "bad for you|bad guys|bad boy|breaking bad|feel bad|too bad so sad|go bad|bad debt|bad debts|bad loan|"
        "bad loans|fire alarm|alarm clock|false alarm|bad bank|bad hair|bad cold|sorry to bother|problem solving|"
        "trouble shooting|troubleshooting|trouble maker|complaint form|complaints department|complaints team|"
        "complaint number|complaints procedure|complaints process|claim form|refund policy|cancellation policy|"
        "cancellation fee|return policy|issue of|issue date|in this issue|latest issue|first issue|new issue|"
        "special issue|bond issue|rights issue|share issue|issues guidance|issued|waiting room|waiting list|"
        "waiting area|waiting for you|late night|late evening|late summer|late autumn|late fees|late june|late july|"
        "late march|late april|late may|late august|late september|late october|late november|late december|"
        "late january|late february|of late|running late|too late to|latest|late 20s|slow cooker|slow motion|"
        "slow roasted|slow down|cheap flights|cheap tickets|cheap thrills|dirt cheap|fast food|fast track|"
        "fast forward|fast fashion|fast lane|fast and furious|quick question|quick one|quick service restaurant|"
        "quick release|rise and shine|high rise|sunrise|fall sale|this fall|next fall|last fall|in the fall|"
        "fall collection|fall asleep|falls in love|fell in love|fall in love|drop off|drops off|dropped off|drop in|"
        "drop by|drop down|drop shipping|new single drops|album drops|drops today|drops tomorrow|drops friday|"
        "slide deck|slide show|sink in|sinks and|kitchen sink|plunge pool|take the plunge|shot in the arm|"
        "beat the heat|sales floor|ban on|lift ban|recall the|i recall|don't recall|as i recall|can't recall|"
        "total recall|misses you|miss you|we miss|i miss|default setting|default settings|by default|"
        "default browser|default app|fault line|bug bounty|bug report|ladybug|drag and drop|drag race|drag queen|"
        "cracks me up|crack down|ban the|shutdown button|shuts at|shut the door|hidden gem|hidden gems|mess around|"
        "mess hall|mess with|lag time|jet lag|trash can|trash bag|trash bags|garbage truck|garbage bag|garbage bags|"
        "garbage collection|rubbish bin|rubbish bins|rubbish collection|nightmare before|stock fell to|joke about|"
        "just kidding|not kidding|no joke|hates to see|hate to say|hate to ask|hate to bother|hate to see|"
        "don't hate|love to hear|love to see|love to know|love to get|love to have|love to work|love to go|"
        "would love|'d love|i'd love|we'd love|could use some love|love story|love song|much love|lots of love|"
        "love life|love affair|self love|true love|summer of love|hard work|hard at work|working hard|work hard|"
        "hardworking|charge my|charge your|phone charge|full charge|in charge|take charge|free of charge|no charge|"
        "attack on|heart attack|panic attack|panic room|guns and|top gun|nerf gun|glue gun|gun metal|shot of|"
        "photo shoot|dying to try|dying to know|terribly sorry|awfully nice|sick of waiting to try|a bit of a|"
        "best buy|bake off|happy meal|blue cross|red bull|trust fund|trust issues|anti trust law|freedom fighters|"
        "fear of missing|no fear|scared to death|clear the|all clear|crystal clear water|clear skies|make clear|"
        "made clear|clear my|clear your|worth of|worth a shot|worth a try|worth asking|worth noting|net worth|"
        "is it worth|worth mentioning|what it's worth|award travel|award ticket|award winning|supposedly best|"
        "so called|so-called|self proclaimed|on time performance|on time schedule|at this point in time|"
        "says on time|said on time|be on time|not on time|honor system|respect the|with respect|"
        "with all due respect|no disrespect|hit on|hit up|hit the road|hit me up|strikes again|air strike|"
        "strike price|strike a|bowling strike|miss out|don't miss|hit or miss|super late|super slow|super busy|"
        "super long|super rude|super expensive|super bad|super annoying|amazed at|amazed how|amazed that|"
        "thanks in advance|thank you in advance|thx in advance|help appreciated|be appreciated|would be appreciated|"
        "appreciate any|appreciate it if|would appreciate|appreciate your help|appreciate if|appreciate a"
    ),
}
"""Group -> neutral phrases. Costs: an opinion that is made of these words alone is missed ("good enough for me")."""

_OTHER = {
    # Negated words that say the opposite, or less than the opposite.
    "not bad": 1.8, "not half bad": 1.8, "not too bad": 1.2, "not so bad": 1.0, "not that bad": 0.8,
    "not too shabby": 1.8, "not the worst": 0.6, "not the best": -1.2, "not my favorite": -1.0,
    "not my favourite": -1.0, "no worse than": 0.3, "no worse": 0.3, "isn't bad": 1.5, "wasn't bad": 1.2,
    "can't complain": 1.5, "cannot complain": 1.5, "can't fault": 2.2, "cannot fault": 2.2, "couldn't fault": 2.2,
    "can't go wrong": 2.5, "can't beat": 2.0, "cannot beat": 2.0, "unbeatable": 2.2, "can't live without": 2.0,
    "couldn't live without": 2.0, "can't recommend enough": 2.8, "can't recommend them enough": 2.8,
    "can't recommend it enough": 2.8, "cannot recommend enough": 2.8, "can't praise enough": 2.8,
    "can't say enough good": 2.8, "can't thank you enough": 2.8, "can't thank them enough": 2.8,
    "cannot thank you enough": 2.8, "couldn't agree more": 1.0, "never fails": 2.2, "never fails to impress": 2.8,
    "never fails to amaze": 2.8, "never fails to disappoint": -2.8, "never fail to disappoint": -2.8,
    "never disappoints": 2.8, "never disappoint": 2.5, "does not disappoint": 2.5, "doesn't disappoint": 2.5,
    "didn't disappoint": 2.5, "did not disappoint": 2.5, "never disappointed": 2.5, "wasn't disappointed": 2.0,
    "never let me down": 2.5, "never lets me down": 2.5, "never lets you down": 2.5, "never let us down": 2.5,
    "haven't let me down": 2.0, "never had a problem": 2.2, "never had any problems": 2.2, "never had problems": 2.0,
    "never had an issue": 2.2, "never had any issues": 2.2, "never had a bad": 2.0, "never a problem": 2.2,
    "no problem": 1.8, "no problems": 2.0, "no issues": 1.8, "no complaints": 1.8, "not a problem": 1.5,
    "without any problems": 2.0, "without a problem": 2.0, "without problems": 2.0, "without issue": 1.6,
    "without issues": 1.6, "without any issues": 1.8, "zero issues": 1.8, "zero problems": 1.8,
    "zero complaints": 1.8, "no regrets": 1.8, "nothing to complain about": 1.8, "nothing wrong with": 0.8,
    "no longer an issue": 1.2, "no longer a problem": 1.2, "no trouble": 1.5, "no worries": 0.4, "no nonsense": 1.0,
    "nothing beats": 2.0, "nobody beats": 2.0, "nothing better than": 1.5, "none better": 2.0,
    "no one does it better": 2.2, "nothing worse than": -1.8, "couldn't be worse": -2.8, "couldn't get worse": -2.5,
    "couldn't have gone worse": -2.8, "can't get any worse": -2.5, "can it get any worse": -2.5, "no good": -1.8,
    "no use": -1.5, "no better than": -1.5, "is no better now": -1.2, "nobody does it better": 2.6,
    "does it better than": 0.0, "not any better": -1.5, "not much better": -1.0,
    "not so great": -1.5, "not too happy": -1.8, "not so happy": -1.8, "not too impressed": -1.8,
    "not exactly": -0.6, "not so much": -1.2, "not very good": -1.8, "not that good": -1.2, "not that great": -1.5,
    "not all that": -1.2, "zero confidence": -2.0, "zero trust in": -2.0, "no confidence": -1.8, "no faith": -1.8,
    "lost all trust": -2.2, "lost all faith": -2.2, "lost trust": -2.0, "lost faith": -1.8, "lost confidence": -2.0,
    "zero help": -2.0, "zero support": -1.8, "zero stars": -2.5, "zero sympathy": -1.5, "zero respect": -1.8,
    "zero empathy": -1.8, "zero communication": -1.8, "zero interest in": -0.8, "no interest in": -0.6,
    "no love for": -1.2, "no thanks": -1.2, "thanks for nothing": -3.0, "thx for nothing": -3.0,
    "thank you for nothing": -3.0, "thanks a lot": 0.6, "good riddance": -2.0, "thanks to": 0.8,
    "many thanks to": 1.6, "huge thanks to": 2.0, "special thanks to": 1.8, "big thanks to": 2.0,
    "too good to be true": -0.8, "can't wait": 2.0, "cannot wait": 2.0, "without a hitch": 1.8,
    "couldn't be happier": 3.0, "couldn't be easier": 2.5, "couldn't be nicer": 2.5, "couldn't be better": 2.5,
    "couldn't have been nicer": 3.0, "couldn't have been better": 2.5, "couldn't have been more helpful": 3.0,
    "couldn't have been easier": 2.5, "could not have been": 0.8, "couldn't ask for": 2.5, "can't ask for more": 2.0,
    "nothing but praise": 3.0, "nothing but good": 2.0, "nothing but great": 2.0, "nothing but love": 2.0,
    "never looked back": 2.2, "never going anywhere else": 2.2, "wouldn't go anywhere else": 2.2,
    "won't buy anything else": 2.2, "no brainer": 1.5, "no fuss": 1.8, "without fuss": 1.8, "no hassle": 1.8,
    "no drama": 1.5, "can't get enough": 2.2, "cannot get enough": 2.2, "can't stop using": 2.0,
    "can't believe how": 0.0, "cannot believe how": 0.0, "yet to let me down": 1.8, "yet to disappoint": 2.0,
    "no hidden fees": 1.5, "no extra fees": 1.2, "no fees": 0.8, "without warning": -1.2, "without notice": -1.2,
    "without asking": -1.2, "without telling": -1.2, "without permission": -1.2, "thanks a bunch": -0.8,
    "save me from": 0.0, "is a dream": 1.8, "nothing compares to": 2.2, "expected better": -1.2,
    "not any more": -1.5, "not anymore": -1.5, "can't stop eating": 2.0, "can't stop listening": 2.0, "no joke": 0.0,
    "not as bad": 0.8, "not nearly as bad": 1.0, "not so good": -1.5, "nothing special": -1.0, "nothing great": -1.0,
    "hardly great": -1.5, "hardly worth": -1.5, "far from perfect": -1.0, "far from great": -1.8,
    "far from good": -1.8, "far from ideal": -1.2, "far from impressed": -2.0, "far from happy": -2.0,
    "far from bad": 1.2, "less helpful": -1.2, "less reliable": -1.5, "less than impressed": -2.0,
    "less than helpful": -2.0, "less than friendly": -1.8, "less than stellar": -1.8, "less than satisfied": -1.8,
    "less than professional": -1.8, "less than happy": -1.8, "less than pleased": -1.8, "less than great": -1.8,
    "less than ideal": -1.5, "less then helpful": -2.0, "hard to beat": 2.0, "tough to beat": 2.0,
    "hard to fault": 2.0, "hard to love": -1.2, "hard to like": -1.2, "hard to recommend": -1.5,
    "hard to trust": -1.5, "too little too late": -2.0, "worth every penny": 2.5, "worth the money": 2.0,
    "worth the price": 1.8, "worth the wait": 2.2, "not worth the money": -2.2, "not worth the price": -2.0,
    "not worth it": -2.2, "not worth": -2.0, "isn't worth": -2.0, "wasn't worth": -2.0, "better than nothing": 0.3,
    "better than i expected": 1.8, "better than expected": 1.6, "better than i thought": 1.6,
    "better than we expected": 1.8, "better than i remembered": 1.5, "better than advertised": 1.8,
    "worse than expected": -1.8, "worse than i expected": -1.8, "worse than i thought": -1.8,
    "worse than useless": -2.8, "worse than ever": -2.2, "better than the last": 1.2, "better than last": 1.2,
    "better than before": 1.4, "better than it was": 1.2, "worse than before": -1.8, "worse than last": -1.5,
    "faster than expected": 1.6, "slower than expected": -1.4, "more expensive than": -1.2, "smart choice": 1.5,
    "smart move": 1.5, "smart decision": 1.5, "good call": 1.2, "poor choice": -1.5, "bad move": -1.5,
    "bad decision": -1.5, "the best thing about": 1.0, "only good thing": -1.0, "only bad thing": 0.3,
    "only problem": -0.4, "only complaint": -0.3, "only downside": -0.4, "worst part": -1.0,
    "good thing i didn't": -0.8, "way to go": 0.0, "pretty good": 1.4, "pretty great": 1.8, "pretty nice": 1.2,
    "pretty cool": 1.2, "pretty bad": -1.6, "pretty poor": -1.5, "pretty awful": -2.2, "pretty decent": 1.2,
    "pretty happy": 1.4, "pretty impressed": 1.8, "pretty annoyed": -1.8, "pretty disappointed": -2.0,
    "pretty disappointing": -2.0, "pretty shocking": -1.8, "pretty reliable": 1.4, "super fast": 1.4,
    "super quick": 1.4, "super helpful": 1.8, "super friendly": 1.8, "super nice": 1.5, "super happy": 1.8,
    "super easy": 1.6, "shockingly good": 1.8, "shockingly bad": -2.5, "painfully slow": -2.5, "terribly slow": -2.2,
    "awfully slow": -2.0, "ridiculously slow": -2.2, "ridiculously expensive": -2.0, "insanely fast": 1.8,
    "ridiculously easy": 1.8, "sincerest apologies": 0.0, "stupid easy": 1.6, "dead easy": 1.6, "dead simple": 1.5,
    "no mean feat": 1.0, "a big improvement": 1.5, "huge improvement": 1.8, "great improvement": 1.6,
    "an improvement": 1.0, "safe to say": 0.0, "good to know": 0.3, "nice to know": 0.0, "glad to know": 0.3,
    "glad to see": 0.6, "happy to see": 0.6, "happy to help": 0.0, "happy to hear": 0.3, "glad to hear": 0.3,
    "love to hate": -1.0, "hate to love": 0.8, "love hate relationship": 0.0, "hated how much i love": 1.5,
    "dont get me wrong": 0.0, "don't get me wrong": 0.0, "nobody cares": -1.5, "no one cares": -1.5,
    "who cares": -1.0, "boring": -1.2, "a bit boring": -1.0,
    "had a bad": -1.2, "haven't had a bad": 2.2, "never had a bad meal": 2.2, "yet to have a bad": 2.2,
    "not a bad word": 2.0, "no bad word": 1.8, "neither hot nor": -1.6, "neither fast nor": -1.6, "nor fresh": -0.8,
    "not my thing": -0.8, "not for me": -1.0, "nothing good about": -2.0, "nothing great about": -2.0,
    "nothing nice about": -2.0, "isn't worth the money": -2.2, "no joy": -1.2, "not a good look": -1.8,
    "hardly a good look": -1.8, "not the smartest": -1.4, "not the best idea": -1.2, "not exactly great": -1.6,
    "lacks any": -1.4, "couldn't be less": -2.2, "could not be less": -2.2, "neither good nor bad": 0.0,
    "don't hate": 0.4, "doesn't suck": 1.4, "didn't suck": 1.2, "aint bad": 1.8, "ain't bad": 1.8,
    "dead bolt": 0.0, "deadbolt": 0.0, "critical care": 0.0, "intensive care": 0.0, "fine art": 0.0,
    "fine arts": 0.0, "tropical depression": 0.0, "depression area": 0.0, "great depression": 0.0, "dirt bike": 0.0,
    "dirt bikes": 0.0, "dirt road": 0.0, "smart casual": 0.0, "killer whale": 0.0, "killer whales": 0.0,
    "insect killer": 0.0, "weed killer": 0.0, "pain killer": 0.0, "painkiller": 0.0, "lost child": 0.0,
    "panic button": 0.0, "emergency exit": 0.0, "emergency services": 0.0, "hate crime": 0.0, "criminal court": 0.0,
    "cancer centre": 0.0, "cancer center": 0.0, "burn unit": 0.0, "stroke unit": 0.0, "shock absorbers": 0.0,
    "war museum": 0.0, "war memorial": 0.0, "dead sea": 0.0, "angry birds": 0.0, "sour patch": 0.0,
    "breaking news": 0.0, "horror film": 0.0, "horror films": 0.0, "horror movie": 0.0, "horror movies": 0.0,
    "low fat": 0.0, "poor law": 0.0, "free kick": 0.0, "worst case": -0.2, "cheap eats": 0.4,
}  # fmt: skip


_PRAISED = (
    "reliable friendly fast quick cheap fresh clean helpful easy impressive convincing smooth comfortable professional "
    "excellent amazing satisfied pleased useful intuitive fair safe honest"
)
"""Adjectives whose negation by "far from" or "anything but" is blame."""


def senses() -> dict[str, float]:
    """Phrase -> the valence that replaces those of its words."""
    denied = {f"{before} {word}": -1.8 for before in ("far from", "anything but") for word in _PRAISED.split()}
    return denied | dict.fromkeys((phrase for group in _NEUTRAL.values() for phrase in group.split("|")), 0.0) | _OTHER
