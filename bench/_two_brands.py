"""Made-up sentences that speak well of one brand and badly of another, in nine languages.

With them the order is measured: how often the brand that is praised gets the higher score. They were written for this
purpose, so they are clearer than most posts; half of them (see ``half``) chose how a clause is found.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import zlib

BRANDS = (("Acme", "Globex"), ("Initech", "Umbrella"))

SENTENCES = {
    "en": (
        "{good} is fantastic, {bad} is terrible.",
        "{bad} lost my parcel again, but {good} delivered a day early.",
        "The app of {bad} crashes all the time. The one of {good} just works.",
        "I left {bad} after years of bad service and I am so happy with {good} now.",
        "{good} is much better than {bad}.",
        "While {bad} ignores its customers, {good} answers within minutes.",
        "Great support by {good}! {bad} could not even find my contract.",
        "I would never buy from {bad} again; {good} is worth every cent.",
        "Switched from {bad} to {good} and never looked back.",
        "{good} cheap and reliable, {bad} expensive and always late",
    ),
    "de": (
        "{good} ist fantastisch, {bad} ist furchtbar.",
        "{bad} hat mein Paket schon wieder verloren, aber {good} hat einen Tag früher geliefert.",
        "Die App von {bad} stürzt ständig ab. Die von {good} läuft einfach.",
        "Nach Jahren mit schlechtem Service habe ich {bad} verlassen und bin jetzt so zufrieden mit {good}.",
        "{good} ist viel besser als {bad}.",
        "Während {bad} seine Kunden ignoriert, antwortet {good} innerhalb von Minuten.",
        "Super Support von {good}! {bad} konnte nicht einmal meinen Vertrag finden.",
        "Bei {bad} kaufe ich nie wieder; {good} ist jeden Cent wert.",
        "Von {bad} zu {good} gewechselt und nie bereut.",
        "{good} günstig und zuverlässig, {bad} teuer und immer zu spät",
    ),
    "fr": (
        "{good} est fantastique, {bad} est nul.",
        "{bad} a encore perdu mon colis, mais {good} a livré avec un jour d'avance.",
        "L'appli de {bad} plante tout le temps. Celle de {good} marche très bien.",
        "J'ai quitté {bad} après des années de mauvais service et je suis ravi de {good} maintenant.",
        "{good} est bien meilleur que {bad}.",
        "Alors que {bad} ignore ses clients, {good} répond en quelques minutes.",
        "Super assistance de {good} ! {bad} n'a même pas retrouvé mon contrat.",
        "Je n'achèterai plus jamais chez {bad} ; {good} vaut chaque centime.",
        "Passé de {bad} à {good}, aucun regret.",
        "{good} pas cher et fiable, {bad} cher et toujours en retard",
    ),
    "es": (
        "{good} es fantástico, {bad} es horrible.",
        "{bad} perdió mi paquete otra vez, pero {good} lo entregó un día antes.",
        "La app de {bad} se cuelga todo el tiempo. La de {good} funciona muy bien.",
        "Dejé {bad} después de años de mal servicio y ahora estoy muy contento con {good}.",
        "{good} es mucho mejor que {bad}.",
        "Mientras {bad} ignora a sus clientes, {good} responde en minutos.",
        "¡Gran atención de {good}! {bad} ni siquiera encontró mi contrato.",
        "Nunca más compro en {bad}; {good} vale cada céntimo.",
        "Me cambié de {bad} a {good} y no me arrepiento.",
        "{good} barato y fiable, {bad} caro y siempre tarde",
    ),
    "it": (
        "{good} è fantastico, {bad} è pessimo.",
        "{bad} ha perso di nuovo il mio pacco, ma {good} ha consegnato un giorno prima.",
        "L'app di {bad} si blocca sempre. Quella di {good} funziona benissimo.",
        "Ho lasciato {bad} dopo anni di pessimo servizio e ora sono felicissimo di {good}.",
        "{good} è molto meglio di {bad}.",
        "Mentre {bad} ignora i clienti, {good} risponde in pochi minuti.",
        "Ottima assistenza di {good}! {bad} non ha nemmeno trovato il mio contratto.",
        "Non comprerò mai più da {bad}; {good} vale ogni centesimo.",
        "Passato da {bad} a {good}, nessun rimpianto.",
        "{good} economico e affidabile, {bad} caro e sempre in ritardo",
    ),
    "nl": (
        "{good} is fantastisch, {bad} is verschrikkelijk.",
        "{bad} is mijn pakket weer kwijt, maar {good} leverde een dag eerder.",
        "De app van {bad} crasht de hele tijd. Die van {good} werkt gewoon goed.",
        "Ik ben na jaren slechte service weg bij {bad} en ben nu heel blij met {good}.",
        "{good} is veel beter dan {bad}.",
        "Terwijl {bad} zijn klanten negeert, antwoordt {good} binnen enkele minuten.",
        "Geweldige hulp van {good}! {bad} kon mijn contract niet eens vinden.",
        "Bij {bad} koop ik nooit meer; {good} is elke cent waard.",
        "Overgestapt van {bad} naar {good} en nooit spijt gehad.",
        "{good} goedkoop en betrouwbaar, {bad} duur en altijd te laat",
    ),
    "pt": (
        "A {good} é fantástica, a {bad} é horrível.",
        "A {bad} perdeu minha encomenda de novo, mas a {good} entregou um dia antes.",
        "O app da {bad} trava o tempo todo. O da {good} funciona muito bem.",
        "Larguei a {bad} depois de anos de péssimo atendimento e agora estou muito feliz com a {good}.",
        "A {good} é muito melhor do que a {bad}.",
        "Enquanto a {bad} ignora os clientes, a {good} responde em minutos.",
        "Ótimo suporte da {good}! A {bad} nem encontrou meu contrato.",
        "Nunca mais compro na {bad}; a {good} vale cada centavo.",
        "Mudei da {bad} para a {good} e não me arrependo.",
        "{good} barata e confiável, {bad} cara e sempre atrasada",
    ),
    "ru": (
        "{good} великолепен, {bad} ужасен.",
        "{bad} опять потерял мою посылку, но {good} доставил на день раньше.",
        "Приложение {bad} постоянно вылетает. А у {good} всё отлично работает.",
        "Я ушёл из {bad} после многих лет плохого обслуживания и теперь очень доволен {good}.",
        "{good} гораздо лучше, чем {bad}.",
        "Пока {bad} игнорирует клиентов, {good} отвечает за минуты.",
        "Отличная поддержка у {good}! {bad} даже не смог найти мой договор.",
        "Больше никогда не куплю у {bad}; {good} стоит каждой копейки.",
        "Перешёл с {bad} на {good} и ни разу не пожалел.",
        "{good} дёшево и надёжно, {bad} дорого и вечно опаздывает",
    ),
    "ar": (
        "{good} رائعة، {bad} سيئة جدا.",
        "{bad} أضاعت طردي مرة أخرى، لكن {good} سلمته قبل يوم من الموعد.",
        "تطبيق {bad} يتعطل طوال الوقت. تطبيق {good} يعمل بشكل ممتاز.",
        "تركت {bad} بعد سنوات من الخدمة السيئة وأنا الآن سعيد جدا مع {good}.",
        "{good} أفضل بكثير من {bad}.",
        "بينما تتجاهل {bad} عملاءها، ترد {good} خلال دقائق.",
        "دعم رائع من {good}! أما {bad} فلم تجد حتى عقدي.",
        "لن أشتري من {bad} مرة أخرى؛ {good} تستحق كل قرش.",
        "انتقلت من {bad} إلى {good} ولم أندم أبدا.",
        "{good} رخيصة وموثوقة، {bad} غالية ودائما متأخرة",
    ),
}
"""Language -> sentences with places for the two brands."""


def half(pattern: str) -> int:
    """0 for the half of the sentences that rules were chosen on, 1 for the half that figures are reported on."""
    return zlib.crc32(pattern.encode()) % 2
