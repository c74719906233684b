"""What spreads: news that many sites repeat, and incidents that make everybody talk at once. Slots as in the words."""

from __future__ import annotations

from typing import NamedTuple


class Incident(NamedTuple):
    """Something that goes wrong at a brand: how the press has it, and how people do."""

    headline: str
    voices: tuple[str, ...]


HEADLINES = (
    "{b} brings fibre to {n} more towns by the end of the year, starting with the coast",
    "{b} and {o} settle their long quarrel over masts on church towers",
    "{b} names former lighthouse engineer as head of its networks",
    "Study: customers of {b} wait {minutes} less on the phone than a year ago",
    "{b} to close its 3G network in spring; what owners of old phones should do now",
    "Consumer body praises {b} for clear bills and warns about small print at {o}",
    "{b} opens repair café where anybody may bring a broken router",
    "{b} buys maker of smart letterboxes for an undisclosed sum",
    "Regulator asks {b} to explain price rise of {money} for loyal customers",
    "{b} wins public tender to connect all libraries, {o} comes second",
    "Test winner: {p} ahead of {q} in this year's great router comparison",
    "{b} lets staff work four days a week and says that complaints went down",
    "Quarterly figures: {b} gains customers, {o} blames the weather",
    "Farmers' cooperative and {b} lay 40 kilometres of cable themselves",
    "{b} apologises after advert with dancing llamas confuses viewers",
)

DETAILS = (
    "The company said so on its website and gave no further details.",
    "A spokeswoman called it 'an important step'. Analysts had expected less, or at least something else.",
    "Customers will be told by letter within the coming weeks, the company says.",
    "People we spoke to outside a shop had not heard of it yet but asked when it would get cheaper.",
    "The works council welcomes the move. Shares closed slightly higher.",
    "It is the third announcement of that kind this year, after {o} had made a similar one in spring.",
    "The mayor was there, so was a brass band. It rained.",
    "Details are to follow after the summer holidays.",
)

COMMENTS = (
    "", "", "", "Interesting.", "Hm.", "Finally.", "About time!", "Saw this one coming.", "Good for them.", "Thoughts?",
    "This is big.", "Who asked for this?", "Love to see it.", "I'll believe it when I see it.", "via the morning mail:",
)  # fmt: skip

INCIDENTS = (
    Incident(
        "{b} network down across the country, cause unknown, engineers at work",
        (
            "{b} is down. All of it. Phone, TV, the lot. Terrible timing with {event} on.",
            "Is {b} down for everyone or has it finally given up on me personally?",
            "{at} no internet {place}, no updates, no apology. This is awful.",
            "Whole office standing around the one person who isn't with {b}. He is insufferable.",
            "Can't work, can't call, can't even complain properly. Thanks {b}. #{b}down",
            "#{b}down and the status page is down as well. You couldn't make it up. Pathetic.",
            "Three hours without {b} now. {who} and I have started talking. Send help.",
            "My shop can't take cards because of {b}. I'm losing money by the minute. Furious.",
            "{b} outage map is just a red rectangle. Horrible service {since}.",
            "Emergency number didn't connect with {b} just now. This is dangerous, not funny.",
        ),
    ),
    Incident(
        "{b} admits leak of customer data, addresses and partial card numbers affected",
        (
            "Just got the email: my data was in the {b} leak. Angry and worried.",
            "{b} lost my card number and offers me a free month. Insulting.",
            "How do you leak passwords in this day and age, {b}? Shameful.",
            "Changing every password tonight. Cheers {b}, what a lovely evening. #{b}leak",
            "{at} was I affected or not? A simple question, {n} hours, no answer. Terrible.",
            "If {b} had told us in March instead of hoping nobody notices... disgraceful.",
            "Left {o} because I didn't trust them with my data. Joined {b}. Great. Just great.",
            "Scam calls started an hour ago. They know my {b} customer number. Scary.",
            "{b} knew. For weeks. And said nothing. I hate this.",
        ),
    ),
    Incident(
        "{b} raises prices by up to {money} a month, also for customers with running contracts",
        (
            "{b} puts my price up by {money} in the middle of a contract?! How is that legal?",
            "Cancelled. {n} years with {b}, gone over {money} a month and a rude letter.",
            "'Dear valued customer' - {b}, nothing good ever came after these words. Ridiculous.",
            "Everybody on my street got the {b} letter. Nobody is amused. Worst letter ever.",
            "{o} must be so happy about {b} today. I just signed up with them.",
            "{at} I want out of my contract. Your chat says I'm number 4,112. Awful.",
            "Loyal customers pay for it again. Greedy, {b}. Just greedy.",
            "Is anyone NOT leaving {b} over the price rise?",
        ),
    ),
    Incident(
        "Update leaves tens of thousands of {b} boxes dead; company promises replacements",
        (
            "{p} updated itself last night and is now a brick. A warm, blinking, useless brick.",
            "Red light on {p} since the update. Support line just hangs up. Terrible, {b}.",
            "Do NOT restart your {p} today. Mine died. {who}'s died too.",
            "Queue outside the {b} shop goes round the corner. Everyone is holding a dead box.",
            "{b} says replacements in five to seven working days. I work from home. Great, thanks for nothing.",
            "Who at {b} pushes an update on a Friday? Who? Stupid.",
            "RIP {p}, 2023 to this morning. You were bad at your job and you died doing it.",
            "{at} box dead after your update, {minutes} on hold, then cut off. I'm so angry.",
        ),
    ),
)
