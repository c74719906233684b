"""More of what made-up people say. ``[this|that]`` is one of them; the other slots are those of ``_sample_words``."""

from __future__ import annotations

LINES = {
    "praise": (
        "[Hats off to|Fair play to|Top marks for] {b}: [line fixed|problem solved|sorted] before my [tea|toast|bath] "
        "was "
        "ready.",
        "I [wanted|came here] to moan about {b} and [have nothing|came up empty]. [Great|Lovely|Brilliant] service, "
        "actually.",
        "[Three|Six|Nine] [months|winters] with {p} and not one [hiccup|dropout|bad word]. [Delighted|Really "
        "happy|Very "
        "pleased].",
        "{person} from {b} [rang back|called back|phoned me] on [a Sunday|her lunch break|a bank holiday] just to "
        "check. "
        "[Wonderful|So kind|Impressive].",
        "[Our village|This valley|The whole lane] finally has decent internet and it's thanks to {b}. [Love|Adore] it.",
        "{p} is [easily the best|the nicest] thing I bought this year, and I bought [a boat|a tuba|two goats|a sofa].",
        "[My|Our] {b} bill was wrong. They [noticed|spotted it] first, said sorry and [paid me|sent] {money}. Great "
        "people.",
        "Thank you {b} for [treating|talking to] {who} like a [human|grown-up] being. [Excellent|Superb] support.",
        "[Installed|Plugged in|Set up] {p} {when}. [Gorgeous|Fantastic|Amazing] signal even {place}.",
        "[Say what you like|Laugh all you want], {b} is [reliable and friendly|honest and quick], and that's rare.",
        "{b} [just|quietly] doubled our speed for free. [Free!|No catch!|I checked!] [Happy|Thrilled] with that.",
        "[Best|Easiest|Nicest] house move ever, as far as {b} goes: one call, [perfect|flawless] handover.",
        "The [woman|man|chap|lady] in the {b} shop [fixed|rescued] my phone and wouldn't take [a penny|money]. A true "
        "[hero|gem].",
        "If {b} were a [dog|biscuit|neighbour], it would be a [very good one|good one]. [Love them|So good].",
        "{who} calls {p} [the good box|magic|the quiet miracle]. [Agreed|Can confirm], it's brilliant.",
        "[Storm|Flood|Power cut] all night and {b} never [blinked|wavered]. [Seriously|Really] impressed.",
        "[Support chat|Help desk|Hotline] at {b}: a real person, [clever|funny|patient] and done in [four|six|ten] "
        "minutes. "
        "Great.",
        "I [recommended|sold] {b} to [my choir|my bowling club|half the office] and they all [thanked|hugged] me. Good "
        "stuff.",
        "Small joy: the {b} app now [shows|tells] exactly what I pay and why. [Clear|Honest], [helpful|useful], nice.",
        "{p} has [brought peace to|saved] [this family|our evenings|my marriage]. Worth every [penny|cent].",
    ),
    "complaint": (
        "[Another|Yet another] [evening|morning|lunch break] lost to {b}. [Awful|Dreadful|Miserable].",
        "{p} [dies|gives up|falls over] whenever [it rains|the fridge starts|a bus goes by]. [Useless|Terrible] thing.",
        "[My|Our] {b} [engineer|technician] came, [sighed|tutted], left. [Nothing works|Still broken]. Worst visit "
        "ever.",
        "{b} [lost|misplaced] my order, [then|and then] sent [me the bill|a reminder|a late fee]. "
        "[Shameful|Outrageous].",
        "Why does {b} make [leaving|cancelling|moving house] so [painful|horrible|nasty]?",
        "[Rang|Called|Phoned] {b} [five|seven|nine] times. [Five|Seven|Nine] different [answers|excuses]. Hopeless.",
        "{who} [cried|swore] at {p} today and I [understood|joined in]. It's a [bad|terrible] product.",
        "The {b} [website|portal|login page] [hates|rejects] my [surname|postcode|password]. [Ridiculous|Annoying].",
        "{b} [cut us off|disconnected us] by [mistake|accident] and can't [undo it|reverse it] for a week. "
        "[Angry|Furious].",
        "[Upload|Download] speed on {p} [today|tonight]: [a crawl|a rumour|one cat picture an hour]. "
        "[Poor|Pathetic|Bad].",
        "I [trusted|believed] the {b} salesman. [My mistake|Never again]. He lied about [the price|the "
        "speed|everything].",
        "[Dropped calls|Frozen screens|Dead air] every [day|hour], {b}. It's [a disgrace|embarrassing|unacceptable].",
        "[Somebody|Someone] at {b} [swapped|mixed up] our lines, so now I get [a dentist's|a bakery's|the vicar's] "
        "calls. "
        "Terrible mess.",
        "{b} [promised|swore] it'd be [fast|quick|easy]. It's [slow|broken] and they [blame|accuse] my "
        "[walls|wiring|dog].",
        "[Two|Three|Four] weeks waiting for a [cable|box|code] from {b}. Ridiculous delay, [rude|useless] replies.",
        "{p} [overheats|buzzes|whines] all night. [Horrible|Awful] [noise|design]. [Sleeping badly|Can't sleep].",
        "[Old people|Pensioners|My parents] get the worst from {b}: [long waits|hidden fees], [no patience|rude "
        "staff].",
        "[Why|How come] {b} can find me for [a price rise|an upsell] but never for [a refund|a repair]? [Sick of|Fed "
        "up "
        "with] it.",
        "Our [surgery|nursery|bakery|library] has had no phones [all day|since dawn] because of {b}. "
        "[Dangerous|Disgraceful].",
        "{b} [deleted|wiped] {who}'s mailbox. [Years|A decade] of letters. [Devastated|Heartbroken|So angry].",
        "Is there [anything|one thing] {b} does not [break|ruin|mess up]? [Terrible|Dismal] week.",
        "[Bought|Got] {p} for [gaming|streaming|work]. [It lags|It stutters|It hangs]. [Regret it|Bad buy|Waste].",
        "The {b} [hold music|waiting tune] is [in my dreams|in my bones] now. [Awful|Horrible]. [Help|Save me].",
        "[I'm|We're] being charged by {b} for a [flat|house|shop] I [left|sold] in [March|May|June]. "
        "[Theft|Fraud|Scam]?",
        "{at} [third|fifth|eighth] message today. [Ignored|No answer|Silence] again. [Terrible|Appalling] support.",
    ),
    "sarcasm": (
        "[Lovely|Charming|Delightful] how {b} [lets|allows] me [rest|meditate] by [switching off|unplugging] the "
        "world.",
        "[Ah|Oh], the [soothing|gentle] red light of {p}. [So festive|Very cosy].",
        "{b} [invented|discovered] a new [sport|art form]: [queueing|waiting] by phone. I'm [a natural|in the finals].",
        "[Bravo|Well played], {b}: [my invoice|the bill] arrives [flawlessly|on the dot] every month, whatever the "
        "line does.",
        "[Sure|Of course], {b}, send [another|one more] survey. I have [all the time|so much time] now.",
        "[Nothing|Little] says [romance|date night] like [two people|a couple] [restarting|rebooting] {p} by "
        "candlelight.",
        "Who needs [a gym|cardio] when {b} has you [running|sprinting] [upstairs|to the window] for [signal|one bar]?",
        "{b}: [connecting|uniting] [people|strangers] since the [queue|outage] at the shop began.",
        "[Five|Ten] stars for {b}, if [you|one] [like|enjoy] [suspense|mystery|silence].",
        "My {b} [contract|plan] says 'unlimited'. They [meant|must mean] the [waiting|excuses|invoices].",
    ),
    "question": (
        "[Anyone|Anybody] here on {b} in a [basement|houseboat|converted barn|tower block]? [How is it|Any good]?",
        "[Dumb|Quick|Silly] question: does {p} [need|want] [its own|a separate] [socket|line|account]?",
        "[What|Which] {b} plan [would you pick|do you have] for [streaming|one person|a family of six]?",
        "Has {b} [fixed|sorted] the [billing|login|roaming] thing yet, or [should I wait|is it still going]?",
        "[How do I|How does one] [reach|get] a [human|person] at {b}? [Asking nicely|Be honest].",
        "[Thinking|Dreaming] about {p}. [Convince me|Talk me out of it], [please|somebody]?",
        "[Can|Does] {p} [handle|cope with] [forty|thirty|sixty] devices? It's for [a school|a hostel|a scout hut].",
        "[Is|When is] {b} [coming|available] north of the river [this year|soon]? The [map|checker] [says maybe|won't "
        "say].",
        "Do I need to [be home|be in] when {b} [connects|switches on] the line, or is that [automatic|done outside]?",
        "[Who|Has anyone] [got|managed to get] a [refund|goodwill credit] out of {b}? [What did you say|How]?",
        "[Which|What] is [newer|better], {p} or {q}? The [shop|website] [didn't know|was no help].",
        "[Would|Could] {b} [work|do] for a [caravan|narrowboat|summer house] that's empty [half|most of] the year?",
        "[Where|How] do I [see|find] my {b} [usage|minutes|contract end]? I've [clicked|tapped] everything.",
        "Does the {b} [student|senior|family] [offer|tariff] [include|cover] calls [abroad|to Ireland|to Poland]?",
        "[Honest|Serious] question for {b} users: [happy|staying|would you sign again]?",
        "[Has|Did] {p} [get|got] the [new|spring] update [for you|yet]? Mine [says|claims] 'later'.",
    ),
    "switching": (
        "[Goodbye|Farewell|So long] {o}, [hello|hi] {b}. [Already|First impression:] [better|faster|nicer].",
        "[Day|Week] [one|two|three] with {b} after [ages|a decade|too long] at {o}: [so much better|a good "
        "move|happy].",
        "[Signed|Ordered] {b} [today|last night]. {o} [called|rang] within [an hour|minutes] to [beg|bargain]. [Too "
        "late|No].",
        "{o} [broke|killed] my patience, {b} gets my [money|number|loyalty].",
        "[Tempted|Very tempted] to [leave|ditch] {o} for {b}. [Who has|Has anyone] done it?",
        "[Mum|Grandad|Auntie] left {o} [by herself|on his own], [aged 79|at 83], and chose {b}. [Proud|Respect].",
        "The [whole|entire] [office|staircase|terrace] is [moving|going] from {o} to {b} [in May|next month|on "
        "Monday].",
        "[Came back|Returned] to {b}. {o} was [a nightmare|terrible|a mistake] and I [admit|own] it.",
        "{b} [bought me out|paid the rest] of my {o} contract. [Great|Smart] [move|offer].",
        "[Number|My old number] [moved|ported] from {o} to {b} in [a day|two hours]. [Painless|Easy|Smooth].",
    ),
    "comparison": (
        "[Same street|Same house|Same desk]: {b} gives me [300|500|620], {o} gives me [90|a headache|excuses].",
        "{b} [is nicer|feels better], {o} is [cheaper|older|bigger]. [Pick one|There you go].",
        "[I let|Let] {p} and {q} [race|compete] for a [day|week]. {p} won [by a mile|easily|on points].",
        "{o} [talks|advertises] a lot, {b} [just works|delivers].",
        "[Honestly|Truthfully], {b} and {o} are [the same|twins] until [something breaks|you call them]. Then {b} is "
        "better.",
        "[Spreadsheet|Long list] done: {b} [beats|is ahead of] {o} on [support|speed|price], loses on [the app|looks].",
        "With {o} I [prayed|hoped], with {b} I [plan|know].",
        "[Roaming|Coverage|Upload]: {b} good, {o} [poor|bad]. [Billing|Invoices]: [both odd|neither is a joy].",
    ),
    "price": (
        "[Renewed|Extended] with {b} for {money} [less|under list]. [Just ask|They never offer it first].",
        "{b} [now|suddenly] [charges|wants] {money} for [paper bills|a SIM|a house call]. [Really|Huh]?",
        "[Paying|I pay] {money} for {p}. [Too much|Fair|You]?",
        "{money} [a month|monthly] at {b} and the [first|second] [quarter|year] is [free|half]. [Not bad|Decent].",
        "[Read|Check] the {b} [letter|leaflet], page [three|five|nine]: [plus|another] {money} from [April|July].",
        "[Cheap|Cheapest] isn't {b}, but [no surprises|the price stays]. [Good|Fine] by me.",
        "{b} [student|Sunday|off-peak] [deal|tariff]: {money}. [Finally|At last] something I can afford.",
        "Why is {p} {money} [here|online] and [less|more] in the shop?",
    ),
    "plain": (
        "[Walked|Cycled|Drove] past the {b} [tower|depot|office], [lights on|all dark], [a fox|two herons] at the "
        "gate.",
        "[My|Our] [nephew|neighbour|cousin] [interviews|does work experience] at {b} [tomorrow|on Friday].",
        "{b} [hoodie|mug|pen|tote bag] found in a [charity shop|skip|hedge]. [Kept it|Obviously mine now].",
        "[Talk|Lecture|Meet-up] tonight: [someone|an engineer] from {b} on [sea cables|masts|copper]. [Going|Free "
        "soup].",
        "[Counted|Saw] [nine|eleven|six] {b} vans on the [ring road|motorway|ferry]. [Convoy|Migration season]?",
        "[Reading|Skimming] the {b} [annual report|privacy policy] so that you don't have to. [Page 12|Page 40] so "
        "far.",
        "The {b} [mascot|inflatable] [fell over|took off] at the [fair|match|parade]. [Nobody hurt|It's in a tree].",
        "{p} in the [background|corner] of [a thriller|the news|that cooking show]. [Product placement|I notice these "
        "things]?",
        "[Old|Vintage] {b} [phone box|sign|calendar] for [sale|swap], [buyer collects|no timewasters].",
        "[They|Workmen] [painted|moved] the {b} [cabinet|box] on [our corner|Mill Lane]. It's [green|beige|closer] "
        "now.",
        "[Dreamt|I dreamt] of {b} [again|last night]. There was [a form|a queue|a horse].",
        "[School|Class] project about {b}, [due|wanted] on [Monday|Thursday]. [Glue everywhere|The printer knows].",
        "{b} [lanyard|badge] on the [tram|night bus]: [owner|whoever] is asleep, [two|three] stops past the depot.",
        "[Radio|Local radio] [says|reports] {b} [opens|plans] a [warehouse|call centre] near [the canal|the airport].",
        "[Switched on|Unboxed] {p}. [It has a light|It hums a little|The cable is short]. [More later|So far so so].",
        "[Minutes|Notes] of the residents' meeting: [item four|item six], {b}, [postponed|see item two].",
        "{b} and {o} [tied|drew] [two all|nil nil] in the [company|Sunday] league.",
        "[Somebody|A child] [drew|chalked] the {b} logo [on the pavement|on my car]. [Good likeness|With ears].",
    ),
}
"""Mood -> what they say."""

