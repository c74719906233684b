"""Usual names of columns, for files whose layout is not known. As keys: see ``layouts.column_key``."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = {
    "text": (
        "fulltext fullcontent fullmessage textfull contentfull completetext rawcontent text posttext tweettext "
        "messagetext commenttext reviewtext mentiontext postmessage postcontent messagecontent reviewcontent "
        "commentbody reviewbody messagebody body selftext content message comment review caption tweet record.text "
        "description post mention snippet excerpt summary"
    ),
    "id": (
        "idstr id externalid tweetid postid commentid reviewid messageid mentionid statusid documentid resourceid guid "
        "uuid"
    ),
    "author": (
        "author username authorusername screenname user.screenname user.username author.username author.screenname "
        "authorscreenname authorname author.name user.name from fromuser user displayname fullname name handle by "
        "reviewer reviewername reviewernickname nickname account.acct account.username author.handle "
        "author.displayname from.name from.username account accountname sender pagename"
    ),
    "published": (
        "published publishedat publishdate publisheddate publishtime publishedtime publicationdate createdat "
        "tweetcreated postcreated created createddate datecreated createdtime date datetime postedat postedon posted "
        "postdate dateposted timestamp time pubdate reviewdate commentdate messagedate submitted record.createdat"
    ),
    "title": "title subject headline posttitle reviewtitle",
    "url": (
        "permalink permalinkurl url link posturl postlink tweeturl messageurl mentionurl reviewlink reviewurl "
        "originalurl sourceurl"
    ),
    "site": "site subreddit forum domain network platform",
    "lang": "lang language languagecode",
    "stars": "stars starrating rating",
}

TIMES_OF_DAY = ("time", "hour", "posttime", "timeofday", "createdtime", "publishedtime")
"""Keys of columns with the time of day, beside one with the date."""
COMMON_NAMES: Mapping[str, tuple[str, ...]] = {field: tuple(names.split()) for field, names in _NAMES.items()}
"""Field of a post -> keys of common names of its column, the most likely first."""
