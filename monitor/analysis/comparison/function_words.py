"""Words that say nothing about a subject, per language: articles, pronouns, prepositions, conjunctions, auxiliaries.

Folded as rules fold them. The lists are shorter than those of topics, which also leave out opinions and days: here
"terrible" and "saturday" are what a reader wants to know.
"""

from __future__ import annotations

_WORDS = {
    "en": """
        a about after all also am an and any are aren as at be because been before being both but by can can't cannot
        could couldn did didn do does doesn doing don dont down during each else even every for from get gets getting
        go goes going got had hadn has hasn have haven having he her here hers him his how however i if in into is isn
        it its itself just let ll may me might more most much must my myself never no nor not now of off oh ok on once
        one only or other our ours out over own per please put rather re really s said same say says she should
        shouldn so some still such t than thank thanks that the their theirs them then there these they this those
        through to too u under until up ur us ve very via was wasn we were weren what when where whether which while
        who whom whose why will with within without won would wouldn yes yet you your yours
    """,
    "de": """
        ab aber als also am an auch auf aus bei beim bin bis bist da dadurch daher damit dann das dass dein deine dem
        den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen
        einer eines er es etwas euch euer fuer fur gegen gibt hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen
        ihr ihre ihrem ihren ihrer im in ins ist ja jede jeder jedes jetzt kann kannst kein keine keinen konnen man
        mein meine meinem meinen meiner mich mir mit muss mussen nach nicht noch nun nur ob oder ohne schon sehr sein
        seine seinem seinen seiner seit sich sie sind so soll sollte uber um und uns unser unsere unter vom von vor war
        waren warum was weil wenn wer werde werden wie wieder wieso will wir wird wo wohl wurde wurden zu zum zur
    """,
    "fr": """
        a afin ai alors apres au aucun aussi autre aux avait avant avec avez avoir avons bien c car ce cela celle celui
        ces cet cette ceux chez comme d dans de depuis des donc du elle elles en encore entre es est et etait ete etes
        etre eu fait faire fois il ils j je jusqu l la le les leur leurs lui m ma mais me meme mes moi mon n ne ni nos
        notre nous on ont ou par parce pas plus pour pourquoi qu quand que quel quelle qui quoi s sa sans se ses si
        soit son sont sous suis sur t ta te tes toi ton tous tout toute tres tu un une va vers vos votre vous y
    """,
    "es": """
        a al algo ante antes aqui asi aun aunque cada como con contra cual cuando de del desde donde durante e el ella
        ellas ellos en entre era es esa ese eso esta estaba estan estar estas este esto estos estoy fue ha hace hacia
        han hasta hay he la las le les lo los mas me mi mis mucho muy nada ni no nos nosotros o os otra otro para pero
        por porque pues que quien se sea ser si sido sin sino sobre solo son su sus tambien tan tanto te tengo tiene
        todo todos tu tus un una uno unos usted ustedes va voy y ya yo
    """,
    "it": """
        a ad ai al alla alle anche ancora aveva c che chi ci co col come con cosa cui da dai dal dalla dalle degli dei
        del della delle di dove due e ed era essere fa fare fino fra gia gli ha hai hanno ho i il in io la le lei li lo
        loro lui ma me mi mia mio molto ne negli nei nel nella nelle noi non nostro o ogni per perche piu poi qua
        quando quanto quasi quella quello questa queste questo qui se sei senza si sia solo sono sopra stato su sua sue
        sul sulla suo tra tu tutti tutto un una uno vi voi
    """,
    "nl": """
        aan al alle als altijd ben bij daar dan dat de deze die dit doen door dus een en er ga gaan geen ging haar had
        heb hebben heeft hem het hier hij hoe hun ik in is ja je jij jullie kan kon kunnen maar me meer men met mij mijn
        moet moeten na naar niet niets nog nu of om omdat onder ons ook op over te tegen toch toen tot u uit uw van
        veel voor waar waarom wat we wel werd wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou
    """,
    "pt": """
        a agora ainda ao aos aquela aquele aqui as assim ate cada com como da das de dela dele depois do dos e ela elas
        ele eles em entre era essa esse esta estao estar este estou eu foi foram ha isso isto ja la lhe mais mas me
        mesmo meu meus minha muito na nao nas nem no nos nossa nosso num numa o os ou para pela pelas pelo pelos por
        porque pra qual quando que quem se sem ser seu seus so sobre sou sua suas tambem te tem tenho ter teu todo todos
        um uma vai voce voces vou
    """,
}
FUNCTION_WORDS = {lang: frozenset(words.split()) for lang, words in _WORDS.items()}
ALL_FUNCTION_WORDS = frozenset().union(*FUNCTION_WORDS.values())
"""For texts in an unknown language."""