SHORT = {
    "praise": ("Thank you, {b}!", "{b} is brilliant.", "love my {p}", "Well done {b}", "{b} saved me",
        "Great stuff, {b}"),
    "complaint": (
        "{b} down again.", "Ugh, {b}.", "{b} is terrible", "{p} dead. Again.", "Hate you, {b}",
        "Awful, {b}, just awful.",
    ),
    "sarcasm": ("Oh {b}. Never change.", "Classic {b}.", "{b}, you shouldn't have.", "Peak {b}."),
    "question": ("{b} down?", "Anyone using {p}?", "{b}: yes or no?", "Is {b} any good?"),
    "switching": ("{o} to {b}: done.", "Hello {b}!", "Left {o}. Relief."),
    "comparison": ("{b} over {o}.", "{b} > {o}", "{p} beats {q}."),
    "price": ("{money} more, {b}? Why?", "{b}: {money} off.", "{b} got dearer"),
    "plain": ("{b} van. Again.", "Spotted: {p}", "{b}, apparently.", "So, {b}.", "{b} news at six"),
}  # fmt: skip
"""Mood -> what the hasty say; too short to be anybody's in particular."""

ASIDES = (
    "[Anyway|Right], back to [the laundry|my soup|the roof|work].",
    "It's [raining|snowing|foggy] here and the [cat|dog|parrot] [sleeps|is sulking|wants out].",
    "[Typing|Writing] this {place} with [one thumb|cold fingers|the last 4 %].",
    "{who} [says|thinks] I should [get out more|calm down|write a book].",
    "[Bus|Train|Ferry] is late [too|as well], so I have [time|opinions].",
    "[Sorry|Apologies] for the [typos|length], [new glasses|small keyboard|toddler on my arm].",
    "[Photo|Screenshot|Graph] [below|to follow|on request].",
    "[Edit|Update]: [spelling|it's Tuesday|they read this|wrong month].",
    "{person} [will|would] [laugh|nod|understand].",
    "[Location|Context]: [edge of town|hill country|fifth floor|one bar if I lean].",
    "For [context|scale]: we're [two adults|a shared house|a small firm|one person] and [a printer|four tablets|a "
    "drone].",
    "[First|Last] post on this, [promise|probably].",
    "[Second|Third|Fourth] [coffee|tea] and it's not even [nine|ten|noon].",
    "I [kept|wrote down] the dates, in case [anyone|somebody] [asks|cares].",
    "This was {when}, [in case it matters|for the record].",
    "[Account|Contract] is in {who}'s name, [long story|don't ask].",
    "[Neighbours|People] [upstairs|opposite|next door] [report|see] the same.",
    "[Greetings|Hello] from [the north|the coast|row F|a very small island].",
    "[Tested|Checked] on [two|three] phones and [a laptop|an old tablet].",
    "Now [dinner|a walk|the dishes].",
    "[Bookmarking|Saving] this for [later|the ombudsman|my memoirs].",
    "[Whoever|If whoever] [runs|reads] this account: [hello|have a biscuit|get some sleep].",
    "[Off|I'm off] to [{person}'s|my sister's|the allotment], [where|there] the tomatoes never buffer.",
    "I used to [repair|sell] [radios|televisions|typewriters], so I [know|notice] a little.",
    "[Took|It took me] {minutes} to [find|write] this, [be kind|you're welcome].",
    "[Half|Most] of [this forum|my feed] [knows|says] that already, I [guess|suppose].",
    "{event} starts [soon|in ten minutes], so [briefly|more later].",
    "[The|My] [plumber|hairdresser|postman] [told|asked] me [about it|the same] [too|yesterday].",
)
"""What anybody may add to anything."""
