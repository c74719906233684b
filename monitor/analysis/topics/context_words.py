"""Words that occur next to nouns, and nouns that mean nothing alone, per language; folded like the stop words."""

from __future__ import annotations

GENERIC = {
    "en": """
        access account addition advantage advice affected age agent agents air alternate alternative anger apologies
        apology attempt attempts attendant attendants attention aunt average aware baby behavior behaviour black blue
        body boss boy brother caller carry case cases cause century chaos circumstances city colleague colleagues
        color colour comfort community complaint complaints concern concerns condition confirmation consequence corner
        country cousin crowd damn data daughter death decision department desk detail details direction disaster
        dollar dollars drama effect effort emergency env error errors euro euros event events evidence excuse excuses
        expectation expert eye eyes face facebook family fault fear feedback fellow file files fix flow focus folk
        form forward function fuss generation girl goal god grandma gratitude green ground group growth hand hands
        head heart hell hero holiday holidays home human impact industry info information inquiry instagram instance
        intention item items joy kids knowledge lady law leadership learning length lesser lesson letter level list
        luck lunch majority management manager managers market matters mess message messages middle mind moment
        moments money mood mouth movement mum nature neighbor neighbors neighbour neighbours notice office official
        officials opinion opportunity option options order owner page pages pain paper parents part parts passenger
        passengers passion past patience pattern peace percent period person phase pieces pleasure position
        possibility post power presence pressure pride principle process progress project promise proof public purpose
        quantity queue quote range rate reality record red regard rep report representative reps result results return
        ride rides risk role room rule rules scam scene section sense series shape sister site sites size skill
        society someone son speed stage standard standards state statement status step stories story street stress
        style success suggestion summer surprise system systems talent target task tech term terms thought thoughts
        timing title tone topic touch town trace tradition traveler travelers traveller travellers treat trouble truth
        turnaround twitter uncle unit update updates vacation value version victim view voice war warning waste white
        whole win winner winter word words worker workers world years yelling zone
    """,
    "de": """
        aktion anfrage anliegen anruf anrufe antwort antworten arbeit art artikel aussage beispiel bereich bericht
        betrag bild daten dienst dinge ding ende ergebnis erfahrung erfahrungen euro fall fehler folge form freund
        freunde geduld gefuhl geld geschichte gespraech gesprach grund hand haus hilfe idee info infos information
        informationen kontakt kopf land laden laune leben lust mail mails meinung menge mensch menschen mitarbeiter
        mittel moment mutter nachricht nachrichten name nerven ort person personen platz prozent punkt recht sache
        sachen seite seiten service sinn stadt stelle support system systeme team teil termin thema themen typ
        unterschied vater verlauf version vertrauen wahrheit warten welt wert wetter wort worte zahl zahlen zeit
        zeiten ziel zukunft
    """,
    "fr": """
        accueil acces aide ami amis argent article attente avis besoin but cas cause chance compte coup demande
        difference donnees donnee droit effet effort employe employes equipe erreur erreurs euro euros exemple fin
        fois force forme groupe histoire idee image impression info infos information informations interet mail mails
        maison manque message messages minute moment monde mot mots niveau numero offre ordre page pages part partie
        patience pays peine place plaisir point produit produits qualite question questions raison rapport reponse
        reponses reste resultat rien sens service services site situation solution sorte suite sujet systeme temps
        tour travail truc trucs type vie ville zero
    """,
    "es": """
        amigo amigos asunto atencion ayuda calidad caso cliente correo correos cuenta cuestion datos dato derecho
        dinero duda efecto ejemplo empleado empleados equipo error errores euro euros experiencia falta familia final
        forma fuerza grupo gusto historia idea info informacion interes lado ley lugar llamada llamadas manera mensaje
        mensajes mitad modo mundo nivel nombre nota numero oferta opcion opinion orden pagina paginas pais palabra
        palabras paciencia pregunta preguntas punto queja quejas razon relacion respuesta respuestas resultado sentido
        servicio servicios sistema sistemas situacion solucion suerte tema temas tipo trabajo trato version vida
    """,
    "it": """
        aiuto amici amico assistenza attesa attenzione base bisogno caso causa chiamata colpa conto dato dati
        differenza diritto effetto errore errori esempio esperienza euro fatti fiducia forma forza gente gruppo idea
        info informazione informazioni interesse lato lavoro legge livello mail mano messaggio messaggi mondo motivo
        nome nota numero offerta opinione ordine pagina pagine paese parola parole pazienza prodotto prodotti punto
        qualita questione ragione rapporto risposta risposte risultato scusa senso servizio servizi sistema sistemi
        situazione soldi soluzione sorta tempo tema tipo valore versione vita
    """,
    "nl": """
        aandacht aantal antwoord antwoorden begin bericht berichten beetje contact data dienst diensten ding dingen
        eind einde ervaring euro familie fout fouten gegevens geld geval gevoel groep hand hoofd huis hulp idee info
        informatie keer keuze kwaliteit land leven mail mails manier medewerker medewerkers mens moeite moment naam
        nummer ogen ontvangst pagina persoon plaats plek product punt reactie recht reden resultaat service situatie
        soort stad stuk systeem taal team tijd type uitleg verhaal verschil waarde water wereld werk woord woorden
        zaak zaken
    """,
    "pt": """
        ajuda amigo amigos assunto atencao atendimento base causa conta dados dado dinheiro direito duvida efeito
        email emails equipe erro erros euro euros exemplo experiencia familia final forma funcionario grupo historia
        ideia info informacao informacoes interesse jeito lado lei ligacao maneira mensagem mensagens mercado modo
        motivo mundo nivel nome nota numero oferta opcao opiniao ordem pagina paginas pais palavra palavras paciencia
        pergunta ponto produto produtos qualidade questao razao reais relacao resposta respostas resultado sentido
        servico servicos sistema sistemas situacao solucao sorte tempo tipo trabalho valor versao vida
    """,
}
"""Never a topic alone, only part of one: "data" says nothing, "data leak" does."""

