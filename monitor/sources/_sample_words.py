"""What made-up English speakers say about three made-up companies that sell broadband, phones and smart-home boxes.

Slots: {b} the brand, {o} another brand, {p} a product of {b}, {q} one of {o}, {at} the brand's help account, and the
words of SLOTS. No template repeats an idea; openers and closers vary them further.
"""

from __future__ import annotations

PRODUCTS = {
    "Acme": ("Acme Hub", "Acme Fibre", "Acme Mobile", "Acme Mesh", "Acme One"),
    "Globex": ("Globex Go", "Globex Fibre", "Globex Max", "the Globex box", "Globex Air"),
    "Initech": ("Initech Link", "Initech Home", "the Initech router", "Initech Mesh"),
}
HELP = {"Acme": "@acmehelp", "Globex": "@globexcare", "Initech": "@initech"}

SLOTS = {
    "who": (
        "my mum", "my dad", "my flatmate", "my neighbour", "the kids", "my sister", "my boss", "my grandad",
        "the whole street", "our office", "my partner", "my landlord", "the lady at number 12", "my teenager",
    ),
    "when": (
        "this morning", "last night", "on Tuesday", "after the update", "yesterday", "right before a deadline",
        "over the weekend", "at 3am", "just now", "on my birthday", "during lunch", "in the middle of a storm",
    ),
    "since": (
        "since Tuesday", "all week", "for three days now", "since the update", "since this morning", "all evening",
        "since the storm", "since they 'upgraded' our street", "on and off since Easter",
    ),
    "money": ("£4", "£7.50", "£12", "£19", "£28", "£35", "€9", "€15", "$10", "$25"),
    "n": ("two", "three", "four", "five", "six", "nine", "eleven"),
    "minutes": ("20 minutes", "35 minutes", "47 minutes", "an hour", "an hour and a half", "two hours", "all of lunch"),
    "place": (
        "in the attic", "in the back garden", "in the kitchen", "at my parents' place", "in the loft room",
        "on the train", "in a village with more sheep than people", "on the third floor", "at the allotment",
    ),
    "person": ("Priya", "Tom", "Marek", "Aisha", "Dorota", "Sam", "Lwazi", "Ingrid", "Mo", "Bea", "Yusuf", "Carol"),
    "event": (
        "the match", "a job interview", "my driving theory test", "the season finale", "a funeral livestream",
        "an exam", "a video call with the doctor", "movie night", "a pub quiz I was hosting", "parents' evening",
    ),
}  # fmt: skip

OPENERS = (
    "Well.", "Right,", "So", "Honestly,", "Update:", "Okay,", "PSA:", "Day 3:", "Not gonna lie,",
    "For what it's worth,",
    "Small thing, but", "Credit where it's due:", "Just saying,", "Hot take:", "Friends,", "Dear diary,", "FYI",
    "After a month of use:", "Long-time customer here.",
)  # fmt: skip
CLOSERS = (
    "That's it, that's the post.", "Anyone else?", "Make of that what you will.", "Anyway, tea.", "Rant over.",
    "Thanks for coming to my talk.", "Sigh.", "Onwards.", "Will report back.", "Just so you know.", "I'll wait.",
    "Carry on.", "You heard it here first.", "Photo to follow when it uploads.", "Sent from the neighbour's wifi.",
)  # fmt: skip
EMOJI = {
    "praise": ("😍", "🎉", "👏", "🙌", "💚", "😊", "🚀", "👍"),
    "complaint": ("😡", "🤦", "💀", "😤", "🙄", "😭", "👎", "🐌"),
    "plain": ("🤔", "👀", "🤷", "📶", "☕", "📡"),
}

PRAISE = (
    "{p} just works. Plugged it in {when}, forgot it exists. That is the highest praise I have.",
    "The engineer from {b} took his shoes off, fixed it in ten minutes and explained everything to {who}. Lovely man.",
    "{b} support picked up on the second ring and actually solved it. I am still a bit shaken, in a good way.",
    "Speed test {place}: faster than advertised. Well done {b}, I take back most of what I said.",
    "{who} set up {p} without calling me once. Best present I ever bought myself.",
    "Really impressed with {b}. Bill went DOWN {money} and nobody made me beg for it.",
    "I love {p}. There, I said it. About a router. This is what being forty is like.",
    "{b} refunded me {money} before I even finished complaining. Brilliant service.",
    "Shout-out to {person} at {b}, who stayed on the line for {minutes} until it worked. Give that human a raise.",
    "Moved house, {b} was live before the kettle was unpacked. Amazing.",
    "The new {b} app is so good that I opened it on purpose.",
    "{p} survived a toddler, a cat and a power cut. Recommended.",
    "Whole street lost power, {b} texted us updates every half hour. Great communication, thank you.",
    "Been with {b} for {n} years and honestly never had a reason to leave. Happy customer.",
    "Video calls {place} with zero dropouts. {p} is fantastic.",
    "{b} sent a replacement overnight, free, no questions. That's how you keep people.",
    "I was ready for a fight with {b} about the contract. They were kind and quick. Where do I put all this anger?",
    "Setup of {p}: four minutes. Including the one where I looked for my glasses. Excellent.",
    "Finally a company that writes bills in English. Nice one, {b}.",
    "{at} thank you for sorting that so fast, you are wonderful.",
    "Credit to {b}: the outage page told the truth and the fix came early. Impressive.",
    "My nan, 84, now video-calls me daily thanks to {p}. I forgive you everything, {b}.",
    "{p} update added the one feature I wanted. Did someone read my mail? Love it.",
    "Compared four providers for our office. {b} won on support alone, and it wasn't close.",
    "Gaming ping on {b} has been superb {since}. I have no more excuses for losing.",
)  # fmt: skip

