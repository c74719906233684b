"""Words that do not name a subject, per language; folded as rules fold them (no case, no accents).

These lists are short on purpose: those of common packages contain a thousand English words, including "website", "help"
and "system", which are what people talk about. Languages without a list get no phrases, only configured topics.
"""

from __future__ import annotations

STOP = {
    "en": """
        a about above after again against ago all almost alone along already also although always am among an
        and another any anybody anymore anyone anything anyway anywhere apart are aren around as aside at away
        back be because been before behind being below besides between beyond both but by can cannot cant could
        couldn couldnt course d did didn didnt do does doesn doesnt doing don done dont dozen due during each either
        else end enough even ever every everybody everyone everything everywhere except far few fewer finally
        first for former from further gave get gets getting give given gives giving go goes going gone gonna got
        gotta gotten had hadn half has hasn have haven having he hence her here hers herself him himself his how
        however i if im in indeed instead into is isn isnt it its itself ive just keep keeps kept kind know
        knows known last later latest least less let lets like likely little ll lot lots m made mainly make
        makes making many may maybe me meanwhile might mine more moreover most mostly much must mustn my myself
        near nearly need needs needed neither never nevertheless next no nobody none nor not nothing now nowhere
        o obviously of off often oh ok okay on once one ones only onto or other others otherwise ought our ours
        ourselves out over own part per perhaps please possible probably put puts quite rather re really recent
        recently s said same saw say saying says second see seem seemed seems seen several shall she should
        shouldn shouldnt since so some somebody somehow someone something sometimes somewhere soon still stuff
        such sure t take takes taken taking tell telling tells than that thats the their theirs them themselves
        then thence there therefore these they theyre thing things think thinking thinks thinkin this those
        though thought three through throughout thru thus till to together told too took toward towards truly
        try trying tried two type under unless until unto up upon us use used using usual usually ve very via
        want wanted wanting wants was wasn wasnt way ways we well went were weren what whatever when whenever
        where whereas wherever whether which while who whoever whole whom whose why will with within without won
        wont would wouldn wouldnt yeah yep yes yet you youll your youre yours yourself youve amazing annoyed
        annoying angry appalling atrocious awesome awful bad badly beautiful best better big biggest brilliant
        cool crap cute decent disappointed disappointing disappointment disgrace disgraceful disgusting dreadful
        enjoy enjoyed excellent excited exciting experience fab fabulous fail fails failed failing fantastic
        favorite favourite fine fun funny furious glad good gorgeous great greatest happy hate hated hates
        helpful hilarious hope hopefully hoping horrendous horrible horrid horrific huge ideal impressed
        impressive incompetent incredible incredibly insane insulting interesting joke lame laughable love loved
        lovely loves loving lousy lucky mad miserable nice nicely nightmare outrageous pathetic perfect
        perfectly pleasant pleased poor poorly proud ridiculous rude sad sadly scary shame shameful shocking
        shoddy sick silly smooth sorry stupid stunning sucks sucked suck super superb terrible terribly thrilled
        ugly unacceptable unbelievable unfortunate unfortunately unhappy unprofessional upset useless weird
        wonderful worse worst worth wow wrong wtf yay actually absolutely apparently basically certainly clearly
        completely currently definitely especially exactly extremely fully generally honestly immediately
        literally lately totally rarely simply seriously suddenly afternoon april august autumn christmas daily
        date day days december evening evenings february friday hour hourly hours hr hrs january july june march
        min mins minute minutes monday month monthly months morning night nights noon november october pm
        saturday sec seconds september sunday thursday today tomorrow tonight tuesday wednesday week weekend
        weekends weekly weeks year yearly years yesterday yr yrs bro buddy btw congrats congratulations dear
        dude folks fyi guy guys haha hahaha hahahaha hello hey hi idk imo lmao lmfao lol lolol man mate ma omg
        oops person people inside outside upstairs downstairs everywhere nowhere whenever pls plz reply respond
        response sir smh thank thanks thankyou thx tho tbh ty u ur yall
        ya y yo yup welcome cheers kudos ugh til w b c n r wonder anyways bunch couple crazy bit amount
        different difference example fact full hard high idea reason reasons sort situation level place point
        points world life lives answer answers long low new old open early late large latter main major minor
        real ready right similar simple single small special specific straight strange supposed total true
        unable able worry young free four five six seven eight nine ten hundred thousand million third zero asap
        sent tweet tweets tweeted retweet rt dm dms follow followed following follower followers link links post
        posts posted thread click subscribe newsletter cookies read reading article articles blog comment
        comments photo photos pic pics picture pictures video videos watch share shared http https www com amp
        html news breaking exclusive reports according source sources details
    """,
    "de": """
        aber ab alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch
        auf aus ausser bald bei beide beiden beim bereits besser bestimmt bin bis bisher bist bitte bleiben
        bleibt brauche braucht bzw da dabei dadurch dafuer dafur dagegen daher dahin damals damit danach daneben
        dank danke dann daran darauf daraus darf darin darum darunter darueber daruber das dass dasselbe davon
        davor dazu dein deine deinem deinen deiner dem den denen denn dennoch der deren derselbe des deshalb
        dessen deutlich dich die dies diese diesem diesen dieser dieses dir doch dort drei du duerfen durch
        durfte eben ebenso echt ehrlich eigentlich ein eine einem einen einer eines einfach einige einiges
        einmal endlich er erst erste ersten es etwa etwas euch euer eure fast fuer fur finde findet funktioniert
        gab ganz ganze ganzen gar gebe geben gegen gehabt gehe gehen geht gemacht genau genug gerade gern gerne
        gestern gesagt getan gewesen gib gibt ging gleich gross grosse gut gute guten guter gutes hab habe haben
        hast hat hatte hatten haette heisst heute hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
        im immer in indem ins irgendwie ist ja jede jedem jeden jeder jedes jedoch jemand jetzt kam kann kannst
        kaum kein keine keinem keinen keiner klar kommen kommt konnte koennen konnen koennte lange lassen laesst
        lasst leider letzte letzten letzter lieber mag mache machen macht mal man manche mehr mein meine meinem
        meinen meiner meist mich mir mit mittlerweile moechte mochte muss muessen mussen musste nach nachdem
        naechste nachste naja nehmen neben nein neu neue neuen neuer nicht nichts nie niemand nimmt noch nun nur
        nutzen ob oben obwohl oder oft ohne paar per plus prima sagen sagt schade schlecht schlechte schlechter
        schlimm schoen schon sehe sehen sehr seid sein seine seinem seinen seiner seit seitdem selbst sich
        sicher sie sieht sind so sobald sogar solche soll sollen sollte sollten somit sonst soviel sowas sowie
        statt stehen steht super tag tage tagen toll tolle trotz trotzdem tun tut ueber uber ueberhaupt
        uberhaupt um und ungefaehr uns unser unsere unserem unseren unter viel viele vielen vielleicht vier voll
        vom von vor vorher wann war waren ware waere warum was weder weg wegen weil weiss weit weiter wenig
        weniger wenn wer werde werden werdet wessen wie wieder will wird wirklich wirst wo wobei woche wochen
        woher wohl wollen wollte worden worum wurde wurden wuerde zeigt zu zum zur zurueck zuruck zusammen zwar
        zwei zwischen mist scheisse geil krass jahr jahre jahren monat monate minuten stunde stunden uhr morgen
        abend montag dienstag mittwoch donnerstag freitag samstag sonntag leute hallo problem probleme frage
        fragen firma unternehmen kunde kunden gruss gruesse
    """,
    "fr": """
        a ai aie ainsi alors apres as assez au aucun aucune aujourd aupres auquel aussi autant autre autres aux
        avaient avais avait avant avec avez avoir avons ayant beaucoup bien bientot bon bonjour bonne bonnes
        bons bref c ca car ce ceci cela celle celles celui cependant ces cet cette ceux chacun chaque chez ci
        comme comment contre cote d dans de deja demain depuis dernier derniere derriere des desormais dessous
        dessus deux devant devez doit dois donc dont du durant elle elles en encore enfin ensuite entre envers
        es est et etaient etais etait etant ete etes etre eu eux fait faites faire fais faut fois font fut grand
        grande gens grace gros grosse hier heure heures hein helas hors hui ici il ils j jamais je jour journee
        jours jusqu jusque juste l la laquelle le lequel les leur leurs lors lorsque lui m ma madame mais mal
        malgre me meilleur meilleure meme memes merci mes mien mieux minutes mois moi moins mon monsieur n ne ni
        nom non nos notre nous nouveau nouvelle nouvelles nul nulle on ont or ou oui par parce parfait parfois
        parmi pas pendant pense personne petit petite peu peut peux peuvent pire plus plusieurs plutot plait
        possible pour pourquoi pourrait pouvez pouvoir presque pres problem probleme problemes puis puisque qu
        quand quant que quel quelle quelles quels quelqu quelque quelques qui quoi rien s sa sais sait sans se
        selon semaine semaines sera serait ses seul seule seulement si sien sinon soi soient sois soit soir
        sommes son sont sous souvent suis sur surtout svp t ta tant te tel telle tellement tes toi ton toujours
        tous tout toute toutes tres trois trop trouve tu un une va vais vas vers veut veux via vient voici voila
        voir vois vont vos votre vous vraiment vu y an annee annees ans lundi mardi mercredi jeudi vendredi
        samedi dimanche matin honte honteux genial super mauvais mauvaise horrible scandaleux bravo client
        clients entreprise mdr ptdr stp chose choses
    """,
    "es": """
        a aca ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli alto ambos ante
        antes aqui aquel aquella asi aun aunque ayer bajo bastante bien bueno buena buenas buenos cada casi
        causa claro como con contra cosa cosas creo cual cuales cualquier cuando cuanto de debe deben decir deja
        dejan del demas dentro desde despues dia dias dice dicen dijo donde dos durante e el ella ellas ellos en
        encima entonces entre era eran eres es esa esas ese eso esos esta estaba estaban estado estais estamos
        estan estar estas este esto estos estoy etc favor fin fue fueron fui gente gracias gran grande ha hace
        hacen hacer hacia hago han has hasta hay haya he hecho hemos hola hora horas hoy igual incluso ir ja
        jaja jajaja jamas la las le les lo los luego lugar mal mala malo manana mas me mejor menos mes meses mi
        mia mientras mio mis misma mismo momento mucha muchas mucho muchos muy nada nadie ni ningun ninguna
        ninguno no noche nos nosotros nuestra nuestro nuestros nueva nuevo nunca o os otra otras otro otros para
        parece parte pero persona personas poco pocos podemos poder podria por porque primera primero problema
        problemas pronto propio pues puede pueden puedo q que quien quienes quiere quiero sabe sabes se sea sean
        segun seguro semana semanas ser sera si sido siempre siendo sigue sin sino sobre solo somos son soy su
        sus tal tambien tampoco tan tanto te tener tengo tenia ti tiempo tiene tienen toda todas todavia todo
        todos tras tres tu tus un una unas uno unos usted ustedes va vamos van varias varios veces ver verdad
        vez voy y ya yo ano anos lunes martes miercoles jueves viernes sabado domingo tarde minutos peor pesimo
        pesima excelente horrible verguenza genial feliz cliente clientes empresa
    """,
    "it": """
        a abbiamo ad adesso ai al alcuni alla alle allo allora altra altre altri altro anche ancora anni anno
        appena avere aveva avete avevo basta bella bello ben bene buon buona buongiorno c casa certo che chi ci
        ciao cio cioe circa col come con contro cosa cose cosi credo cui da dai dal dalla dalle dallo davvero
        degli dei del della delle dello dentro detto deve di dice dire dopo dove due dunque e ecco ed era erano
        essere fa faccio fanno far fare fate fatto fine fino forse fra fu fuori gia giorni giorno gli grande
        grazie ha hai hanno ho i ieri il in infatti insomma invece io l la le lei li lo loro lui lungo ma mai
        male me meglio meno mentre mesi mese mezzo mi mia mie miei mio modo molta molte molti molto ne nei nel
        nella nelle nello nessun nessuna nessuno niente no noi non nostra nostro nuova nuovo nulla o oggi ogni
        oltre or ora ore pare parte peccato peggio per perche pero persone persona pessimo pessima piu poca
        pochi poco poi possibile possiamo posso prego prima primo problema problemi proprio puo pure qualche
        qualcosa qualcuno quale quali quando quanta quanti quanto quasi quel quella quelle quelli quello questa
        queste questi questo qui quindi sai sara se secondo sei sembra sempre sento senza sera si sia siamo
        siete solo sono sopra sotto sta stanno stare stata stati stato stesso sto su sua subito sue sui sul
        sulla sulle suo suoi tanta tanti tanto te ti tra tre tu tua tuo tutta tutte tutti tutto un una uno va
        vado vai vedere verso vi via viene voglio voi volta volte vostra vostro vuole settimana lunedi martedi
        mercoledi giovedi venerdi sabato domenica minuti domani ottimo ottima schifo vergogna cliente clienti
        azienda
    """,
    "nl": """
        aan aangezien achter af al alle alleen allemaal alles als altijd ander andere anders ben bent beter bij
        bijna blijft boven daar daarom dag dagen dan dank dankjewel dat de deze die dit doe doen doet door drie
        dus echt een eens eerst eerste eigenlijk elk elke en enkele er ergens even ga gaan gaat gedaan geen
        gehad gemaakt geweest gewoon gisteren goed goede graag groot grote haar had hadden heb hebben hebt heeft
        heel hele helaas helemaal hem hen het hier hij hoe hoor hun iedereen ieder iemand iets ik in inmiddels
        is ja jaar jammer je jij jou jouw jullie kan klant klanten klaar kom komen komt kon krijg krijgen kunnen
        laat laatste lang langer leuk leuke maand maanden maar maak maken mag mee meer meest meestal men mensen
        met mij mijn minder minuten mis misschien moest moet moeten mogen mooi morgen na naar natuurlijk nee net
        niemand niet niets nieuw nieuwe nodig nog nooit nou nu of om omdat onder ons onze ook op over paar per
        prima probleem problemen pas precies slecht slechte sinds snel soms staan staat steeds straks super te
        tegen ten ter terug terwijl tijdens toch toen tot totaal tussen twee u uit uren uur uw van vanaf vandaag
        vanuit veel ver via vind voor vooral vraag waar waarom wachten wat we weer weet weg week weken weinig
        wel welke werd werden weten wie wij wil willen word worden wordt zal ze zeer zeg zeggen zegt zei zeker
        zelf zich zie zien zij zijn zin zit zo zoals zonder zou zouden maandag dinsdag woensdag donderdag
        vrijdag zaterdag zondag bedrijf hoi hallo bedankt geweldig
    """,
    "pt": """
        a acho agora ai ainda alem algo alguem algum alguma algumas alguns ali ano anos antes ao aos apenas
        aquela aquele aquilo aqui as assim ate atras bem boa boas bom bons cada caso claro coisa coisas com como
        contra da dao daquele das de dela dele deles demais dentro depois desde dessa desse desta deste deve
        devem dia dias disse disso diz do dois dos duas durante e ela elas ele eles em embora enquanto entao
        entre era eram essa essas esse esses esta estao estar estas estava este estes estou eu falta faz fazer
        fica ficar fim foi fora foram gente geral grande ha hoje hora horas isso isto ja jamais la lhe lhes lo
        logo lugar mais mal mas me melhor menos mes meses mesma mesmo meu meus minha minhas minutos muita muitas
        muito muitos na nada nao nas nela nele nem nenhum nenhuma ninguem no noite nos nossa nosso nova novo num
        numa nunca o obrigada obrigado oi ola onde ontem os ou outra outras outro outros para parece parte pela
        pelas pelo pelos perto pessima pessimo pessoa pessoas pior po pode podem poder pois por porque porem
        posso pouco pra primeira primeiro problema problemas pro proprio q qual quais qualquer quando quanto
        quase que quem quer quero sao se seja sem semana semanas sempre sendo ser sera seu seus sim so sob sobre
        sou sua suas tal talvez tambem tanto tao tarde te tem tenho ter teu teve ti tinha tive toda todas todo
        todos tres tu tua tudo um uma umas uns vai vamos vao varias varios ver vez vezes voce voces vou kkk kkkk
        segunda terca quarta quinta sexta sabado domingo amanha manha cliente clientes empresa vergonha otimo
        otima horrivel
    """,
}
"""Never the first or last word of a topic: function words, praise and blame, days, chatter."""

