"""Words of statements in the languages of Europe."""

from __future__ import annotations

from src.components.bank_files.words.language import Language

EUROPEAN: dict[str, Language] = {
    "en": Language(
        currencies="USD|GBP|EUR|CAD|AUD|INR|NZD|SGD|ZAR|NGN|KES|AED|PHP|HKD|MYR|CHF",
        date="date|transaction date|posting date|booking date|posted date|trans date|txn date|tran date",
        value_date="value date|value dt|post date",
        description="description|details|narrative|narration|memo|particulars|remarks|reference|"
        "transaction|transaction ref|memo description|name of sender receiver",
        amount="amount|value|transaction amount|amt",
        out="debit|debits|withdrawal|withdrawals|money out|paid out|out|expense|withdrawn|outflow",
        in_="credit|credits|deposit|deposits|money in|paid in|in|income|inflow",
        balance="balance|running balance|closing balance|ledger balance",
        party="payee|merchant|name|counterparty",
        currency="currency|ccy",
        type="type|transaction type|dr cr|cr dr",
        status="status|state",
        pending="pending|authorised|authorized|authorisation|authorization|on hold|hold|in progress|"
        "in process|"
        "processing|scheduled|upcoming|declined|failed|reverted|reversed|cancelled|canceled|rejected|refused|"
        "void|voided|expired|failure|unsuccessful|blocked|reserved|not booked|unposted|denied",
        settled="completed|complete|booked|posted|settled|cleared|success|successful|executed|ok|paid|"
        "accepted|"
        "processed|approved|confirmed|done",
        balance_rows="opening balance|closing balance|balance brought forward|balance carried forward",
    ),
    "de": Language(
        currencies="EUR|CHF",
        date="datum|buchungstag|buchungsdatum|buchung|umsatztag|belegdatum|transaktionsdatum|abschlussdatum",
        value_date="valuta|valutadatum|wert|wertstellung|wertstellungsdatum",
        description="verwendungszweck|buchungstext|beschreibung|buchungs details|buchungsdetails|"
        "vorgang verwendungszweck|zahlungszweck|text|mitteilung|mitteilungen",
        amount="betrag|umsatz|betrag in eur|einzelbetrag|summe",
        out="soll|belastung|belastungen|lastschrift|ausgabe|ausgaben|ausgang|abgang|auszahlung|auszahlungen|"
        "abbuchung|lastschriften",
        in_="haben|gutschrift|gutschriften|einnahme|einnahmen|eingang|zugang|einzahlung|einzahlungen",
        balance="saldo|kontostand|saldo nach buchung",
        party="begunstigter auftraggeber|auftraggeber begunstigter|auftraggeber empfanger|empfanger|"
        "sender empfanger|zahlungsempfanger|empfanger zahlungspflichtiger|name|partnername|"
        "beguenstigter zahlungspflichtiger|zahler empfanger|gegenpartei|handler|name zahlungsbeteiligter|"
        "empfanger auftraggeber|auftraggeber zahlungsempfanger name",
        currency="wahrung|whg|kontowahrung",
        type="soll haben|s h|umsatztyp",
        status="status|buchungsstatus",
        pending="vorgemerkt|umsatz vorgemerkt|offen|ausstehend|reserviert|reservierung|abgelehnt|storniert|"
        "in bearbeitung|geplant|nicht gebucht|wartend|fehlgeschlagen|zuruckgewiesen|zurückgewiesen|"
        "abgebrochen",
        settled="gebucht|umsatz gebucht|verbucht|ausgeführt|abgeschlossen|erledigt|bezahlt|gutgeschrieben",
        balance_rows="anfangssaldo|endsaldo|alter saldo|neuer saldo|saldovortrag|übertrag saldo|schlusssaldo|"
        "anfangsbestand|endbestand|alter kontostand|neuer kontostand|zwischensaldo|tagessaldo",
    ),
    "fr": Language(
        currencies="EUR|CHF|CAD|XOF|XAF|MAD|TND",
        date="date operation|date de l operation|date d operation|dateop|date|date comptable|"
        "date de comptabilisation|date de transaction",
        value_date="date valeur|date de valeur|dateval",
        description="libelle|libelle operation|libelle court|libelle de l operation|intitule|label|"
        "libelle simplifie|motif|communication|nature de l operation|detail|details|communications",
        amount="montant|montant operation en euro|montant de l operation|montant en euros|montant euros",
        out="debit|débit|débits|debits|retrait|retraits|dépense|dépenses|sortie|sorties|débiteur|prélèvement",
        in_="credit|crédit|crédits|credits|dépôt|dépôts|versement|recette|recettes|entrée|entrées|créditeur",
        balance="solde|solde comptable|accountbalance|solde apres operation",
        party="beneficiaire|tiers|contrepartie|nom contrepartie|nom de la contrepartie|donneur d ordre|"
        "contrepartie nom|nom de la contrepartie contient|marchand|commercant",
        currency="devise|monnaie",
        type="sens|type de mouvement|debit credit",
        status="statut|etat|état",
        pending="en attente|à venir|a venir|en cours|refusé|refusée|refuse|annulé|annulée|annule|rejeté|"
        "rejetée|"
        "échoué|non comptabilisé|en cours de traitement|expiré|autorisation",
        settled="comptabilisé|comptabilisée|comptabilise|validé|validée|exécuté|exécutée|effectué|terminé|"
        "accepté|acceptée|réglé",
        balance_rows="solde initial|solde final|ancien solde|nouveau solde|solde précédent|solde en début de "
        "période|solde en fin de période|total des opérations|solde créditeur|solde débiteur|"
        "total des mouvements",
    ),
    "es": Language(
        currencies="EUR|MXN|COP|ARS|CLP|PEN|UYU|DOP|GTQ|CRC|BOB|PYG|HNL|NIO|PAB|USD",
        date="fecha|fecha operacion|fecha de operacion|f operacion|fecha movimiento|fecha contable|"
        "fecha de transaccion|fecha transaccion",
        value_date="fecha valor|f valor|fecha de valor",
        description="concepto|descripcion|detalle|movimiento|descripcion movimiento|mas datos|observaciones|"
        "glosa|descripcion operacion|referencia concepto",
        amount="importe|monto|valor|importe eur|cantidad|importe operacion|importe del movimiento",
        out="debito|débito|débitos|debitos|cargo|cargos|retiro|retiros|gasto|gastos|egreso|egresos|salida|"
        "salidas|debe|pago|pagos|retirada|giros y cargos|cheques y cargos",
        in_="credito|crédito|créditos|creditos|abono|abonos|deposito|depósito|depósitos|depositos|ingreso|"
        "ingresos|entrada|entradas|haber|depositos y abonos",
        balance="saldo|saldo contable|saldo disponible|disponible|saldos",
        party="beneficiario|ordenante|comercio|establecimiento|contraparte|ordenante beneficiario",
        currency="divisa|moneda",
        type="tipo|tipo movimiento|cargo abono|debe haber|tipo de movimiento",
        status="estado|situacion",
        pending="pendiente|en proceso|en curso|retenido|autorizado|autorización|rechazado|rechazada|"
        "cancelado|"
        "cancelada|anulado|anulada|fallido|fallida|devuelto|devuelta|programado|programada|en tránsito|"
        "denegada|"
        "denegado|expirado",
        settled="contabilizado|contabilizada|completado|completada|ejecutado|ejecutada|realizado|realizada|"
        "liquidado|aplicado|aceptado|aceptada|confirmado|confirmada|exitoso|exitosa|aprobado|aprobada|"
        "procesado",
        balance_rows="saldo inicial|saldo final|saldo anterior|saldo actual|saldo al inicio|saldo al cierre|"
        "total cargos|total abonos|saldo del periodo anterior",
    ),
    "pt": Language(
        currencies="BRL|EUR|AOA|MZN",
        date="data|data mov|data movimento|data lancamento|data do lancamento|data lanc|data operacao|"
        "data da operacao|data contabilistica|data da transacao|data transacao",
        value_date="data valor|data da valor",
        description="descricao|historico|lancamento|descritivo|estabelecimento|titulo|detalhes|"
        "descricao do movimento|tipo de movimento descricao",
        amount="valor|montante|importancia|quantia|valor operacao",
        out="debito|débito|débitos|debitos|saida|saída|saídas|saidas|despesa|despesas|levantamento|saque",
        in_="credito|crédito|créditos|creditos|entrada|entradas|receita|receitas|deposito|depósito|depósitos",
        balance="saldo|saldo contabilistico|saldo disponivel|saldo apos|saldos",
        party="beneficiario|favorecido|destinatario|origem destino|contraparte|destino origem",
        currency="moeda",
        type="tipo|natureza|d c|debito credito",
        status="estado|situacao|status",
        pending="pendente|em processamento|em aberto|por liquidar|cativo|agendado|agendada|cancelado|"
        "cancelada|"
        "recusado|recusada|rejeitado|rejeitada|estornado|devolvido|devolvida|falhou|não autorizado|"
        "a processar",
        settled="concluído|concluída|concluido|efetuado|efetuada|efetivado|liquidado|liquidada|confirmado|"
        "confirmada|executado|executada|realizado|realizada|aprovado|aprovada|pago|contabilizado|processado",
        balance_rows="saldo do dia|saldo inicial|saldo final|saldo anterior|saldo contabilístico|"
        "saldo em conta|"
        "saldo total disponível dia|s a l d o|saldo movimentação do dia|saldo bloqueado",
    ),
    "it": Language(
        currencies="EUR|CHF",
        date="data|data operazione|data registrazione|data contabile|data movimento|data esecuzione|"
        "data contabilizzazione",
        value_date="data valuta|valuta",
        description="descrizione|descrizione operazione|descrizione operazioni|causale|dettagli|operazione|"
        "descrizione completa|descrizione estesa",
        amount="importo|importo in euro|ammontare|importo movimento",
        out="dare|addebito|addebiti|uscita|uscite|prelievo|prelievi|spesa|spese|pagamenti",
        in_="avere|accredito|accrediti|entrata|entrate|versamento|versamenti|incassi",
        balance="saldo|saldo contabile|saldo disponibile|saldo progressivo",
        party="beneficiario|ordinante|controparte|esercente|beneficiario ordinante",
        currency="divisa|valuta conto",
        type="dare avere|segno|d a|tipo",
        status="stato|contabilizzazione",
        pending="in sospeso|non contabilizzato|in attesa|da contabilizzare|in corso|in elaborazione|"
        "autorizzato|"
        "prenotato|rifiutato|rifiutata|annullato|annullata|stornato|fallito|respinto|non eseguito|"
        "in lavorazione",
        settled="contabilizzato|contabilizzata|eseguito|eseguita|completato|completata|registrato|confermato|"
        "accettato|regolato",
        balance_rows="saldo iniziale|saldo finale|saldo precedente|saldo contabile iniziale|"
        "saldo contabile finale|"
        "totale entrate|totale uscite",
    ),
    "nl": Language(
        currencies="EUR",
        date="datum|boekdatum|boekingsdatum|transactiedatum|uitvoeringsdatum|verrichtingsdatum",
        value_date="rentedatum|valutadatum",
        description="omschrijving|mededeling|mededelingen|beschrijving|details|vrije mededeling|transactie|"
        "omschrijving transactie|betalingskenmerk omschrijving",
        amount="bedrag|bedrag in eur|transactiebedrag",
        out="af|debet|debiteren|uitgave|uitgaven|afschrijving|afschrijvingen|uit",
        in_="bij|credit|crediteren|ontvangst|ontvangsten|bijschrijving|bijschrijvingen|inkomsten",
        balance="saldo|saldo na mutatie|saldo na trn|saldo na boeking",
        party="naam tegenpartij|naam tegenpartij bevat|naam van de tegenpartij|tegenpartij naam|"
        "naam omschrijving|begunstigde|ontvanger|naam tegenrekening|naam begunstigde|tegenpartij",
        currency="munt|munteenheid|devies|valuta rekening|muntsoort",
        type="af bij|debet credit|d c",
        status="status",
        pending="in behandeling|gereserveerd|reservering|geweigerd|geannuleerd|afgewezen|ingepland|gepland|"
        "open|"
        "openstaand|mislukt|in afwachting",
        settled="geaccepteerd|geboekt|verwerkt|uitgevoerd|voltooid|betaald",
        balance_rows="beginsaldo|eindsaldo|vorig saldo|nieuw saldo|oud saldo",
    ),
    "da": Language(
        currencies="DKK|EUR",
        date="dato|bogføringsdato|bogfort|bogført|bogføringsdag|transaktionsdato",
        value_date="valørdato|rentedato",
        description="tekst|beskrivelse|supplerende tekst|posteringstekst|besked",
        amount="beløb|beløb i dkk",
        out="debet|hævet|hævninger|udbetalt|udgift|udgifter|ud|udbetaling|træk",
        in_="kredit|indsat|indbetalt|indtægt|indtægter|ind|indbetaling",
        balance="saldo|bogført saldo",
        party="modtager|navn|forretning|modtager afsender|modtagernavn",
        currency="valuta|møntsort",
        type="type|debet kredit",
        status="status|stand",
        pending="venter|afventer|reserveret|reservation|afvist|annulleret|kommende|under behandling|slettet|"
        "mislykket|ikke bogført",
        settled="udført|bogført|gennemført|betalt|afsluttet",
        balance_rows="primosaldo|ultimosaldo|startsaldo|slutsaldo",
    ),
    "nb": Language(
        currencies="NOK|EUR",
        date="dato|bokføringsdato|bokført dato|bokført|utført dato|transaksjonsdato|kjøpsdato",
        value_date="rentedato|valuteringsdato",
        description="forklaring|beskrivelse|tekst|melding|transaksjonstekst|spesifikasjon|"
        "melding kid fakt nr",
        amount="beløp|beløp i nok",
        out="ut|ut fra konto|ut av konto|belastet|debet|uttak|utgift|utgifter|beløp ut",
        in_="inn|inn på konto|godskrevet|kredit|innskudd|inntekt|inntekter|beløp inn",
        balance="saldo|bokført saldo|disponibelt",
        party="mottaker|mottakernavn|navn|brukersted|mottaker avsender",
        currency="valuta",
        type="type|debet kredit|inn ut",
        status="status",
        pending="reservert|reservasjon|venter|avvist|kansellert|forfaller|under behandling|slettet|"
        "ikke bokført|"
        "mislykket",
        settled="bokført|utført|gjennomført|betalt|fullført",
        balance_rows="inngående saldo|utgående saldo|inngaende saldo",
    ),
    "sv": Language(
        currencies="SEK|EUR",
        date="datum|bokföringsdag|bokföringsdatum|bokfort|bokförd|transaktionsdag|transaktionsdatum|"
        "reskontradatum|köpdatum|inköpsdatum",
        value_date="valutadag|valutadatum|räntedatum",
        description="text|beskrivning|rubrik|meddelande|specifikation|transaktion|händelse|transaktionstext",
        amount="belopp|belopp i sek|summa",
        out="uttag|debet|ut|utgift|utgifter|utbetalning|utbetalningar|utgående",
        in_="insättning|insättningar|kredit|in|inkomst|inkomster|inbetalning|inbetalningar|ingående",
        balance="saldo|bokfört saldo",
        party="mottagare|motpart|namn|mottagare avsändare|inköpsställe|referens",
        currency="valuta",
        type="typ|transaktionstyp",
        status="status",
        pending="reserverat|reserverad|reservation|preliminär|preliminärt|väntande|väntar|kommande|avvisad|"
        "makulerad|nekad|avbruten|ej bokförd|under behandling|misslyckad",
        settled="bokförd|bokfört|genomförd|utförd|betald|klar|slutförd",
        balance_rows="ingående saldo|utgående saldo|ingående balans|utgående balans|ingående skuld|"
        "summa belopp",
    ),
    "fi": Language(
        currencies="EUR",
        date="pvm|päivämäärä|kirjauspäivä|kirjauspvm|tapahtumapäivä|maksupäivä|ostopäivä",
        value_date="arvopäivä|arvopvm",
        description="selitys|viesti|otsikko|kuvaus|tapahtuma|tapahtumatyyppi selite|laji selitys",
        amount="määrä|summa|määrä euroa|määrä eur|rahamäärä",
        out="panot veloitukset|veloitus|veloitukset|otto|otot|meno|menot|debet",
        in_="hyvitys|hyvitykset|pano|panot|tulo|tulot|kredit",
        balance="saldo|käytettävissä",
        party="saaja maksaja|maksaja saaja|saaja|nimi|maksunsaaja|saajan nimi|vastapuoli|saaja maksaja nimi",
        currency="valuutta",
        type="tyyppi|laji",
        status="tila",
        pending="varaus|katevaraus|odottaa|odottava|kesken|hylätty|peruttu|peruutettu|tulossa|epäonnistui",
        settled="kirjattu|valmis|suoritettu|maksettu|toteutunut",
        balance_rows="alkusaldo|loppusaldo|tilikauden alkusaldo",
    ),
    "is": Language(
        currencies="ISK",
        date="dagsetning|dags|bókunardagur|færsludagur",
        value_date="vaxtadagur",
        description="skýring|texti|lýsing|tilvísun|færslulykill",
        amount="upphæð|fjárhæð",
        out="úttekt|úttektir|út|debet|gjöld",
        in_="innborgun|innborganir|innlegg|inn|kredit|tekjur",
        balance="staða|staða reiknings",
        party="móttakandi|mótaðili|nafn viðtakanda|nafn",
        currency="gjaldmiðill|mynt",
        status="staða færslu",
        pending="í bið|frátekið|hafnað|ógilt",
        settled="bókað|lokið|framkvæmt",
        balance_rows="upphafsstaða|lokastaða",
    ),
    "pl": Language(
        currencies="PLN|EUR",
        date="data operacji|data transakcji|data|data ksiegowania|data zlecenia",
        value_date="data waluty|data rozliczenia",
        description="opis operacji|tytul|opis|opis transakcji|szczegoly|tytul operacji|szczegoly transakcji",
        amount="kwota|kwota operacji|kwota transakcji|wartosc",
        out="obciążenie|obciążenia|obciazenia|obciazenie|wydatek|wydatki|wypłata|wypłaty|wychodzące|"
        "wychodzący|"
        "wn|winien|uznanie debetowe",
        in_="uznanie|uznania|przychód|przychody|wpływ|wpływy|wpłata|wpłaty|przychodzące|przychodzący|ma",
        balance="saldo|saldo po operacji|saldo po transakcji|saldo koncowe po operacji",
        party="nadawca odbiorca|odbiorca zleceniodawca|odbiorca|nazwa odbiorcy|dane kontrahenta|kontrahent|"
        "nazwa kontrahenta|nadawca|odbiorca nadawca|nazwa nadawcy odbiorcy",
        currency="waluta",
        type="typ|strona|typ transakcji|rodzaj",
        status="status|stan",
        pending="oczekująca|oczekujące|oczekujący|blokada|odrzucona|odrzucone|odrzucony|anulowana|anulowane|"
        "anulowany|w realizacji|w trakcie|nierozliczona|nierozliczone|planowana|wstrzymana|niezrealizowana|"
        "w trakcie realizacji|zablokowana",
        settled="zrealizowana|zrealizowano|zrealizowane|zaksięgowana|zaksięgowano|rozliczona|rozliczone|"
        "wykonana|"
        "wykonany|zakończona",
        balance_rows="saldo początkowe|saldo końcowe|saldo poczatkowe|saldo koncowe|saldo otwarcia|"
        "saldo zamknięcia|"
        "suma obciążeń|suma uznań",
    ),
    "cs": Language(
        currencies="CZK|EUR",
        date="datum|datum provedeni|datum zauctovani|datum odepsani|datum transakce|datum pohybu|"
        "datum zpracovani",
        value_date="valuta|datum valuty|datum splatnosti",
        description="popis|zprava pro prijemce|poznamka|zprava prijemci i mne|popis transakce|popis operace|"
        "obchodni misto|typ operace popis|zprava|zprava pro mne|nazev obchodnika",
        amount="castka|objem|castka v mene uctu|suma|castka v czk|obrat",
        out="výdaj|výdaje|odchozí|debet|má dáti|výběr|na vrub|md|odepsáno|vydano",
        in_="příjem|příjmy|příchozí|kredit|dal|vklad|ve prospěch|připsáno|prijato",
        balance="zustatek|zustatek po transakci|konecny zustatek",
        party="nazev protiuctu|nazev uctu protiuctu|protistrana|nazev protistrany|prijemce|nazev|"
        "nazev uctu prijemce|jmeno protistrany|obchodnik",
        currency="mena|mena uctu",
        type="smer uhrady|md dal|smer|typ",
        status="stav|stav platby",
        pending="čeká|čekající|blokace|blokováno|zamítnuto|zamítnutá|zrušeno|zrušená|nezaúčtováno|"
        "nezaúčtovaná|"
        "rezervace|ve zpracování|odmítnuto|neprovedeno|čeká na zaúčtování|neúspěšná",
        settled="zaúčtováno|zaúčtovaná|provedeno|provedená|dokončeno|zpracováno|uhrazeno|realizováno",
        balance_rows="počáteční zůstatek|konečný zůstatek|počáteční stav|konečný stav|zůstatek",
    ),
    "sk": Language(
        currencies="EUR",
        date="datum|datum transakcie|datum zauctovania|datum uctovania|datum spracovania",
        value_date="datum valuty",
        description="popis|informacia pre prijimatela|sprava pre prijimatela|ucel platby|"
        "informacia pre prijemcu|"
        "popis transakcie|poznamka",
        amount="suma|ciastka|objem|suma transakcie",
        out="debet|výdavok|výdavky|odchádzajúca|odchádzajúce|na ťarchu|výber|výdaj",
        in_="kredit|príjem|príjmy|prichádzajúca|prichádzajúce|v prospech|vklad",
        balance="zostatok|disponibilny zostatok",
        party="nazov protiuctu|prijemca|partner|nazov prijemcu|protistrana|nazov uctu partnera|obchodnik",
        currency="mena",
        type="typ|typ transakcie|smer|typ pohybu",
        status="stav",
        pending="čaká|čakajúca|blokovaná|blokácia|zamietnutá|zrušená|nezaúčtovaná|v spracovaní|odmietnutá",
        settled="zaúčtovaná|zaúčtované|vykonaná|realizovaná|dokončená|spracovaná",
        balance_rows="počiatočný zostatok|konečný zostatok|počiatočný stav|konečný stav",
    ),
}