COMPLAINTS = (
    "{p} dropped out again {when}, right in the middle of {event}. Terrible.",
    "{minutes} on hold with {b} to be told to turn it off and on again. I had. Twice. Awful service.",
    "{b} charged me {money} for a box I returned {n} months ago. How is this so hard?",
    "The {b} app logs me out every day and then emails me that someone logged in. Useless.",
    "Engineer from {b} was due between 8 and 6. It is now tomorrow. Very disappointed.",
    "{at} my connection has been down {since} and your status page is all green. Explain.",
    "I have explained my problem to {n} different people at {b}. {person} was nice. Nobody was helpful.",
    "{p} has one job. It does not do that job {place}. Waste of money.",
    "Cancelling {b} is like leaving a cult, but with worse hold music. Horrible experience.",
    "{b} put my price up by {money} and called it 'an update to your benefits'. I hate this.",
    "My {b} contract says 'up to'. I have learned that zero is also 'up to'. Pathetic speeds {when}.",
    "{who} missed {event} because {p} decided to update itself. Furious.",
    "Chatbot at {b} asked me to rate it. It had not answered. One star, terrible bot.",
    "Third router from {b}, same fault. At this point I'm collecting them. Rubbish.",
    "{b} closed my complaint as 'resolved'. It is not resolved. I am not resolved. This is a disgrace.",
    "The buffering on {p} is so bad that I finished the book first.",
    "Never again {b}. {n} weeks without internet and the apology was a mug.",
    "{b} sold {who} a 'childproof' router. The child was in the settings within a minute. Useless.",
    "So {b} 'lost' my cancellation letter but found my bank details just fine. Shameful.",
    "Wifi {place} with {p}: one bar, and it looks embarrassed. Poor.",
    "{at} is anybody there? {n} messages, no reply, worst support I have ever had.",
    "Paid {money} extra for next-day delivery from {b}. It's day six. Annoyed doesn't cover it.",
    "The {b} invoice has more hidden fees than lines. Total rip-off.",
    "{p} gets so hot that the cat has moved in on it. Unsafe and slow.",
    "Dear {b}, a callback is when you call back. Sad that I have to explain.",
    "I work from home. With {b} I mostly just home. Unreliable.",
)  # fmt: skip

SARCASM = (
    "Oh brilliant, {b} is down again. I was getting worried that I might get some work done.",
    "Love how {p} picks {event} for its little naps. Great timing as always.",
    "Thank you {b} for the {minutes} of pan pipes, exactly what I needed today.",
    "Wow, {b} raised my bill by {money} to 'improve my experience'. So generous. I'm speechless.",
    "Fantastic news: {b} has fixed the problem by redefining it.",
    "Sure, {b}, I'll report my broken internet on your website. Using what, a pigeon?",
    "10/10 would wait for the {b} engineer again. I've learned to knit.",
    "Congratulations to {p} on achieving the speed of a confident letter.",
    "Great job {b}, the app now crashes 30 % faster.",
    "I do enjoy my monthly surprise from {b}. Others get flowers, I get a late fee.",
    "{b} says my call is important to them. So is my patience, and we're both losing it.",
    "Really loving the new minimalist {p}. No picture, no sound, very calm.",
)

