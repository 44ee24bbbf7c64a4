"""Column names of banks and apps, in European languages, Chinese, Japanese and Korean.

Earlier names of a field are preferred: the purchase date over the booking date, the amount in the account's
currency over the foreign one.
"""

from __future__ import annotations

from src.components.bank_files.plan import Field

NAMES: dict[Field, str] = {
    Field.DATE: (
        "transaction date|date of transaction|trans date|txn date|tran date|purchase date|operation date|"
        "date|posting date|posted date|post date|booking date|date posted|completed date|started date|"
        "finished on|created on|value date|value dt|buchungstag|buchungsdatum|buchung|belegdatum|umsatztag|"
        "datum|transaktionsdatum|valuta|valutadatum|wertstellung|date operation|dateop|date de l operation|"
        "date d operation|date comptable|date valeur|date de valeur|dateval|fecha|fecha operacion|"
        "fecha de operacion|f operacion|fecha valor|f valor|data|data operazione|data registrazione|"
        "data contabile|data movimento|data mov|data valuta|data lancamento|data do lancamento|boekdatum|"
        "tranzakcio idopontja|transactiedatum|rentedatum|data operacji|data transakcji|data ksiegowania|"
        "datum zauctovani|datum provedeni|tranzakcio datuma|konyveles datuma|dato|bokforingsdag|"
        "bokforingsdatum|transaktionsdag|pvm|paivamaara|kirjauspaiva|tarih|islem tarihi|ημερομηνία|"
        "дата операции|дата|дата платежа|дата і час операції|дата i час операції|дата операції|"
        "date time|datetime|timestamp|day|created utc|created|created at|transaction time|"
        "completion time|posted|posted at|settled at|made on|"
        "visible ts|time|confirmed|"
        "交易时间|交易日期|交易日|日期|取引日|日付|年月日|利用日|ご利用日|거래일시|거래일자|날짜"
    ),
    Field.PARTY: (
        "payee|payee name|merchant|merchant name|counterparty|counterparty name|counter party|"
        "counter party name|partnername|"
        "partner name|creditor name|target name|beguenstigter zahlungspflichtiger|auftraggeber empfanger|"
        "auftraggeber begunstigter|name zahlungsbeteiligter|zahlungsempfanger in|zahlungsempfanger|empfanger|"
        "begunstigter|naam tegenrekening|beneficiary|beneficiary name|recipient|recipient name|vendor|"
        "vendor name|beneficiaire|"
        "nom beneficiaire|beneficiario|ontvanger|begunstigde|mottaker|mottagare|modtager|saaja|odbiorca|"
        "prijemce|tiers|naam omschrijving|naam tegenpartij|nazwa odbiorcy|dane kontrahenta|nazev protiuctu|"
        "partner neve|对方户名|контрагент|交易对方|name"
    ),
    Field.PAYER: (
        "payer|payer name|debtor name|source name|zahlungspflichtige r|zahlungspflichtiger|nazwa nadawcy"
    ),
    Field.DESCRIPTION: (
        "full description|descrizione completa|descripcion completa|description complete|"
        "volledige omschrijving|description|narration|narrative|details|transaction details|particulars|"
        "transaction description|"
        "transaction remarks|remarks|memo|remittance information unstructured|payment reference|title|text|"
        "item|note|notes|message|sms|sms text|body|sms body|sms message|sms content|message text|"
        "message body|message content|text message|original description|what|expense|transaction|"
        "verwendungszweck|beschreibung|buchungsdetails|buchungstext|avisierungstext|vorgang verwendungszweck|"
        "libelle|libelle operation|libelle simplifie|label|intitule|concepto|descripcion|detalle|movimiento|"
        "descrizione|descrizione operazione|dettagli|causale|operazione|descricao|historico|lancamento|"
        "estabelecimento|omschrijving|mededelingen|opis|opis operacji|opis transakcji|tytul|popis|"
        "zprava pro prijemce|poznamka|kozlemeny|aciklama|περιγραφή|αιτιολογία|описание|описание операции|"
        "назначение платежа|деталі операції|опис операції|текст|beskrivning|forklaring|rubrik|tekst|selite|"
        "otsikko|商品说明|商品|摘要内容|摘要|内容|入出金先内容|利用店名 商品名|적요|거래내용|내용|가맹점명|"
        "booking text|posting text|transaction text|activity|transaction information"
    ),
    Field.AMOUNT: (
        "amount|transaction amount|amt|value|sum|total|billing amount|amount local currency|price|cost|"
        "source amount after fees|amount total|betrag|umsatz|umsatz in eur|betrag eur|montant|importe|"
        "importo|valor|bedrag|kwota|kwota operacji|kwota transakcji|kwota transakcji waluta rachunku|castka|"
        "objem|osszeg|tutar|islem tutari|ποσό|сумма операции|сумма|сумма платежа|сумма в валюте счета|"
        "сума в валюті картки|сума|belopp|beløb|beløp|maara|summa|gross|brutto|total amount|amount spent|"
        "money|txn amount|tran amount|transaction amt|金额|金額|入出金|利用金額|ご利用金額|거래금액|이용금액|"
        "금액"
    ),
    Field.OUT: (
        "debit|debits|debit amount|amount debited|debited|amount withdrawn|withdrawal|withdrawals|"
        "withdrawal amt|withdrawal amount|"
        "withdrawal amount inr|money out|paid out|outflow|amount debit|debit amt|dr|dr amount|spent|payments|"
        "outgoing|outgoing funds|funds out|soll|belastung|lastschrift|ausgaben|debet|cargo|cargos|debito|"
        "debitos|saida|saidas|dare|addebiti|"
        "uscite|af|obciazenia|ut fra konto|uttag|borç|χρέωση|расход|списание|支出|支出金额|支払い金額|"
        "お支払金額|出金|出金額|お引出し|출금|출금액"
    ),
    Field.IN: (
        "credit|credits|credit amount|amount credited|credited|amount deposited|deposit|deposits|"
        "deposit amt|deposit amount|deposit amount inr|"
        "incoming|incoming funds|funds in|money in|paid in|inflow|amount credit|credit amt|cr|cr amount|"
        "receipts|haben|gutschrift|einnahmen|"
        "abono|abonos|credito|creditos|entrada|entradas|avere|accrediti|entrate|bij|uznania|inn på konto|"
        "insättning|alacak|πίστωση|приход|зачисление|收入|收入金额|预收金额|預かり金額|お預り金額|入金|"
        "入金額|お預入れ|입금|입금액"
    ),
    Field.TYPE: (
        "transaction type|type|debit credit|dr cr|cr dr|credit debit|credit debit indicator|indicator|"
        "income expense|direction|debit or credit|debit kredit|balance impact|s h|soll haben|umsatztyp|"
        "af bij|debet credit|credit debet|debet kredit|d k|d c|c d|借贷|借贷标志|sens|tipo|tipo movimento|"
        "tipo de movimiento|typ|typ transakcji|tipus|bejövő kimenő|тип|"
        "тип операции|收 支|收支|收支类型"
    ),
    Field.CURRENCY: (
        "currency|ccy|iso currency code|currency code|curr|source currency|wahrung|waehrung|devise|divisa|"
        "moneda|moeda|valuta code|munt|muntsoort|waluta|mena|penznem|devizanem|валюта операции|валюта|"
        "валюта платежа|валюта счета|valuutta|account currency|币种|通貨"
    ),
    Field.CATEGORY: (
        "category|categories|kategorie|categorie|categoria|kategoria|kategori|категория|spending category|"
        "category name|koltesi kategoria|交易分类"
    ),
    Field.SUBCATEGORY: "subcategory|sub category|mcc|merchant category|merchant category code|unterkategorie",
    Field.MODE: (
        "mode|payment mode|payment method|mode of payment|paid by|method|channel|payment type|zahlungsart|"
        "buchungsart|transaktionsart|umsatzart|mutatiesoort|moyen de paiement|forma de pago|metodo de pago|"
        "betaalmethode|označení operace|способ оплаты|支付方式|收 付款方式|交易方式"
    ),
    Field.ID: (
        "transaction id|reference number|reference|ref no|chq ref no|ref no cheque no|txn id|id|"
        "transaction reference|unique id|fitid|bank reference|chq ref number|utr|referenz|kundenreferenz|"
        "bankreferenz|transaktions nr|transaktionscode|numero operation|referencia|riferimento|referentie|"
        "volgnr|journal id|identificador|import id|transaction number|nr transakcji|id pohybu|交易单号|"
        "交易订单号"
    ),
    Field.STATUS: (
        "status|state|pending|transaction status|stato|contabilizzazione|estado|statut|статус|booking status|"
        "当前状态|交易状态"
    ),
    Field.FEE: "fee|fees|total fees|source fee amount|gebuhr|gebuhren|commission|frais|comision|"
    "commissione|taxa",
    Field.BALANCE: (
        "balance|bal|running balance|running bal|closing balance|available balance|account balance|saldo|"
        "kontostand|saldo nach buchung|solde|saldo disponible|disponible|saldo contabile|saldo na operacji|"
        "balance inr|saldo apos|saldos|saldo na mutatie|saldo na trn|saldo po operacji|saldo po transakcji|"
        "guthaben|zustatek|egyenleg|bokfört saldo|bakiye|υπόλοιπο|остаток|залишок після операції|"
        "accountbalance|balance amount|running balance amount|endsaldo|eindsaldo|"
        "余额|差引残高|残高|거래후잔액|잔액"
    ),
}

PAYMENT_METHOD = (
    "buchungstext|vorgang|operazione|movimiento|transaction|details|type|transaction type|umsatztyp|tipo|typ|"
    "typ transakcji|tipus|тип|тип операции|交易类型|摘要"
)
"""Names that mean the payment method if other columns have the direction and the other party."""

NET = (
    "net|net amount|net total|amount net|netto|nettobetrag|net montant|montant net|importe neto|neto|"
    "valor liquido|"
    "importo netto|nettobedrag|kwota netto|net proceeds|payout amount|net payout|tutar net|nettobelopp"
)
"""Names of the amount after a fee."""

MESSAGES = (
    "message|sms|sms text|body|sms body|sms message|sms content|message text|message body|message content|"
    "text message|alert|notification|payment message"
)
"""Names of columns that may hold messages of banks and payment apps."""
