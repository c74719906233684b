"""Usual names of columns, for files whose layout is not known. As keys: see ``layouts.column_key``."""

# ruff: noqa: RUF001  names in many languages

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
        "author.displayname from.name from.username account accountname sender pagename "
        "ownerusername authormeta.name"
    ),
    "published": (
        "published publishedat publishdate publisheddate publishtime publishedtime publicationdate createdat "
        "tweetcreated postcreated created createddate datecreated createdtime date datetime postedat postedon posted "
        "postdate dateposted timestamp time pubdate reviewdate commentdate messagedate submitted record.createdat "
        "createtimeiso createtime publishedatdate takenat"
    ),
    "title": "title subject headline posttitle reviewtitle",
    "url": (
        "permalink permalinkurl url link posturl postlink tweeturl messageurl mentionurl reviewlink reviewurl "
        "originalurl sourceurl webvideourl"
    ),
    "site": "site subreddit forum domain network platform",
    "lang": "lang language languagecode",
    "stars": "stars starrating rating",
    "reply_to": (
        "replyto inreplyto inreplytoscreenname inreplytousername inreplytouser inreplytouser.username "
        "inreplytouser.screenname replytousername replytouser"
    ),
    "repost": "repost isrepost isretweet isreblog",
    "link": "sharedlink sharedurl linkedurl linkedpage externallink card.url record.embed.external.uri",
}

_NAMES_IN_OTHER_LANGUAGES = {
    "text": (
        "inhalt nachricht beitrag kommentar texte contenu commentaire texto contenido mensaje comentario conteúdo "
        "conteudo mensagem comentário testo contenuto messaggio commento inhoud bericht reactie treść tresc tekst "
        "wiadomość komentarz innehåll текст сообщение комментарий metin içerik mesaj yorum 本文 内容 コメント 正文 "
        "评论 내용 본문 النص"
    ),
    "author": (
        "autor auteur autore verfasser benutzername usuario usuário utilisateur utente gebruiker автор пользователь "
        "yazar kullanıcı 投稿者 作者 用户 작성자 الكاتب"
    ),
    "published": (
        "datum fecha data datedepublication fechadepublicación fechadepublicacion datadipubblicazione "
        "datadepublicação veröffentlichungsdatum veröffentlichtam zeitpunkt дата датапубликации tarih 日時 投稿日時 "
        "日付 投稿日 发布时间 日期 时间 날짜 작성일 التاريخ"
    ),
    "title": "titel titre título titulo titolo tytuł заголовок タイトル 标题 제목",
    "url": "lien enlace ссылка bağlantı リンク 链接 링크",
    "lang": "sprache langue idioma lingua język taal язык dil 言語 语言",
}
_TIMES_OF_DAY = (
    "time hour posttime timeofday createdtime publishedtime uhrzeit heure hora ora tijd godzina время saat 時刻"
)

TIMES_OF_DAY = tuple(_TIMES_OF_DAY.split())
"""Keys of columns with the time of day, beside one with the date."""
COMMON_NAMES: Mapping[str, tuple[str, ...]] = {
    field: (*names.split(), *_NAMES_IN_OTHER_LANGUAGES.get(field, "").split()) for field, names in _NAMES.items()
}
"""Field of a post -> keys of common names of its column, the most likely first."""
