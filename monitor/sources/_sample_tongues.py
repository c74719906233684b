# ruff: noqa: RUF001  letters of other scripts are meant to look like that
"""What made-up people say in other languages than English. {b} the brand, {o} another one, {p} a product of {b}."""

from __future__ import annotations

TONGUES = {
    "de": (
        "Seit drei Tagen kein Internet, und {b} schickt mir eine SMS, ich möge die Störung online melden. Danke auch.",
        "Muss {b} mal loben: Techniker pünktlich, freundlich, Kabel sauber verlegt. Gerne wieder!",
        "Von {o} zu {b} gewechselt. Hätte ich schon vor Jahren tun sollen.",
        "Weiß jemand, ob {p} auch ohne eigenen Router läuft?",
        "{b} erhöht schon wieder die Preise. Langsam reicht es mir wirklich.",
        "45 Minuten Warteschleife bei {b}. Die Musik verfolgt mich bis in den Schlaf.",
        "{p} läuft bei uns im Keller besser als {o} im Wohnzimmer. Verrückt, aber schön.",
        "Kündigung bei {b} bestätigt. Man fühlt sich sofort fünf Kilo leichter.",
        "Meine Oma (81) hat {p} allein eingerichtet. Ich bin sprachlos und ein bisschen überflüssig.",
        "Ist bei euch in Köln {b} auch gerade weg? Mitten im Elfmeterschießen, versteht sich.",
    ),
    "fr": (
        "Le service est nul, je déteste {b}. Trois appels, trois réponses différentes.",
        "Franchement bravo à {b}, dépannage en une heure un dimanche. Chapeau.",
        "J'ai quitté {o} pour {b} et je dors mieux la nuit.",
        "Quelqu'un a déjà testé {p} à la campagne ? Ça capte chez vous ?",
        "{b} augmente encore ses tarifs, et bien sûr sans prévenir personne.",
        "Le technicien de {b} devait passer entre 8 h et 18 h. Il est passé devant, oui.",
        "Avec {p}, plus une seule coupure depuis un mois. Je n'ose pas le dire trop fort.",
        "Entre {b} et {o}, vous prenez quoi pour du télétravail ?",
        "L'appli {b} plante dès que je veux payer ma facture. Bon, je ne vais pas insister.",
    ),
    "es": (
        "Llevo dos horas sin internet y {b} dice que todo funciona perfectamente. Qué vergüenza.",
        "Me cambié de {o} a {b} y estoy encantada, ojalá lo hubiera hecho antes.",
        "¿Alguien sabe si {p} llega a los pueblos pequeños?",
        "La atención de {b} hoy, de diez. Gracias a la chica que me lo explicó con paciencia.",
        "{b} me ha cobrado dos veces el mismo mes. Y encima tengo que llamar yo.",
        "Con {p} por fin puedo ver el partido sin que se congele en el gol.",
        "Mi suegra ha llamado a {b} y ahora le hacen descuento. Voy a aprender de ella.",
        "¿{b} u {o}? Es para un piso pequeño con mucha videollamada.",
        "Otra subida de precio de {b}. Ya no sé si pago internet o un castillo.",
    ),
    "it": (
        "Il tecnico di {b} è arrivato puntuale e ha sistemato tutto in dieci minuti. Complimenti!",
        "Da tre giorni senza linea, e {b} mi propone un'offerta per navigare ancora più veloce. Ma dai.",
        "Passato da {o} a {b}: finalmente una bolletta che si capisce.",
        "Qualcuno usa {p} in montagna? Come vi trovate?",
        "Un'ora al telefono con {b} per sentirmi dire di riprovare domani.",
    ),
    "pt": (
        "A {b} cobrou a mais outra vez e ninguém me sabe explicar porquê.",
        "Mudei da {o} para a {b} e a diferença é enorme. Recomendo.",
        "Alguém com {p} no Porto? Hoje não consigo ligar nada.",
        "Atendimento da {b} impecável, resolveram tudo na primeira chamada.",
    ),
    "nl": (
        "Al de hele dag storing bij {b}, en de app zegt doodleuk dat alles het doet.",
        "Overgestapt van {o} naar {b}, binnen een dag geregeld. Helemaal blij mee.",
        "Weet iemand of {p} ook op een woonboot werkt?",
        "Weer een prijsverhoging van {b}. Ik begin postduiven te overwegen.",
    ),
    "pl": (
        "Od rana nie działa internet z {b}, a infolinia każe czekać czterdzieści minut.",
        "Przeszedłem z {o} do {b} i wreszcie mam spokój. Polecam.",
        "Czy ktoś ma {p} w bloku z wielkiej płyty? Jaki zasięg?",
        "Pan technik z {b} był miły, szybki i nawet kota pogłaskał. Pięć gwiazdek.",
    ),
    "tr": (
        "{b} müşteri hizmetleri bir saattir bekletiyor, artık müziği ezberledim.",
        "{o} bırakıp {b} geçtim, internet gerçekten uçuyor. Çok memnunum.",
        "{p} kullanan var mı? Akşamları hızı nasıl?",
    ),
    "ja": (
        "{b} のサポートに電話したら三分でつながって、すぐ直してくれた。神対応すぎる。",
        "昨日から {b} のネットが全然つながらない。仕事にならないんだけど。",
        "{o} から {b} に乗り換えた。速いし安いし、もっと早くやればよかった。",
        "{p} ってマンションでも使えますか?使っている方、教えてください。",
        "{b} また値上げか…そろそろ考えようかな。",
        "うちの猫が {p} の上から降りてこない。暖かいらしい。",
    ),
    "ko": (
        "{b} 고객센터 한 시간째 대기 중입니다. 음악만 계속 나오네요.",
        "{o} 쓰다가 {b} 로 바꿨는데 속도가 정말 빨라요. 만족합니다.",
        "{p} 써보신 분 계신가요? 원룸에서도 잘 되나요?",
    ),
    "zh": (
        "{b} 的客服今天态度特别好,十分钟就解决了,点赞。",
        "从昨晚开始 {b} 就断网,打电话一直占线,太差了。",
        "从 {o} 换到 {b} 之后,看视频终于不卡了。",
    ),
    "uk": (
        "Третій день без інтернету, а {b} пише, що все гаразд. Дуже дивно.",
        "Перейшла з {o} на {b} і зовсім не шкодую, швидкість чудова.",
        "Хтось користується {p} у селі? Як зв'язок?",
    ),
    "ar": (
        "الإنترنت من {b} مقطوع منذ الصباح ولا أحد يرد على الهاتف. خدمة سيئة جدا.",
        "انتقلت من {o} إلى {b} والفرق كبير، السرعة ممتازة والدعم محترم.",
        "هل جرب أحد {p} في شقة صغيرة؟ وكيف كانت التغطية في المساء؟",
        "شكرا لفريق {b}، وصل الفني في موعده وأصلح كل شيء خلال ربع ساعة وهو يبتسم.",
        "فاتورة {b} هذا الشهر أعلى من السابق، ولا أفهم السبب حتى بعد ثلاث مكالمات.",
    ),
    "he": (
        "כבר שעתיים בלי אינטרנט של {b}, ובמוקד מנגנים לי שירים.",
        "עברתי מ-{o} ל-{b} והשירות פשוט מצוין. ממליצה בחום.",
        "מישהו ניסה את {p} בדירה עם קירות עבים?",
    ),
    "hi": (
        "{b} का इंटरनेट सुबह से बंद है और कोई फ़ोन नहीं उठा रहा।",
        "{o} छोड़कर {b} लिया, अब सब बढ़िया चल रहा है।",
    ),
}
"""ISO 639-1 -> templates."""

WEIGHTS = {
    "de": 10, "fr": 8, "es": 8, "it": 3, "pt": 3, "nl": 3, "pl": 3, "tr": 2, "ja": 5, "ko": 2, "zh": 2, "uk": 1,
    "ar": 4, "he": 1, "hi": 1,
}  # fmt: skip