WEAK = """
    add added adding additional advise agree allow allowed apologise apologize area arrive arrived ask asked
    asking available avoid become been begin believe board boarded boarding book booked booking bottom bought
    brand brands break bring broke build business buy buying call called calling calls came cancel canceling
    cancelling care chance change changed changes changing charge charged charging chat check checked checking
    child choose claim client clients close cold come comes coming common companies company compare complain
    complained complaining confirm connect connecting consider contact contacted continue correct cost costs
    cover customer customers cut dad deal dealing decide decided deliver departed do drop dropped earn easy eat
    email emails empty entire expect expected explain extra fall fast father feel feeling feels fell felt figure
    fill find finding fix fixed fixing flew flies fly flying forced forget forgot found friend friends front
    general getting guess handle handled handling hang hanging happen happened happening happens hear heard
    hearing held help helped helping helps hit hold holding home house hung husband important improve include
    included job join joined keeping kid kill lack land landed landing leave leaves leaving left lie lied line
    list listen live living load loading look looked looking looks lose losing made man manage matter mean means
    meant meet men mention miss missed mistake mom mother move moved moving name nobody normal notice number
    numbers offer offered offering offers order ordered paid pay paying personal pick picked plan play product
    products provide pull push quick quickly quiet reach reached receive received refuse refused remember
    replace request require rescheduled resolve resolved return returned returning run running safe save says
    scheduled seated sell send sending serve served service services set short show showed showing shows shut
    side sign sit sits sitting sleep slow slowly sold solve solved sound sounds speak speaking spend spending
    spent spoke stand standing start started starting starts stay step stop stopped stopping submit submitted
    suggest support switch switched switching talk talked talking team test thing time times top travel
    traveling travelling treat treated treatment trip try turn turned understand user users various visit waited
    waiting walk warm wide wife wish woman women work worked working works write
"""
"""English. Never a topic alone, nor the last word of one; but "booking fee" and "customer data" are topics."""

