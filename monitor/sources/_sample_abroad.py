# ruff: noqa: RUF001  letters of other scripts are meant to look like that
"""More of what made-up people say in other languages. ``[this|that]`` is one of them; slots as in the tongues."""

from __future__ import annotations

ABROAD = {
    "de": (
        "[Heute|Gestern|Vorhin] im {b}-Laden: [freundlich|flott|ehrlich] beraten, [nichts aufgeschwatzt|kein "
        "Gedränge].",
        "{p} [ausgepackt|angeschlossen|getestet], [zehn|vier|zwanzig] Minuten später [lief alles|war Ruhe|stand die "
        "Leitung].",
        "[Nachbarin|Schwager|Chefin] schwört auf {b}, ich [bin skeptisch|überlege noch|warte auf Glasfaser].",
        "Die Rechnung von {b} ist [ein Krimi|ein Gedicht|Kunst]: [man versteht nichts|am Ende zahlt immer der "
        "Falsche].",
        "[Im Zug|Im Wald|Am See] hat {b} [vollen Empfang|keinen Balken|einen Balken], {o} [gar nichts|zwei]. "
        "[Notiert|Tja].",
        "Wer hat {b} [im Altbau|auf dem Dorf|im Schrebergarten]? [Erfahrungen|Lohnt das]?",
        "[Rückruf|Techniker|Termin] von {b} [versprochen|angekündigt], [gekommen ist|gesehen habe ich] niemand.",
        "[Mein Router|Das Kästchen] von {b} blinkt [wie ein Christbaum|rot|seit Stunden], ich [singe mit|warte|gebe "
        "auf].",
        "[Danke|Großes Lob] an {b} für die [schnelle|nette|späte] Hilfe [am Sonntag|in der Nacht|vor dem Urlaub].",
        "{o} [ruft an|schreibt], ich soll zurückkommen. [Bei {b} bleibt's|Nein danke], [hier läuft's|ich schlafe "
        "wieder].",
        "[Drei|Fünf|Sieben] Anrufe bei {b}, [jedes Mal|immer] eine andere Antwort. [Respekt|Kreativ sind sie].",
        "Sitze [beim Bäcker|im Treppenhaus|im Auto], weil {b} [daheim|zu Hause] [streikt|schläft|Pause macht].",
    ),
    "fr": (
        "[Ce matin|Hier soir|À midi], {b} en panne [encore|de nouveau]. [J'ai lu un livre|On a joué aux "
        "cartes|Silence].",
        "[Mon père|Ma tante|Le voisin] adore {p}, moi [je doute|j'hésite|j'attends de voir].",
        "[Bravo|Merci] {b} : [appel pris|réponse] en [deux|trois] minutes, [problème réglé|tout remarche].",
        "La facture {b} du mois, [un roman|une énigme|un poème]. [Qui comprend|Au secours] ?",
        "[Dans le train|En Bretagne|À la cave], {b} passe [très bien|à peine|quand il veut], {o} [jamais|un peu].",
        "[Box|Boîtier] {p} [installé|reçu|branché] [hier|samedi], et [ça marche|déjà des coupures|rien à dire].",
        "[Résilier|Quitter] {b}, c'est [un sport|une aventure|un métier]. [Jour trois|Je tiens bon].",
        "{o} me rappelle [chaque semaine|tous les jours] depuis que je suis chez {b}. [Trop tard|C'est non].",
        "[Promo|Offre] {b} à [neuf|douze|quinze] euros, [ça vaut le coup|piège ou pas] ?",
        "Le vendeur {b} était [charmant|perdu|pressé], et [le contrat|la notice] fait [trente|quarante] pages.",
    ),
    "es": (
        "[Esta mañana|Anoche|Hoy] {b} [otra vez caído|ha vuelto tarde], y yo [con una entrega|en plena reunión].",
        "[Mi padre|Mi vecina|Mi jefa] está feliz con {p}, yo [no tanto|también|espero turno].",
        "[Gracias|Bravo], {b}: [llamé|escribí] y en [cinco|diez] minutos [resuelto|arreglado].",
        "La factura de {b} [crece|cambia] [cada mes|sola], como [las plantas|los niños].",
        "[En el pueblo|En la playa|En el metro], {b} tiene [cobertura|una raya] y {o} [ninguna|sueños].",
        "[Instalé|Me llegó] {p} [el lunes|el jueves] y [de momento bien|sin quejas|ya se cuelga].",
        "[Alguien|Quién] sabe [darse de baja|cambiar de tarifa] en {b} sin [llorar|perder la tarde]?",
        "{o} me ofrece [el oro y el moro|tres meses gratis] por volver. [Me quedo|Sigo] con {b}.",
        "El técnico de {b} [vino puntual|no vino|se tomó un café], [muy majo|qué cosas].",
        "[Comparando|Entre] {b} y {o}: [uno promete|los dos prometen], [yo espero|ya os diré].",
    ),
    "it": (
        "[Stamattina|Ieri sera] {b} [di nuovo giù|a singhiozzo], e io [in riunione|con la pasta sul fuoco].",
        "[Grazie|Bravi] {b}, [risposta|soluzione] in [cinque|dieci] minuti e [tanta pazienza|un sorriso].",
        "{p} [montato|arrivato] [lunedì|sabato], [per ora bene|già due cadute|nonna entusiasta].",
        "La bolletta di {b} [sale|cambia] [ogni mese|da sola], [un mistero|qualcuno spieghi].",
        "[In treno|In montagna|In cantina] {b} prende [bene|poco], {o} [per niente|a giorni].",
        "Chi mi consiglia: {b} o {o}, per [due studenti|una casa vecchia|lavorare da casa]?",
    ),
    "nl": (
        "[Vanmorgen|Gisteravond] lag {b} er [weer|even] uit, [midden in een vergadering|net bij de finale].",
        "[Dank|Hulde], {b}: [monteur op tijd|snel geholpen], [koffie geweigerd|kat geaaid].",
        "{p} [aangesloten|uitgepakt], [kwartier|kwart dag] later [werkte alles|nog steeds niets].",
        "De rekening van {b} [blijft verrassen|is een raadsel], [deze maand|alweer] [hoger|anders].",
        "[In de trein|Op de camping] doet {b} het [prima|matig], {o} [helemaal niet|soms].",
        "Wie heeft er {b} [op zolder|in een oud huis|in Drenthe]? [Tevreden|Nog tips]?",
    ),
    "pl": (
        "[Rano|Wczoraj wieczorem] {b} [znów padł|nie działał], a ja [na spotkaniu|w połowie meczu].",
        "[Brawo|Dziękuję], {b}: [pięć|dziesięć] minut i [naprawione|po sprawie].",
        "{p} [podłączony|przyszedł] [w sobotę|wczoraj], [na razie dobrze|babcia zachwycona|już się zawiesza].",
        "Rachunek z {b} [rośnie|zmienia się] [co miesiąc|sam], [jak grzyby|ktoś to rozumie]?",
        "[W pociągu|Na działce|W piwnicy] {b} [ma zasięg|ledwo zipie], {o} [wcale|czasem].",
        "[Odejść|Zrezygnować] z {b} to [sport|przygoda], [dzień trzeci|trzymajcie kciuki].",
    ),
    "ja": (
        "[今朝|昨夜|さっき]また {b} が[落ちた|止まった]。[会議中|試合の途中]だったのに。",
        "{p} を[設置した|買った]。[十分|三分]で[使えた|終わった]。[すごい|感動|楽しい]。",
        "[父|隣の人|上司]が {b} を[すすめる|気に入っている]けど、[迷う|どうしよう|まだ待つ]。",
        "{b} の請求書、[毎月|今月も][謎|違う|増えてる]。[誰か教えて|読めない]。",
        "[電車|山|地下]では {b} が[強い|弱い]、{o} は[全然だめ|たまに入る]。",
        "{b} の店員さん、[親切|丁寧|面白い人]だった。[ありがとう|また行く]。",
        "{o} から[電話|手紙]が来たけど、もう {b} に[決めた|慣れた]。",
        "[停電|台風]でも {b} は[平気|無事]だった。[えらい|助かる]。",
    ),
    "ar": (
        "[صباح اليوم|مساء أمس|قبل ساعة] انقطع {b} [مرة أخرى|من جديد] وأنا [في اجتماع|أشاهد المباراة].",
        "[شكرا|كل التقدير] {b}، [خمس|عشر] دقائق وعاد [كل شيء|الإنترنت] [كما كان|أفضل].",
        "ركبت {p} [أمس|يوم السبت]، و[حتى الآن ممتاز|جدتي سعيدة به|بدأ يتوقف].",
        "فاتورة {b} [لغز|قصة طويلة] [كل شهر|هذه المرة أيضا]، [من يشرح|أريد قهوة].",
        "[في القطار|في الجبل|في القبو] يعمل {b} [جيدا|قليلا]، أما {o} [فلا|فأحيانا].",
        "[والدي|جارتي|مديري] يمدح {b}، وأنا [متردد|أنتظر|أجرب].",
    ),
    "pt": (
        "[Hoje de manhã|Ontem à noite] a {b} [caiu outra vez|foi-se], e eu [em reunião|a meio do jogo].",
        "[Obrigado|Parabéns] à {b}: [cinco|dez] minutos e [resolvido|tudo a andar].",
        "{p} [instalado|chegou] [ontem|sábado], [até agora bem|a avó adora|já encravou].",
        "[No comboio|Na aldeia|Na cave] a {b} [apanha|falha], a {o} [nem isso|às vezes].",
    ),
    "tr": (
        "[Bu sabah|Dün gece] {b} [yine gitti|çöktü], ben [toplantıdaydım|maç izliyordum].",
        "{p} [kuruldu|geldi], [şimdilik iyi|annem bayıldı|hemen dondu].",
        "[Teşekkürler|Bravo] {b}, [beş|on] dakikada [çözüldü|bitti].",
    ),
    "ko": (
        "[오늘 아침|어젯밤]에 {b} [또 끊겼어요|먹통이었어요]. [회의 중|경기 중]이었는데.",
        "{p} [설치했어요|왔어요]. [지금까지는 좋아요|벌써 멈췄네요|엄마가 좋아해요].",
    ),
    "zh": (
        "[今天早上|昨晚] {b} 又[断了|慢了],我正在[开会|看球]。",
        "{p} [装好了|到了],[目前不错|奶奶很喜欢|已经卡了]。",
    ),
    "uk": (
        "[Зранку|Учора ввечері] {b} [знову впав|мовчав], а я [на нараді|дивлюся матч].",
        "{p} [підключили|привезли], [поки добре|бабуся в захваті|вже зависає].",
    ),
    "he": ("[הבוקר|אתמול בלילה] {b} [שוב נפל|נעלם], ואני [בישיבה|באמצע המשחק].",),
    "hi": ("[आज सुबह|कल रात] {b} [फिर बंद|धीमा] था, और मैं [मीटिंग|मैच] में।",),
}

