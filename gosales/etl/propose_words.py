"""What header words say about a column: English, and the usual German, French and Spanish ones.

Each meaning has patterns with a weight (1.0: says just that; 0.5: may well be) over the header in
plain lower-case words: `SalesOrderNumber` is read as `sales order number`, `Stück` as `stuck`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ID = r"(id|ids|no|nr|num|number|key|code|nummer|numero|ref|reference|kennung|n|guid)"
GLUED = (
    r"description|transaction|department|household|territory|category|commande|customer"
    r"|delivery|discount|employee|modified|purchase|quantity|reseller|account|address"
    r"|article|company|contact|country|created|facture|famille|invoice|manager|montant"
    r"|ordered|payment|product|produit|segment|shipped|amount|branch|client|dealer|family"
    r"|market|member|number|person|region|status|update|brand|class|email|first|gross|group"
    r"|order|phone|price|sales|start|state|store|total|trans|units|value|bill|city|code|cost"
    r"|cust|date|deal|desc|each|item|last|line|list|name|prod|sale|ship|size|sold|type|unit"
    r"|user|due|end|key|net|num|per|qty|rep|sku|tax|id|no|to"
)
"""Exports write these together, as in ORDERNUMBER; a word made of them alone is split."""
PARTY = (
    r"(customer|cust|client|account|acct|reseller|dealer|buyer|debtor|sold to|bill to|company"
    r"|kunde|kunden|kd|debitor|debitoren|firma|cliente|clientes|acheteur|partner|household)"
)
DOCUMENT = (
    r"(order|sales order|so|invoice|inv|document|doc|receipt|ticket|transaction|bill|basket"
    r"|beleg|rechnung|rechnungs|auftrag|auftrags|bestellung|bestell|vorgang"
    r"|facture|commande|bon|factura|pedido|albaran|venta)"
)
ITEM = (
    r"(product|prod|item|article|material|part|stock|sku|artikel|produkt|teil|teile|ware"
    r"|produit|producto|articulo|commodity|track|book|drug|medicine)"
)
DAY = r"(date|day|dt|datum|tag|fecha|dia|jour|timestamp|time)"

PARTS = re.compile(rf"({GLUED})({GLUED})({GLUED})?([0-9]*)")

Patterns = tuple[tuple[float, str], ...]

WORDS: dict[str, Patterns] = {
    "customer": (
        (1.0, rf"\b{PARTY}( (account|party|internal|external))? {ID}\b"),
        (1.0, rf"\b{ID} (du |de |del |d )?(client|cliente|kunde|kunden)\b"),
        (1.0, r"\b(kunden|debitoren|debitor|kd)(nummer|nr|id|code|konto)\b|^(kunnr|kunag)$"),
        (0.8, rf"\b(user|member|shopper|consumer|subscriber|patron) {ID}\b"),
        (0.7, rf"^{PARTY}( party)?$"),
        (0.4, rf"\b{PARTY}\b|kunde"),
    ),
    "customer_name": (
        (1.0, rf"\b{PARTY} (name|nom|nombre)\b"),
        (1.0, r"\b(kunden|firmen)name\b|\b(nom|nombre) (du |de |del )?(client|cliente)\b"),
        (1.0, r"\braison sociale\b|\brazon social\b|^name1$"),
        (0.7, rf"^{PARTY}$"),
    ),
    "date": (
        (1.0, r"\b(order|rec|sales?|transaction|purchase|booking) (date|day|dt|timestamp)\b"),
        (1.0, r"\b(auftrags|bestell|verkaufs|beleg)datum\b|\bfecha (de )?(pedido|venta)\b"),
        (1.0, r"\bdate (de )?(commande|vente)\b|^audat$"),
        (0.95, r"\b(invoice|document|billing|receipt) (date|day|dt)\b|\b(rechnungs|buchungs)datum"),
        (0.95, r"^fkdat$|\b(close|closed|closing|won) (date|day|on)\b"),
        (0.95, r"\bdate (de )?(la )?facture\b|\bfecha (de )?(la )?factura\b"),
        (0.9, rf"^{DAY}$"),
        (0.6, rf"\b{DAY}\b|datum$"),
    ),
    "known_at": (
        (1.0, rf"\b(created|creation|create|entered|entry|inserted|erfasst|saisie)\b.*\b{DAY}\b"),
        (
            1.0,
            r"\b(erfassungs|erstell|erstellungs|anlage|eingabe)datum\b|\b(erstellt|erfasst) am\b",
        ),
        (1.0, r"^erdat$|\bdate (de )?(creation|saisie)\b|\bfecha (de )?(creacion|alta|registro)\b"),
        (0.9, r"\b(created|entered|inserted|recorded) (on|at)\b|^(created|creation|entered)$"),
    ),
    "order": (
        (1.0, rf"\b{DOCUMENT} {ID}\b"),
        (1.0, r"\b(rechnungs|auftrags|beleg|bestell|vorgangs)(nummer|nr|id)\b"),
        (1.0, rf"\b{ID} (de )?(la )?(facture|commande|factura|pedido)\b"),
        (1.0, r"^vbeln$"),
        (0.85, rf"^{DOCUMENT}$"),
    ),
    "line_id": (
        (1.0, rf"\b(line|row|record|item line|position|zeilen?) {ID}\b"),
        (0.9, r"^id$|\b(zeilen|positions)(nummer|nr|id)\b"),
    ),
    "sku": (
        (1.0, rf"\b{ITEM} {ID}\b|\bsku\b|\bstockcode\b"),
        (1.0, r"\b(artikel|material|produkt|teile|waren)(nummer|nr|id|code|no)\b"),
        (1.0, rf"\b{ID} (de l |du |de |del |d )?(article|produit|articulo|producto)\b"),
        (1.0, r"^matnr$"),
        (0.75, rf"^{ITEM}$|^(upc|ean|gtin|reference|referencia|mpn)$"),
        (0.4, rf"\b{ITEM}\b"),
    ),
    "sku_name": (
        (1.0, rf"\b{ITEM} (name|description|desc|title|text|label|nom|nombre)\b"),
        (1.0, r"\b(artikel|produkt|material)(bezeichnung|name|text|beschreibung)\b"),
        (1.0, r"^(arktx|maktx)$"),
        (0.9, r"^(description|desc|bezeichnung|beschreibung|designation|libelle|descripcion)$"),
        (0.9, r"\b(nom|libelle|designation|nombre|descripcion) (de l |du |de |del |d )?\w+"),
        (0.6, rf"^{ITEM}$|^name$"),
    ),
    "division": (
        (1.0, r"\bdivision\b|\bsparte\b|\bgeschaftsbereich\b|^spart$"),
        (0.9, r"\b(sub ?category|sub ?categorie|subcategoria|unterkategorie)\b"),
        (0.9, r"warengruppe$|^matkl$"),
        (0.85, r"\b(category|categorie|kategorie|categoria|product (line|group|family|segment))\b"),
        (0.85, r"\b(produktgruppe|artikelgruppe|produktlinie|famille|familia|rayon|gamme)\b"),
        (0.7, r"^(department|dept|business unit|bu|family|group|line of business|linea|gruppe)$"),
        (0.5, r"\b(class|segment|product type|department|family|brand|marke|marque|marca)\b"),
    ),
    "quantity": (
        (1.0, r"\b(quantity|qty|quantite|qte|cantidad|menge|anzahl|stuckzahl)\b|menge$|anzahl$"),
        (0.8, r"\b(units|unidades|pieces|pcs|stuck|volume|count)\b"),
        (0.8, r"\b(units? (sold|shipped|ordered))\b|^(cant|qta)$"),
        (1.0, r"^(fkimg|kwmeng)$"),
    ),
    "unit_price": (
        (1.0, r"\b(unit|list|sales?|selling|net|item)( net)? price\b|\bprice (per|each)\b"),
        (1.0, r"\b(einzel|stuck|verkaufs|netto|listen)preis\b|\bprix unitaire\b"),
        (1.0, r"\bprecio unitario\b|\bprice per unit\b|\bpu( ht)?\b"),
        (0.85, r"^(price|preis|prix|precio|rate each)$"),
        (0.5, r"\b(price|preis|prix|precio)\b"),
    ),
    "value": (
        (1.0, r"\b(revenue|turnover|umsatz|erlos|erlose|ingresos|ventas)\b|umsatz$"),
        (1.0, r"\b(sales|net|line|invoice|extended)( sales)? (amount|value|total|amt)\b"),
        (1.0, r"\bchiffre d affaires\b|\bmontant\b|\bimporte\b|\b(net|gross) sales\b"),
        (0.95, r"\b(line total|extended price|total price|total amount|amount|betrag|monto)\b"),
        (0.95, r"(netto|brutto|rechnungs|zeilen|positions)(betrag|wert|summe)|gesamtpreis|\bca\b"),
        (1.0, r"^netwr$"),
        (0.8, r"^(sales|value|total|wert|summe|gesamt|ventes|valor|valeur|money|net|netto)$"),
        (0.5, r"\b(value|total|sales|wert|amt)\b"),
    ),
    "margin": (
        (1.0, r"\b(gp|gm|cgp|gross (profit|margin)|profit|margin|contribution|ebit)\b"),
        (1.0, r"\b(cost|costs|cogs|marge|margen|beneficio|rohertrag|deckungsbeitrag|kosten)\b"),
        (1.0, r"\b(db|ek|einstandspreis|cout|couts|coste|costo|benefice)\b|kosten$|marge$"),
    ),
    "branch": (
        (1.0, r"\b(branch|territory|office|filiale|niederlassung|standort|agence|sucursal)\b"),
        (0.9, r"\b(region|gebiet|verkaufsgebiet|store|tienda|magasin|site|warehouse|location)\b"),
        (1.0, r"^(vkbur|vkorg)$"),
        (0.5, r"^(country|land|pays|pais|state|province|bundesland|plant|werk|market)$"),
        (0.45, r"\bcountry\b"),
    ),
    "rep": (
        (1.0, r"\b(rep|reps|representative|sales ?(rep|person|man)|seller|account manager)\b"),
        (1.0, r"\b(verkaufer|verkaeufer|vertreter|aussendienst|vendeur|commercial|vendedor)\b"),
        (0.9, r"\b(employee|agent|mitarbeiter|sachbearbeiter|owner|consultant|betreuer)\b"),
        (0.9, r"\bsales team\b|^pernr$"),
    ),
    "launched": (
        (1.0, r"\b(launch|launched|introduced|introduction|sell start|available from)\b"),
    ),
    "retired": ((1.0, r"\b(retired?|discontinued|sell end|end of (life|sale)|available to)\b"),),
    "valid_from": ((1.0, r"\b(valid from|effective from|gultig ab|gultig von|start date)\b"),),
    "valid_to": ((1.0, r"\b(valid (to|until)|effective to|gultig bis|end date)\b"),),
    "constant": (
        (1.0, r"\b(country|land|pays|pais|state|province|bundesland|region|industry|branche)\b"),
        (0.9, r"\b(business type|customer type|sector|vertical|kundentyp|kundengruppe|type)\b"),
    ),
}

NOT_THESE: dict[str, str] = {
    "customer": r"\b(name|mail|email|phone|city|type|address|group|region|country|zip|status"
    r"|segment|since|order|po|manager|rep|date|class|created|nom|nombre|site|price)\b|name$|datum$",
    "customer_name": r"\b(type|group|order|rep|manager|city)\b",
    "date": r"\b(updat\w*|modif\w*|chang\w*|due|birth|ship\w*|deliver\w*|expir\w*|valid|start|end"
    r"|created|creation|entered|entry|livraison|echeance|entrega|saisie|creacion)\b"
    r"|(liefer|falligkeits|geburts|anderungs|erfassungs|erstell|erstellungs|anlage)datum",
    "known_at": r"\b(updat\w*|modif\w*|chang\w*|account|customer|by)\b",
    "order": r"\b(date|line|qty|quantity|amount|value|type|status|total|customer|count|day)\b"
    r"|datum",
    "line_id": r"\b(type|total|amount|date|product)\b",
    "sku": r"\b(name|description|desc|category|group|cost|price|type|family|line|class|color|colour"
    r"|qty|quantity|subcategory|title|division|status|size|weight|nom|nombre)\b|bezeichnung|gruppe",
    "sku_name": r"\b(customer|client|rep|employee|category|city|cliente)\b",
    "division": r"\b(id|key|customer|client|account|date|color|colour|size|discount)\b",
    "quantity": r"\b(price|cost|measure|uom|amount|value|per|shipped back|reserved|stock|ml)\b",
    "unit_price": r"\b(total|extended|currency|cost|discount|gesamt|type)\b",
    "value": r"\b(tax|vat|mwst|steuer|iva|tva|freight|shipping|discount|rabatt|remise|descuento"
    r"|rate|pct|percent|weight|commission|unit|id|no|nr|number|code|key|date|quota|currency|units"
    r"|qty|quantity|person|rep|order|territory|region|channel|office|kurs|gewicht)\b",
    "branch": r"\b(date|amount|manager|id no)\b",
    "rep": r"\b(date|amount|order|customer|referral|commission|quota)\b",
    "constant": r"\b(date|id|key|name of|city)\b",
}


TRAILING_ID = re.compile(rf" {ID}$")

OUTLETS = (
    re.compile(
        r"\b(store|shop|outlet|retailer|merchant|pharmacy|hospital|clinic|school|apotheke)\b"
    ),
    re.compile(r"\b(project|destination|country|land|pays|pais)\b"),
)
"""Who buys where no header says customer: who is delivered to, the likeliest first."""

NO_ID = re.compile(
    r"\b(month|monat|mes|mois|year|jahr|ano|annee|quarter|quartal|week|woche|weekday|day|tag|hour"
    r"|season|period|periode|expenses?|charges?|fees?|boxes|weight|kg|days|flag|pct|percent)\b"
)
"""A time or a measure: its values stand for no customer and no product."""


@lru_cache(10_000)
def plain_words(header: str) -> str:
    """The header as lower-case ASCII words.

    >>> plain_words("SalesOrderNumber"), plain_words("ORDERNUMBER"), plain_words("Stück_Preis")
    ('sales order number', 'order number', 'stuck preis')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    folded = unicodedata.normalize("NFKD", split.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.findall(r"[a-z0-9]+", bare.encode("ascii", "replace").decode())
    return " ".join(part for word in words for part in _taken_apart(word))


def _taken_apart(word: str) -> list[str]:
    """The words that were written together, or the word itself."""
    found = PARTS.fullmatch(word)
    return [part for part in found.groups() if part] if found else [word]


def header_score(meaning: str, header: str) -> float:
    """How clearly a header says `meaning` (a key of WORDS): 0 not at all, 1 just that."""
    words = plain_words(header)
    if is_other(meaning, header):
        return 0.0
    return max(
        (weight for weight, form in WORDS[meaning] if re.search(form, words)),
        default=0.0,
    )


def is_other(meaning: str, header: str) -> bool:
    """Whether a header says that it is not `meaning`: a freight is no value of the goods."""
    unlike = NOT_THESE.get(meaning)
    return unlike is not None and re.search(unlike, plain_words(header)) is not None


def is_measure(header: str) -> bool:
    """Whether a header names money, a quantity, a time or another measure: no id of anything."""
    words = plain_words(header)
    kinds = ("value", "margin", "unit_price", "quantity")
    return bool(NO_ID.search(words)) or any(header_score(kind, header) >= 0.5 for kind in kinds)


def outlet_rank(header: str) -> int | None:
    """How likely a header names who is delivered to: 0 most; None where it names no such thing."""
    words = plain_words(header)
    return next((at for at, form in enumerate(OUTLETS) if form.search(words)), None)


def is_margin(header: str) -> bool:
    """Whether a header names a margin or a cost rather than what the customer paid."""
    return header_score("margin", header) > 0