STATE_WORDS = """
    blocked broken canceled cancelled closed crashed crashing damaged dead delayed diverted down expired frozen
    grounded hacked issue issues leaked locked lost missing offline overbooked overcharged problem problems
    question questions rebooked refunded stolen stranded stuck
"""
"""English. Never a topic alone, but first or last words of one: "lost bag", "website down"."""

PHRASES_OF_COMMON_WORDS = """
    customer service, wait time, waiting time, hold time, response time, phone line, phone number, seat change,
    time change, service outage, name change, service fee, plan change, change fee, checked bag, checkin line,
    check in, carry on, log in, sign up, customer data, personal data, customer information,
    personal information, call center, call centre, help desk, data loss, data center, data centre
"""
"""Topics that consist of common words only, written as stems."""

OFFENSIVE = """
    anus arse arsehole asshole bastard bitch blowjob bollock boner boob bugger bullshit butthole clit cock coon
    crackhead cuck cum cunt dago darkie dick dildo douche dyke ejaculat fag faggot fatass fck feck felch fuck fuk fvck
    gangbang genital goddam gook gringo handjob hentai hitler homo hooker horny incest jackass jerkoff jizz kike
    kkk knob kys lesbo masturb milf minge molest motherf mutha nazi negro nigg nude orgasm orgy paki penis piss
    poof porn prick pube pussy queer raghead rape rapist rectum retard rimjob schlong scrotum semen sex shag
    shemale shit skank slag slut smegma spastic spic sperm stfu suicid swastika tard tit tits titties tosser
    tranny turd twat vagina vulva wank wetback whore wog arschloch fotze hure hurensohn nutte kacke scheiss
    schlampe schwuchtel schwanz wichs neger kanake missgeburt mistkerl verpiss fick bordel branle connard
    connasse couille encule merde nique niquer pede putain pute salope tarlouze cabron chinga cojones cono
    culero follar gilipollas hijoputa joder maricon mierda pendej polla puta puto verga zorra cazzo coglion culo
    fanculo frocio minchia mignotta negro puttana stronz troia vaffan zoccola flikker godver hoer kanker
    klootzak kut lul mongool neuk nikker slet tering tyfus bunda buceta caralho corno foda fodase foder merda
    piroca porra putaria viado
"""
"""Slurs and swear words, which a wall must not show. From six letters on they are prefixes, else whole words."""

JOINING_WORDS = "of for in at and n de du des d del della di da do dos von van fur pour para per com con"
"""The only stop words allowed inside a topic: "loss of signal", but not "shop goes round"."""