ADDED = {
    "de": (
        "[Grüße|Schöne Grüße] aus [Kassel|dem Keller|Ulm|der Warteschleife].", "[Jetzt|Erst mal] [Kuchen|Kaffee|raus].",
        "[Mein Hund|Die Oma|Der Postbote] [nickt|lacht|seufzt].",
        "[Mehr dazu|Fortsetzung] [morgen|nie|nach dem Spiel].",
        "[Stand|Uhrzeit]: [halb neun|kurz vor Feierabend|mitten in der Nacht].",
    ),
    "fr": (
        "[Bises|Bonjour] de [Lyon|la cave|Nantes|la file d'attente].",
        "[Suite|La suite] [demain|après le match|jamais].",
        "[Le chien|Mamie|Le facteur] [soupire|rigole|approuve].", "[Il pleut|Il neige], [au moins|en plus].",
    ),
    "es": (
        "[Saludos|Un abrazo] desde [Cádiz|la cola|el sótano|León].",
        "[Seguiré|Sigo] [mañana|tras el partido|informando].",
        "[El perro|La abuela|El cartero] [se ríe|suspira|opina igual].", "[Llueve|Hace sol], [por cierto|y encima].",
    ),
    "it": ("[Saluti|Un saluto] da [Bari|la cantina|Trento].", "[Il cane|La nonna] [ride|sospira].",
        "[Piove|Fa caldo], poi."),
    "nl": ("[Groeten|Groetjes] uit [Zwolle|de wachtrij].", "[De hond|Oma] [zucht|lacht mee].",
        "[Het regent|Zon] ook nog."),
    "pl": ("[Pozdrawiam|Pozdro] z [Łodzi|kolejki|piwnicy].", "[Pies|Babcia] [wzdycha|się śmieje].",
        "[Pada|Słońce], cóż."),
    "ja": ("[雨|雪|いい天気]だし[散歩|昼寝|読書]しよう。", "[犬|祖母|猫]も[笑ってる|ため息]。",
        "[続きは|また][明日|試合の後]。"),
    "ar": ("[تحياتي|سلام] من [القبو|الطابور|الإسكندرية].", "[جدتي|القط] [تضحك|يوافق].",
        "[نكمل|الباقي] [غدا|بعد المباراة]."),
    "pt": ("[Saudações|Abraço] de [Braga|Faro|fila de espera].", "[O cão|A avó] [suspira|ri-se].",
        "[Chove|Faz sol], enfim."),
}  # fmt: skip
"""What people add, in some of them."""
