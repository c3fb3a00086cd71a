"""What the columns of CRMs are called in German, French and Spanish; each as letters and digits."""

from __future__ import annotations

from portal.tabular.fields import Spellings

DEALS: Spellings = {
    "id": (
        "datensatzid", "verkaufschancenid", "vorgangsnummer", "iddelatransaction", "iddelopportunité", "iddelnegocio",
        "iddelaoportunidad", "idoportunidad",
    ),
    "name": (
        "verkaufschance", "bezeichnung", "nomdelatransaction", "nomdelopportunité", "opportunité", "nombredelnegocio",
        "nombredelaoportunidad", "oportunidad",
    ),
    "account": (
        "kunde", "kundenname", "unternehmen", "firma", "firmenname", "compte", "nomducompte", "entreprise", "société",
        "cliente", "empresa", "cuenta", "nombredelacuenta",
    ),
    "owner": (
        "inhaber", "dealinhaber", "opportunityinhaber", "besitzer", "zuständig", "verantwortlich", "verkäufer",
        "vertriebsmitarbeiter", "vertriebler", "propriétaire", "propriétairedelatransaction",
        "propriétairedelopportunité",
        "commercial", "vendeur", "propietario", "propietariodelnegocio", "propietariodelaoportunidad", "vendedor",
        "comercial",
    ),
    "stage": (
        "phase", "dealphase", "verkaufsphase", "stufe", "étape", "étapedelatransaction", "étapedevente", "etapa",
        "etapadelnegocio", "fase",
    ),
    "status": ("statut", "estado"),
    "amount": (
        "betrag", "auftragswert", "wert", "umsatz", "volumen", "montant", "valeur", "importe", "monto", "valor",
    ),
    "currency": ("währung", "devise", "monnaie", "moneda", "divisa"),
    "created": (
        "erstelltam", "erstellt", "erstellungsdatum", "erstelldatum", "angelegtam", "datedecréation", "crééle",
        "fechadecreación", "creado", "creadoel",
    ),
    "expected_close": (
        "erwartetesabschlussdatum", "voraussichtlichesabschlussdatum", "datedeclôtureprévue", "fechadecierreprevista",
        "fechadecierreestimada",
    ),
    "closed": (
        "abschlussdatum", "schlusstermin", "abgeschlossenam", "geschlossenam", "datedeclôture", "datedefermeture",
        "clôturéle", "fechadecierre", "cerradoel",
    ),
    "industry": ("branche", "secteur", "secteurdactivité", "industria"),
    "segment": ("kundensegment", "segmento"),
    "region": ("gebiet", "vertriebsgebiet", "land", "région", "pays", "territoire", "región", "país", "territorio"),
    "product": ("produkt", "produit", "producto"),
    "lead_source": ("leadquelle", "quelle", "origine", "origen", "fuente"),
    "loss_reason": (
        "verlustgrund", "grundfürverlust", "motifdeperte", "raisondelaperte", "motivodepérdida", "motivodelapérdida",
    ),
}  # fmt: skip


def translated(spellings: Spellings) -> Spellings:
    """Return the spellings with the other languages behind the English ones."""
    return {field: (*known, *DEALS.get(field, ())) for field, known in spellings.items()}