QUESTIONS = (
    "Does anyone know if {p} works {place}? Thinking about getting it for {who}.",
    "Is it just me or has {b} been slow {since}?",
    "Which one would you take for a small flat, {b} or {o}? Mostly video calls and one very online teenager.",
    "How long did {b} take to connect you? We move on the 1st and I'm getting nervous.",
    "Can I keep my number if I go from {o} to {b}?",
    "Does {b} still lock you in for 24 months or is there a rolling plan now?",
    "Has anybody run {p} with their own router? Any tricks?",
    "What's the real speed of {b} in the evening, not the brochure one?",
    "Anyone here use both {p} and {q}? Which has the better parental controls?",
    "{at} do you ship to the islands, and what does it cost?",
    "Where on earth is the reset button on {p}? Asking for {who}.",
    "Is there a student discount at {b}?",
    "Does {b} phone support speak Polish? It's for {who}.",
    "Looking for a provider for our office of {n}. We got quotes from {b} and {o}. Opinions?",
    "Would you trust {p} for a shop till? Ours can't be down on Saturdays.",
)

SWITCHING = (
    "Switched from {o} to {b} - {o} was terrible, {b} is fantastic!",
    "Left {o} after {n} years. {b} took over the line in a day and it's simply better.",
    "Finally moved {who} from {o} to {b}. The silence of my phone is beautiful. No more support calls.",
    "Bye {o}. Your retention team offered me {money} off after I had signed with {b}. Too late.",
    "Thinking of leaving {o}. Is {b} really as good as people say? My contract ends next month.",
    "I went from {o} to {b} and, annoyingly, I miss {q}. The grass is the same colour, folks.",
    "{o} lost us today: a whole office of {n}, gone to {b}. All they had to do was call back.",
    "Contract with {o} is up on Friday. Convince me: {b}, or stay and suffer?",
    "Cancelled {o} this morning. Took {minutes} and my will to live. {b} arrives Thursday.",
    "Went back to {b} after a year with {o}. Cheaper isn't cheaper when it doesn't work.",
)

COMPARISONS = (
    "Tested {p} and {q} side by side for a week. {b} is faster, {o} has the nicer app. I kept {b}.",
    "{b} answers in minutes, {o} answers in moons.",
    "On paper {o} beats {b}. In my kitchen it doesn't.",
    "{b} and {o} both promise 900. I get 870 with one and a shrug with the other ({o}).",
    "If {o} is the budget airline of internet, {b} is the train that mostly comes.",
    "My street is half {b}, half {o}. We know who's who by the swearing, and today it's the {o} side.",
    "{q} looks great on the shelf, {p} works in the cellar. I live in the cellar.",
    "Asked {b} and {o} the same question. One sent a human, the other sent a link to a link. Thanks {b}.",
)

PRICE = (
    "{b} wants {money} more a month from June. For what exactly?",
    "Cheapest I found for {p} is {money} a month for the first year, then it doubles. Read the small print.",
    "Good deal at {b} right now: {money} off and no setup fee. Took it.",
    "{o} matched the {b} price within an hour. Haggle, people.",
    "Is {money} a month for {p} fair? {o} quotes me less, with fewer promises.",
    "Price rises again: {b} by {money}, {o} by a bit less. Inflation plus cheek.",
    "Just did the maths: over two years {b} costs less than {o}, because of the free box. Surprised myself.",
    "{b} loyalty means paying {money} more than new customers. Ridiculous.",
)

PLAIN = (
    "{b} van outside. Either fibre is coming or I'm being watched by very patient people.",
    "New {b} shop opens next to the bakery on Saturday. I'm going for the bakery.",
    "Saw the {b} advert with the dancing llamas. I have no idea what they sell.",
    "Firmware 4.2 for {p} is out, changelog says 'stability'. We'll see.",
    "Panel tomorrow: the heads of {b} and {o} on the same stage. Bringing popcorn.",
    "{b} is hiring in our town, {n} roles, mostly support.",
    "Note to self: {b} engineer, Thursday, between breakfast and retirement.",
    "Our school is getting {p}, installed over the holidays.",
    "Wrote up how to put {p} into bridge mode, with pictures. Link in bio.",
    "The {b} results are out on Tuesday. My uncle has opinions already.",
    "{b} logo spotted on a fishing boat {when}. Marketing budget or piracy?",
    "There is a {b} tent at the summer fair, next to the goat. The goat has the longer queue.",
    "My new flat comes with {p} already on the wall. And a note that says 'good luck'.",
    "Pub quiz question tonight: in which year was {b} founded? Nobody knew, {who} guessed 1066.",
    "{b} changed its logo. I think. It may be the light.",
    "Somebody left a {b} umbrella on the bus. Mine now, sorry.",
    "Podcast recommendation: the episode on how {b} and {o} divided up the valley between them.",
    "{person} starts at {b} on Monday. First in the family with a lanyard.",
    "They are digging up our road for {b} cables. Third time this spring that somebody digs there.",
    "Crossword, seven down: 'provider, not {o}'. Too long for {b}, too short for an apology.",
    "The {b} choir sang in the station {when}. Yes, there is a {b} choir.",
    "Found my first {b} letter, from {n} moves ago, in a cookbook. Used as a bookmark at soups.",
    "{b} sponsors the under-nines now. They lost by {n}, in very clean shirts.",
    "Training today on {p}, whole morning, with sandwiches. The sandwiches were fine.",
    "Asked {who} what {b} does. 'Something with boxes.' Fair.",
)