ARTICLES = {
    "en": """
        the a an my your our their his her its this these those no any some every each another
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem mein meine meinen meinem
        meiner unser unsere unseren unserem ihr ihre ihren ihrem euer eure euren diese dieser dieses diesen diesem zum
        zur beim im vom am
    """,
    "fr": "le la les l un une des du au aux mon ma mes notre nos votre vos leur leurs ce cet cette ces aucun aucune",
    "es": "el los la las un una unos unas mi mis su sus nuestro nuestra tu tus este esta estos estas ningun ninguna",
    "it": """
        il lo la l gli i le un uno una mio mia miei mie vostro vostra nostro nostra questo questa nessun nessuna nel
        nella nei al allo alla del dello della dei delle dal dalla sul sulla
    """,
    "nl": "de het een mijn ons onze jullie jouw uw hun geen deze die dit dat elke ieder iedere",
    "pt": """
        o os a as um uma meu minha meus minhas seu sua seus suas nosso nossa este esta esse essa nenhum nenhuma do da
        dos das no na nos nas ao aos
    """,
}
"""Words that precede nouns."""

PREPOSITIONS = {
    "en": "of for with without by about from due via after during over",
    "de": "fur fuer mit ohne wegen gegen uber ueber nach trotz",
    "fr": "sans pour avec de d",
    "es": "sin para con de por",
    "it": "senza con per di",
    "nl": "zonder voor met van over",
    "pt": "sem com de por para",
}
"""Words that precede nouns and their adjectives."""

VERB_CUES = {
    "en": """
        i you we they he she who to can cant cannot could couldnt will wont would wouldnt should shouldnt may might
        must do does did dont doesnt didnt not never please lets just
    """,
    "de": "ich wir zu nicht bitte",
    "fr": "je j nous tu ne",
    "es": "yo no se",
    "it": "io non si",
    "nl": "ik wij jij te niet",
    "pt": "eu nao se",
}
"""Words that precede verbs."""
