"""What is being spoken of: words around numbers, in five languages. Pure.

A number is weighed by the last thing that was named before it: nine digits after "card" go, nine digits after "phone"
stay. The keys have no accents and no capitals.
"""

from __future__ import annotations

from enum import IntEnum


class Topic(IntEnum):
    CARD = 1
    CODE = 2  # the code on a card, and a PIN
    EXPIRY = 3
    OTHER = 4  # a number of another kind
    MEASURE = 5  # after a number: it counts or measures something
    MONTH = 6
    TAIL = 7  # the last four may be said
    REPAIR = 8  # what was said last was wrong
    FILLER = 9
    COUNTER = 10  # "the first four": not digits of the number
    COUNTED = 11  # "four digits": neither
    MAYBE_CODE = 12  # a word of the code, while a card is spoken of
    MAYBE_EXPIRY = 13
    SMALL = 14  # a short number of another kind: it takes no long number away from the card


_WORDS: dict[Topic, str] = {
    Topic.CARD: (
        "card cards cardnumber creditcard debitcard mastercard visa amex maestro rupay unionpay hipercard "
        "tarjeta tarjetas carte cartes cartao cartoes karte karten kreditkarte kartennummer "
        "kreditkartennummer bankkarte girokarte"
    ),
    Topic.CODE: (
        "cvv cvv2 cvc cvc2 cv2 cvn csc pin pins prufnummer prufziffer kartenprufnummer kartenprufziffer "
        "sicherheitscode sicherheitsnummer cryptogramme geheimzahl"
    ),
    Topic.MAYBE_CODE: (
        "code codes codigo security seguridad seguranca securite verification back reverse verso ruckseite trasera"
    ),
    Topic.EXPIRY: (
        "expiry expiration expiring exp expdate ablaufdatum verfallsdatum gultigkeitsdatum caducidad "
        "vencimiento vencimento peremption validade"
    ),
    Topic.MAYBE_EXPIRY: (
        "expires expire expired valid thru until through gultig bis verfallt ablauf lauft vence vencen "
        "caduca valida valido validez expira valable jusqu jusque validite"
    ),
    Topic.OTHER: (
        "phone telephone mobile cell cellphone fax call callback dial text sms reach order orders tracking "
        "booking reservation invoice account iban bic swift routing reference ticket case serial imei isbn "
        "ean barcode policy member membership customer confirmation parcel package shipment extension area "
        "loyalty ssn passport licence license meter contract telefono movil celular llame llamame pedido "
        "orden reserva factura cuenta referencia cliente seguimiento envio paquete contrato poliza pasaporte "
        "telefon telefonnummer handy handynummer rufnummer mobil mobilnummer bestellung bestellnummer "
        "auftragsnummer auftrag buchung buchungsnummer rechnung rechnungsnummer konto kontonummer "
        "kundennummer sendung sendungsnummer paketnummer paket vertrag vertragsnummer zahler zahlerstand "
        "aktenzeichen vorgangsnummer ruckruf anrufen erreichen telephonique portable appeler appelez rappeler "
        "commande facture compte dossier client suivi colis contrat joindre telefone telemovel ligar ligue "
        "encomenda conta fatura rastreio rastreamento entrega apolice protocolo bilhete"
    ),
    Topic.SMALL: (
        "bill zip zipcode postcode postal address street avenue road apartment apt house floor suite flight "
        "amount price balance birthday birth born sort promo coupon discount "
        "room gate building codigopostal direccion calle avenida importe cantidad "
        "nacimiento nacio vuelo postleitzahl plz adresse strasse hausnummer betrag "
        "geburtsdatum geboren flug flugnummer postale rue montant naissance vol solde cep morada "
        "endereco rua nascimento voo saldo"
    ),
    Topic.MEASURE: (
        "dollar dollars bucks usd euro euros eur pound pounds gbp quid cents penny pence percent pesos peso "
        "reais real libras dolares prozent stuck pfund pourcent porciento minutes minute minutos minuten "
        "hours hour horas stunden heures days day dias tage jours weeks semanas wochen semaines months meses "
        "monate mois years anos jahre ans oclock am pm uhr kilos kilo kg km miles people personas personen "
        "personnes pessoas items articulos artikel units degrees "
        "points punkte puntos pontos percentage pages seiten lines"
    ),
    Topic.TAIL: (
        "ending ends ended end endet endend termina terminada terminado acaba terminant termine finit "
        "finissant terminando"
    ),
    Topic.REPAIR: (
        "no sorry correction scratch wrong mistake oops perdon corrijo nein entschuldigung quatsch falsch non "
        "pardon nao desculpe desculpa"
    ),
    Topic.FILLER: (
        "uh um uhm er erm ah eh hm hmm mm mmm mhm then so okay ok well like now dash hyphen space dot point "
        "period comma next followed by its is it s are yes yeah right plus a the wait again slash barra "
        "schragstrich oblique hold on este pues luego entonces guion espacio punto coma siguiente bueno vale "
        "si es son el la los las al ahm dann also strich minus punkt komma leerzeichen nachste nachstes "
        "weiter ja die der das ist sind jetzt und euh heu et puis ensuite alors tiret virgule espace donc bon "
        "voila oui est le les c apres hum depois entao traco ponto agora sim seguido de do da em seguida os "
        "as "
    ),
    Topic.COUNTER: (
        "first last next final other second third primeros ultimos siguientes otros primeras ultimas ersten "
        "letzten nachsten anderen premiers derniers suivants prochains autres primeiros proximos outros"
    ),
    Topic.COUNTED: (
        "digits digit numbers number cifras digitos numeros ziffern stellen zahlen chiffres algarismos numero"
    ),
}
_MONTHS = (
    "january jan januar janner enero janvier janeiro",
    "february feb februar febrero fevrier fevereiro",
    "march mar marz maerz marzo mars marco",
    "april apr abril avril",
    "may mai mayo maio",
    "june jun juni junio juin junho",
    "july jul juli julio juillet julho",
    "august aug agosto aout",
    "september sep sept septiembre septembre setembro",
    "october oct oktober okt octubre octobre outubro",
    "november nov noviembre novembre novembro",
    "december dec dezember dez diciembre decembre dezembro",
)
MONTHS: dict[str, int] = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
LASTS = frozenset(["last", "final", "ultimos", "ultimas", "letzten", "derniers"])
TOPICS: dict[str, Topic] = {
    **dict.fromkeys(_WORDS[Topic.FILLER].split(), Topic.FILLER),
    **{word: topic for topic, words in _WORDS.items() if topic is not Topic.FILLER for word in words.split()},
    **dict.fromkeys(set(MONTHS) - {"dez", "sept", "mar", "may"}, Topic.MONTH),
}
# two words that are one name: the second one's topic when the first stands before it, with at most one word between
PAIRS: dict[tuple[str, str], Topic] = {
    ("security", "code"): Topic.CODE,
    ("card", "code"): Topic.CODE,
    ("verification", "value"): Topic.CODE,
    ("codigo", "seguridad"): Topic.CODE,
    ("codigo", "seguranca"): Topic.CODE,
    ("code", "securite"): Topic.CODE,
    ("american", "express"): Topic.CARD,
    ("diners", "club"): Topic.CARD,
    ("valid", "thru"): Topic.EXPIRY,
    ("valid", "through"): Topic.EXPIRY,
    ("good", "thru"): Topic.EXPIRY,
    ("gultig", "bis"): Topic.EXPIRY,
    ("card", "expires"): Topic.EXPIRY,
    ("cv", "v"): Topic.CODE,
    ("c", "v"): Topic.CODE,
}
SECONDS = frozenset(second for _, second in PAIRS)
# what makes a text worth a closer look, number words aside
SIGNAL = frozenset(
    {
        word
        for word, topic in TOPICS.items()
        if topic in (Topic.CARD, Topic.CODE, Topic.EXPIRY, Topic.OTHER, Topic.SMALL)
    }
    | SECONDS
    | {word for word, topic in TOPICS.items() if topic in (Topic.MAYBE_CODE, Topic.MAYBE_EXPIRY)}
)


def topic_of(key: str) -> Topic | None:
    """What `key` names; None for a word that says nothing about numbers."""
    if known := TOPICS.get(key):
        return known
    if "karte" in key:  # Kundenkreditkartennummer
        return Topic.CARD
    return None