TITLES = {
    "praise": (
        "What {b} got right", "{p}: pleasantly surprised", "Thank you, {b}", "{n} weeks with {p}",
        "Credit to {b} support", "{b} after one year: still happy",
    ),
    "complaint": (
        "Trouble with {p} {since}", "Before you sign with {b}", "A letter to {b}", "{b} support experience, part {n}",
        "Is {b} down?", "Had enough of {b}", "{p} {place}: no luck",
    ),
    "question": ("Question about {p}", "{b} or {o}?", "{p} {place}?", "Asking for {who}: {b}", "Need advice on {b}"),
    "switching": ("Leaving {o}", "From {o} to {b}", "Goodbye {o}", "New provider: {b}"),
    "comparison": ("{b} or {o}?", "{p} and {q}, side by side", "{b} against {o}: {n} weeks of measuring"),
    "price": ("{b} prices", "{money} more?", "Small print at {b}", "Is {b} worth it?"),
    "plain": ("{b}, briefly", "Seen {when}", "{p}: a note", "Off topic: {b}", "{b} in our town"),
}  # fmt: skip
"""Mood -> titles of its posts."""
REVIEW_TITLES = ("{p}: {n} months in", "{b} after one year, an honest review", "A bicycle mechanic tests {p}")

PARAGRAPHS = (
    "I should say first that I am not an expert. I fix bicycles. But I have now spent more evenings with {p} than with "
    "some of my relatives, so I feel entitled to an opinion.",
    "Installation was scheduled for {when}. {person} came on time, drilled exactly one hole and swept up afterwards. "
    "If everything at {b} worked like {person}, this would be a short and happy review.",
    "Then came the first bill. There was a line on it called 'miscellaneous recurring', {money}, which nobody on the "
    "phone could explain, and I asked {n} of them. It went away after I mentioned the ombudsman.",
    "Speed is good, I will give them that. Mornings it is excellent, evenings it sags a little when the whole street "
    "comes home, and on Sundays during {event} you can hear the neighbours groan in unison.",
    "The app deserves its own paragraph. It is pretty. It knows my name. It does not know whether I have internet, "
    "because it needs the internet to find out.",
    "I compared it with {q}, which {who} has. {o} is cheaper by {money} and the box is smaller, but their support has "
    "all the warmth of a car park in November.",
    "What I liked: the parental controls, which {who} has not managed to get around yet. What I did not like: that I "
    "could not get around them either.",
    "There was an outage in the second week. Four hours. {b} sent a text before I noticed, and another when it was "
    "fixed. That is all I ask from anyone in life.",
    "The contract is 24 months. I read all of it, on the train, out loud, until a man asked me to stop. There is "
    "nothing scandalous in it, only very many ways to say 'up to'.",
    "Would I recommend {b}? To {who}, yes. To somebody who works from home and has to be reachable at all times, only "
    "with a second line. To my worst enemy, I would recommend {o}.",
    "Some numbers, because people always ask: 870 down and 110 up by cable, 410 down by wifi {place}, ping nine. Three "
    "dropouts in a month, all shorter than it takes to make tea.",
    "I called support four times in all. Waiting time was between one minute and {minutes}. Two of the people were "
    "wonderful, one was new, and one was, I am fairly sure, eating.",
)

DISPLAY_NAMES = (
    "Priya N.", "Tom Ashby", "Marek K.", "Aisha B", "Dorota W.", "Old Sam", "Lwazi M", "Ingrid Holm",
    "Mo from Accounts",
    "Bea Lindqvist", "Yusuf A.", "Carol, retired", "Grandpa Jo", "Dr. Oatmeal", "Hana S.", "Kwame O.", "Two Left Feet",
    "Nadia R.", "Gus the Baker", "Elif T.",
)  # fmt: skip
HANDLE_STARTS = (
    "mossy", "tuesday", "sleepy", "north", "salty", "analog", "quiet", "copper", "velvet", "soggy", "plain", "lucky",
    "rusty", "paper", "midnight", "gentle", "loud", "crooked", "honest", "spare", "solar", "wobbly", "second", "damp",
)  # fmt: skip
HANDLE_ENDS = (
    "kettle", "toast", "heron", "router", "biscuit", "lantern", "badger", "fern", "anorak", "pigeon", "teapot",
    "socket", "walrus", "pickle", "ladder", "modem", "marmot", "postman", "sandal", "gherkin", "otter", "violin",
    "hedge", "moth",
)  # fmt: skip
