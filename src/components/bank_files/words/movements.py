"""Words in the text of a payment that show its direction, by language.

Only words that no bank writes of the other direction: a transfer or interest has both. A refund and a payment
received by a card are money in; what a shop writes of its own sales is not here.
"""

from __future__ import annotations

SPENT: dict[str, str] = {
    "en": "purchase|card purchase|debit card|pos purchase|pos w/d|eftpos|card payment to|contactless|"
    "direct debit|"
    "standing order|atm withdrawal|cash withdrawal|bill payment|monthly fee|account fee|maintenance fee|"
    "visa purchase|purchase authorized|debit purchase|payment to|card transaction of|interac purchase|"
    "merchant payment|check paid|paid to",
    "de": "kartenzahlung|lastschrift|folgelastschrift|dauerauftrag|dauerauftragsbelastung|barauszahlung|"
    "geldautomat|bargeldauszahlung|einkauf|kauf/dienstleistung|kontoführung|entgeltabschluss|"
    "visa debitkartenumsatz|bezahlung karte|bankomat|debitk|belastung",
    "fr": "facture carte|paiement carte|paiement par carte|paiement cb|achat cb|retrait|prelevement|"
    "prélèvement|"
    "cotisation|achat|virement emis|virement émis|frais de tenue",
    "es": "compra|compra en|pago en|pago con tarjeta|recibo|adeudo|retirada|disposicion|comision|"
    "transferencia emitida|retiro|cargo por",
    "pt": "compra|pagamento de|levantamento|saque|compra no débito|pix enviado|transferência enviada|"
    "débito direto|"
    "comissão|tarifa|boleto",
    "it": "pagamento|pagamento tramite pos|prelievo|addebito|acquisto|canone|bonifico disposto|commissione",
    "nl": "betaalautomaat|betaalpas|geldautomaat|geldopname|incasso|bancontact|aankoop|betaling met|"
    "kaartbetaling|"
    "betaling via|domiciliëring",
    "sv": "kortköp|uttag|autogiro|köp|betalning",
    "da": "dankort|visa køb|køb|hævning|betalingsservice",
    "nb": "varekjøp|visa varekjøp|avtalegiro|minibank|uttak|nettgiro|kjøp",
    "fi": "korttiosto|pkorttimaksu|käteisnosto|automaattinosto|palvelumaksu",
    "pl": "zakup|płatność kartą|wypłata z bankomatu|obciążenie|opłata|transakcja kartą|przelew wychodzący|"
    "zakup przy użyciu karty|prowizja",
    "cs": "platba kartou|nákup|výběr|inkaso|poplatek|odchozí|platba platební kartou|"
    "transakce platební kartou",
    "sk": "platba kartou|nákup|výber|inkaso|poplatok|odchádzajúca",
    "hu": "vásárlás|vásárlás kártyával|készpénzfelvétel|csoportos beszedés|kimenő|díj|jutalék",
    "ro": "plata la pos|cumparare|cumpărare|retragere|comision|plata",
    "hr": "kupnja|kupovina|podizanje gotovine|naknada|trajni nalog",
    "tr": "alışveriş|para çekme|otomatik ödeme|fatura ödeme|harcama|giden",
    "el": "αγορα|αναληψη|παγια εντολη|προμηθεια",
    "ru": "покупка|оплата|списание|снятие|выдача наличных|комиссия|перевод на карту",
    "uk": "покупка|оплата|списання|зняття|видача готівки|комісія",
    "bg": "плащане|покупка|теглене|такса",
    "lt": "pirkinys|pirkinys kortele|grynųjų išėmimas|komisinis",
    "lv": "pirkums|pirkums ar karti|komisija",
    "et": "kaardimakse|ostutehing|teenustasu",
    "id": "tarik tunai|pembelian|pembayaran|biaya adm",
    "vi": "thanh toan|rut tien",
    "ja": "引落|引き落とし|デビット|カード払い|手数料",
    "zh": "消费|刷卡|取款|快捷支付|手续费|代扣|提款",
    "ko": "체크카드|출금|결제|수수료|자동이체",
    "he": "רכישה|משיכה|הוראת קבע|עמלה",
    "ar": "شراء|سحب نقدي|رسوم",
}
RECEIVED: dict[str, str] = {
    "en": "salary|payroll|wages|wage|paycheck|payment received|refund|thank you|direct deposit|cashback|"
    "payment thank you|deposit|received from|payment from|bank giro credit|faster payments receipt|"
    "d/c from|received money|funds received|tax credit|pension|cash deposit|payment - thank you|"
    "autopay payment",
    "de": "gehalt|lohn|gutschrift|rückerstattung|erstattung|bezüge|zahlung erhalten|gutschr|"
    "lohn/gehalt|retoure",
    "fr": "salaire|virement recu|virement reçu|vir recu|vir sepa recu|virement en votre faveur|remboursement|"
    "remise cheque|paie|versement",
    "es": "nomina|nómina|abono|devolucion|devolución|transferencia recibida|sueldo|haberes|"
    "transferencia a su favor|"
    "ingreso|pago recibido|pago de nomina",
    "pt": "salario|salário|pagamento recebido|estorno|transferência recebida|pix recebido|reembolso|"
    "vencimento|"
    "remuneracao|ordenado",
    "it": "stipendio|accredito|bonifico a vostro favore|rimborso|emolumenti|pensione|bonifico ricevuto",
    "nl": "salaris|loon|storting|terugbetaling|bijschrijving|inkomende overschrijving|overschrijving van",
    "sv": "lön|insättning|återbetalning|återköp",
    "da": "løn|lønoverførsel|indbetaling|refusion",
    "nb": "lønn|innbetaling|refusjon|retur",
    "fi": "palkka|hyvitys|eläke|palautus",
    "pl": "wynagrodzenie|wpływ|przelew przychodzący|przelew zewnętrzny przychodzący|zwrot|wpłata|pensja|"
    "przelew na konto",
    "cs": "mzda|příchozí|příchozí úhrada|výplata|vrácení|vklad|příjem",
    "sk": "mzda|výplata|prijatá platba|príchodzia|vrátenie|vklad",
    "hu": "munkabér|fizetés|jóváírás|bejövő|visszatérítés",
    "ro": "salariu|incasare|încasare|rambursare|depunere",
    "hr": "plaća|uplata|povrat|mirovina",
    "sr": "plata|zarada|uplata|povraćaj",
    "tr": "maaş|iade|gelen havale|gelen eft|para yatırma",
    "el": "μισθοδοσια|μισθος|καταθεση|επιστροφη|συνταξη",
    "ru": "зарплата|зачисление|возврат|пополнение|заработная плата|пенсия",
    "uk": "зарплата|зарахування|повернення|поповнення|заробітна плата",
    "bg": "заплата|възстановяване|пенсия",
    "lt": "atlyginimas|grąžinimas|pervedimas iš",
    "lv": "alga|atmaksa",
    "et": "palk|tagastus",
    "is": "laun|endurgreiðsla",
    "id": "gaji|setoran|pengembalian",
    "vi": "luong|tra luong|hoan tien",
    "ja": "給与|給料|振込入金|返金|賞与",
    "zh": "工资|代发工资|薪資|退款|存款|薪金",
    "ko": "급여|월급|환불|입금",
    "he": "משכורת|זיכוי|החזר",
    "ar": "راتب|استرداد|إيداع",
}
CONVERTED: dict[str, str] = {
    "en": "currency conversion|currency transfer",
    "de": "währungsumrechnung|währungstausch",
    "fr": "conversion de devise|conversion de devises",
    "es": "conversión de divisa|conversión de moneda|cambio de divisa",
    "pt": "conversão de moeda|conversão de moedas|conversão cambial",
    "it": "conversione di valuta|conversione valuta",
    "nl": "valutaomrekening|valutaconversie|wisselkoersconversie",
    "sv": "valutaomvandling|valutaomräkning|valutaväxling",
    "da": "valutaomregning|valutakonvertering",
    "nb": "valutaomregning|valutakonvertering",
    "fi": "valuutan muuntaminen|valuuttamuunnos",
    "pl": "przeliczenie waluty|przeliczenie walut|przewalutowanie|konwersja waluty",
    "cs": "převod měny|směna měny",
    "ru": "конвертация валюты|конверсия валюты",
    "ja": "通貨換算|通貨の変換",
    "zh": "币种兑换|货币兑换|貨幣兌換|货币转换",
    "ko": "통화 변환|통화 환전",
}
"""Of a row that only converts the amount of another one, as PayPal has them."""
