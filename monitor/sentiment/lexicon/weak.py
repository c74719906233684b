"""Words of VADER's lexicon that say little about a brand. A word that ends in ``*`` stands for all words that begin so.

VADER was made for how a text feels. A score towards a brand asks what is said about it, so words of moods, politeness,
trade and news count little or nothing. Cost: short praise made of such words alone ("so healthy") is missed.
"""

from __future__ import annotations

NEUTRAL = (
    # Requests: "please help", "can you support me" and "hope to hear" are polite, not praise.
    "please help helping helped want wants wanted hope hopes hoping hopeful support supporting supported dear free "
    "play plays played playing share shared shares credit security secure energy interest interests party vision "
    "chance natural create created creative active top engage challenge challenges challenging pay win winner join "
    "joined number natives value values matter matters like yes yeah sure ok okay well kind hey hi hmm lol lmao "
    "lmfao rofl haha hahaha hah heh ha true god yep demand demands gross killer crazy alone low lower lowest "
    "serious seriously fire war dark alert alerts straight certain certainly ready agree agreed agreement care "
    "careful commit committed feeling feelings dream dreams legal opportunity opportunities solution solutions wish "
    "wishes loyal loyalt* award* reward* prize* kindly improve improvement improvements cancel cancels "
    "cancelling canceling no united pretty sorry super fyi tia jp jt nh jk xp ff fb ez apolog* bags backs "
)
"""Words that say nothing about a brand: requests, product names and business terms (free shipping, credit card, smart
phone, gross margin), contests, agreement and laughter, for people laugh *at* brands at least as often as with them."""

EMOJI = tuple("😂🤣😅😆💁🧑👨👩🙋😬")
"""Neutral ones that VADER describes with words such as "joy": people laugh *at* brands as often as with them."""
WEAK = (
    # Requests and politeness: "please help", "hope to hear", "any help appreciated", "kindly improve".
    "please pls plz help helping helped want* hope* hoping support supporting supported dear dearly sorry apolog* "
    "regards invite* inviting allow* welcome* welcoming appreciative forgiv* forgave pardon pray* wish* "
    # Names of products, programmes and business terms: free shipping, credit card, rewards number, first-class mail.
    "free freed freebase* play* credit* security secure* securit* energ* interest interests interested party parti* "
    "vision* chance* natur* create* creati* active* top engage* challeng* pay win winner* join* number* value "
    "valued values valu* share shared shares gift* bonus* discount* exclusiv* diamond* advantage* benefit* asset* "
    "opportun* solution* alliance friend friends friendship* champ* admiral* festiv* holiday* medal* promot* boost* "
    "increas* grow* gain* profit* strength* expand* extend* explor* exempt* original* united unit* novel new "
    "highlight* scoop talent* trust trusts trusting entrust* merit* heroic legal authority authorit* privileg* "
    "prosper* wealth* rich riche* vest* optim* prospect* progress* outreach innovation innovations "
    # Fillers, agreement and certainty.
    "like likes yes yeah sure surely ok okay okays well kind hey hi hmm yep true truly truth* certain* definite* "
    "agree* ready clear clearly clarif* clarity honest* doubtless* determin* pretty significan* substantial* "
    "important* importance prominent* serious* seriously matter matters careful care cares caring ease eases alive "
    "hand long sincere* consent* admit* accept* acquit* absolv* adequa* fyi tia jp jt nh jk xp ff fb ez ty? "
    # Laughter: people laugh *at* brands at least as often as with them.
    "lol lmao lmfao rofl* haha* hah heh ha joke joked joking jokes laugh* giggl* chuckl* smil* grin* humor* humour* "
    "comed* 😂 🤣 😅 😆 💁 🙋 🧑 👨 👩 "
    # Moods and virtues of people, not of brands.
    "brave* courag* dar* devot* dignit* eager* earnest* emotion* faith* fame* fan fearless* fervent* festival* god "
    "gallant* grace* heart hearts innocen* integrity jealous* joll* justice justif* kindness kiss* liked lucky luck "
    "matur* merc* merry miracle* motivat* noble* passion* peace* pensive* playful* pride proactiv* resolut* resolv* "
    "respect* rescue* responsib* romanc* sentiment* serene* sexy spirit* survi* sympath* tender* toler* tough* "
    "tranquil* vigilan* virtu* wisdom wise worship* yearn* youth* zeal* curious* dream dreams feeling feelings "
    "gratif* alert* straight commit* confiden* convinc* dedicat* defen* desir* divin* dominan* dwell* dynam* assur* "
    "reassur* appeas* approv* attach* await* back* compel* compet* conten* decisi* encourag* ensur* entertainment* "
    "entitl* escap* esteem* fulfil* give* giving grant* greet* guarant* harmless* health* immun* incentiv* influen* "
    "inquisit* intact intelligence* intens* inspir* lively meaningful mirth* open* poise* positive* positiv* power* "
    "precious* prepare* prevent* protect* ratif* reach* readi* redeem* relax* relent* reliev* restor* retain* "
    "reviv* robust safe* safel* save* sentence* sincer* sociab* sophisticat* spark* stimul* sunny sunshin* super "
    "supre* surpris* swift* treasur* treat treats treating treated urgen* valid* vibran* vital* warm* wins* worth* "
    "willing* honor* honour* "
    # Facts of life and news, whoever is to blame for them.
    "war wars dark fire fires fired low lower lowest demand demands gross killer crazy alone die dies died dead "
    "death* kill kills killed killing murder* suicide* crime* criminal* victim* weapon* gun* terror* bomb* cancer* "
    "funeral* grave* grief* mourn* enem* fight* battle* struggl* strike strikes emergenc* injur* hurt* pain sick "
    "sickness tired sad sadly cry cries crying alas miss missed misses lonely boring bored nerv* affect* leave "
    "leaves leaving stop stops stopped stopping cut cuts cutting block limited limits limit fight interrupt* idk "
    "short hard tough uncertain* pressure* pressur* risk risks risky exclud* fear fears afraid worry worri* better "
    "wow funny interesting strong* no empty heavy weird odd strange silly crush* shock* smh doubt* forget* forgot* "
    "kidding"
)
"""Too little for a sign, alone. Some return as phrases ("not worth") or under the rules of money and change."""
WEAK_FACTOR = 0.4

KEPT = (
    "winning worthless worthwhile valuable invaluable supportive creative careless heartless winnable healthier "
    "kindhearted creativity careful* friendly friendliest hurtful painless painful helpful hopeless unhelpful "
    "hopelessly backward backstab* givers peaceful powerful gracious graciously inspiring inspired inspirational "
    "priceless treasured wonderful enjoyable supported* sickening deadlock competent competence authentic"
)
"""Exceptions from NEUTRAL: evaluations that begin like a neutral word."""

FAINT = (
    "best nice fine fair fun cool clean special safe smart popular warm sweet solid lively calm capable easy easier "
    "easily impress* satisf* succe* useful relief glad happy happier happily appreciat* enjoy* comfort* effective* "
    "improved improves improving excit* intelligent neat fresh stable worthy attract* charm* ideal ambitious "
    "favour* favor* fav fortunate* thankful* hero heroes proud* joy joys bless* keen bold entertain* trusted "
    "trustworthy wise reliable sure :) :-) ;) ;-)"
)
"""Positive words that praise a brand only now and then: "a nice day", "the best way to", "easy"."""
FAINT_FACTOR = 0.9

STRONGER = {
    # Anger and contempt that VADER takes for moods.
    "wtf": -2.2, "#fail": -2.5, "#wtf": -2.2, "stfu": -2.0,
}  # fmt: skip
