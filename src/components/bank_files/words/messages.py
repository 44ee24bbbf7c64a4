"""Words of payment messages by language, as regular expressions; English is in messages/alert_words.py.

Sources: messages of banks and wallets of the countries, as in tests/bank_files/messages.jsonl.
"""

from __future__ import annotations

OUT = {
    "ar": "خصم|شراء|سحب|تحويل صادر|دفع|حوالة صادرة|مدفوعات",
    "cs": r"platba kartou|výběr|odchozí|zaplaceno|odeslan\w+|úhrada|zaplatili jste",
    "da": "køb|hævning|betalt|overført til",
    "de": r"bezahlt|abgebucht|lastschrift|kartenzahlung|zahlung (?:an|über|von|bei)|überwiesen|gesendet|"
    r"abhebung|abgehoben|kartenumsatz|belastet",
    "el": "αγορά|ανάληψη|χρέωση|πληρωμή|αγορα|χρεωση",
    "es": r"compra|compraste|pagaste|pago|consumo|retiro|retiraste|enviaste|has enviado|enviado|"
    r"transferiste|"
    r"recibo domiciliado|adeudo|cargo|cargado|has pagado|débito automático|debitado|transferencia enviada",
    "fa": "برداشت|خرید",
    "fi": "korttimaksu|osto|nosto|maksu|maksoit",
    "fr": r"paiement|achat|prélèvement|retrait|virement (?:émis|envoyé|effectué)|débité\w*|vous avez "
    r"(?:payé|envoyé)|carte utilisée",
    "he": "עסקה|חיוב|חויבת|משיכה|רכישה|העברת",
    "hi": "डेबिट|भुगतान|निकासी",
    "hr": r"kupnja|kupovina|plaćanje|isplata|isplaćeno|terećen\w*",
    "hu": "kártyás fizetés|vásárlás|készpénzfelvétel|terhelés|utalás|átutalás",
    "id": r"transaksi debit|transaksi|pembayaran|pembelian|tarik tunai|penarikan|transfer (?:ke|rp)|"
    r"telah dibayar|bayar|uang keluar|terpakai",
    "it": "pagamento|prelievo|acquisto|addebito|addebitat[oi]|bonifico (?:inviato|disposto|eseguito)|"
    "speso|hai inviato",
    "ja": "ご利用|引落|引き落とし|お支払|支払|出金|お引出",
    "kk": "төлем|сатып алу",
    "ko": "승인|출금|결제|이체",
    "lt": "pirkinys|mokėjimas|nurašyta",
    "nl": "betaald|betaling|gepind|pinbetaling|geldopname|afgeschreven|incasso",
    "no": "varekjøp|kjøp|uttak|betalt|belastet",
    "pl": r"płatność|transakcja|wypłata|obciążenie|zapłacono|zakup|przelew wychodzący|wysłano",
    "pt": r"compra|pagamento|pagou|saque|levantamento|(?:pix|transferência) (?:enviad[ao]|realizad[ao])|"
    r"enviou|"
    r"fez um pix|débito|transferiu",
    "ro": r"pl[aă]t[aă]|cump[aă]r[aă]tur[aă]|retragere|debitat",
    "ru": r"покупка|оплата|списан\w+|выдача|снятие|перевод на|оплачено|платёж|платеж|расход",
    "sk": "platba kartou|výber|odchádzajúca|zaplatené",
    "sr": "kupovina|isplata|plaćanje|kartica zadužena",
    "sv": "kortköp|köp|uttag|betalning|betalat|swishat",
    "sw": "umetuma|umelipa|umetoa|imetumwa|umenunua|umelipia",
    "th": "ใช้จ่าย|ถอน|ชำระ|โอนออก|โอนเงิน|จ่ายเงิน|เงินออก|หักบัญชี",
    "tr": r"alışveriş|harcama|gönderilmiştir|gönderildi|çekilmiştir|çekildi|ödenmiştir|ödendi|ödemeniz|"
    r"para çekme|tahsil edil\w+|giden",
    "uk": r"покупка|оплата|списан\w+|видача|зняття|переказ на|сплачено",
    "ur": "کٹوتی|ادائیگی",
    "vi": r"thanh to[aá]n|r[uú]t ti[eề]n|chuy[eể]n (?:ti[eề]n|kho[aả]n) (?:đ[eế]n|toi|cho)|ghi no",
    "zh": "消费|支出|转出|付款|取款|扣款|支付|消費|轉出|簽賬",
}
IN = {
    "ar": "إضافة|اضافة|إيداع|ايداع|استلام|حوالة واردة|استرداد|راتب|تحويل وارد",
    "cs": "příchozí|připsán|připsáno|vklad|vrácení",
    "da": "indsat|modtaget|indbetaling",
    "de": "gutschrift|eingang|eingegangen|gutgeschrieben|erhalten|hat (?:dir|ihnen)|geldeingang|"
    "(?:rück)?erstattung|rückerstattet",
    "el": "κατάθεση|πίστωση|πιστωση|επιστροφή",
    "es": r"abono|abonad[ao]|ingreso|recibiste|has recibido|recibid[ao]|te (?:envió|transfirió)|depósito|"
    r"devolución|"
    r"reembolso|acreditad[ao]|acreditación|reintegro",
    "fa": "واریز",
    "fi": "tulo|saapunut|hyvitys|palautus|sait",
    "fr": r"virement (?:reçu|de)|remboursement|crédité\w*|vous avez reçu|reçu de|versement|vous a envoyé",
    "he": "זיכוי|הפקדה|זוכה|קיבלת",
    "hi": "जमा|क्रेडिट",
    "hr": "uplata|povrat|uplaćeno",
    "hu": "jóváírás|beérkez\\w+|befizetés|visszatérítés",
    "id": "dana masuk|uang masuk|menerima|diterima|transfer masuk|telah masuk|pengembalian|setoran",
    "it": r"bonifico (?:ricevuto|in entrata|a (?:vostro|tuo) favore)|accredito|accreditat[oi]|"
    r"hai ricevuto|rimborso|ricevuto|stipendio",
    "ja": "入金|返金|お預入|振込まれ|受取",
    "ko": "입금|환불|승인취소|취소",
    "lt": "įplaukos|gauta|grąžinimas",
    "nl": "ontvangen|bijgeschreven|bijschrijving|terugbetaling",
    "no": "innbetaling|mottatt|satt inn|refusjon",
    "pl": r"wpływ|wpłata|otrzymano|otrzymałeś|uznanie|zwrot|przelew przychodzący",
    "pt": r"recebeu|recebid[ao]|crédito de|creditad[ao]|depósito|estorno|reembolso|te enviou|"
    r"transferência recebida",
    "ro": r"[iî]ncasare|creditat|ramburs\w+|ai primit|depunere",
    "ru": r"зачислен\w+|возврат|пополнение|поступлен\w+|поступил\w*|перевод (?:[0-9 .,]+ ?\S+ )?от|"
    r"получен перевод|"
    r"отмена покупки|внесение",
    "sk": "prijatá|pripísan[áé]|vklad",
    "sr": "uplata|priliv|povraćaj",
    "sv": "insättning|mottagit|återbetalning|fått",
    "sw": "umepokea|imeingia|umewekewa",
    "th": "เงินเข้า|รับโอน|ฝากเงิน|คืนเงิน|รับเงิน",
    "tr": r"yatırılmıştır|yatırıldı|gelen|iade|yatan|geldi|alacak|hesabınıza aktarıl\w+",
    "uk": r"зарахуван\w+|повернення|поповнення|надходження",
    "ur": "جمع",
    "vi": r"nh[aậ]n (?:đ[uư][oợ]c|ti[eề]n|duoc)|ho[aà]n ti[eề]n|ghi co",
    "zh": "收入|存入|转入|入账|到账|退款|汇入|轉入|存款|收款",
}
CODE = {
    "ar": "رمز (?:التحقق|الدخول|التفعيل|المرور)|كود|كلمة المرور|الرمز السري",
    "cs": r"(?:sms|autorizační|ověřovací|potvrzovací)\b.{0,12} kód",
    "de": r"(?:sms-?|push-?)tan\b|\btan\b.{0,80}\b(?:lautet|ist|:) ?[0-9]{4,8}\b|sicherheitscode|"
    r"bestätigungscode|freigabecode|einmal(?:code|passwort)|\bcode\b.{0,20}\b[0-9]{4,8}",
    "es": r"código (?:de|para|es|otp)\b|codigo (?:de|para|es)|clave dinámica|\btoken\b.{0,8}[0-9]{4,8}|otp",
    "fr": r"code (?:de|à|pour|sms)\b.{0,30}|mot de passe à usage unique",
    "he": "קוד (?:אימות|חד)",
    "hu": "biztonsági kód|megerősítő kód|jelszó",
    "id": "kode (?:otp|verifikasi|rahasia)",
    "it": r"codice (?:otp|di|per|sms)|\botp\b",
    "ja": "認証コード|認証番号|確認コード|ワンタイム",
    "ko": "인증번호|인증 번호|일회용",
    "nl": r"(?:verificatie|bevestigings|beveiligings)code|\bcode is [0-9]{4,8}|tancode",
    "pl": r"\bkod\b|hasło (?:sms|jednorazowe)|smskod",
    "pt": r"código de (?:verificação|segurança|acesso|confirmação|validação)|código é|token de|código sms",
    "ro": r"codul? (?:de|otp|unic|este)|parola",
    "ru": r"\bкод\b|\bпароль\b|\bкода\b",
    "sv": r"(?:engångs|säkerhets|verifierings)kod",
    "th": "รหัส ?otp|รหัส",
    "tr": r"şifre(?:niz|si)?\b|doğrulama kodu|onay kodu|tek kullanımlık",
    "uk": r"\bкод\b|\bпароль\b",
    "vi": r"m[aã] (?:otp|x[aá]c)",
    "zh": "验证码|驗證碼|动态密码|校验码",
}
FAILED = {
    "ar": "فشل|رفض|مرفوض|لم تتم|غير كاف|تعذر",
    "cs": r"zamítnut\w*|nebyla provedena|neproběhla|nedostatek",
    "de": r"abgelehnt|nicht (?:ausgeführt|durchgeführt|möglich|genehmigt)|fehlgeschlagen|nicht gedeckt",
    "es": r"denegad[ao]|rechazad[ao]|no (?:fue|pudo|se pudo|ha sido)|insuficiente|fallid[ao]",
    "fr": r"refusé\w*|rejeté\w*|a échoué|n'a pas|insuffisant",
    "id": "gagal|ditolak|tidak cukup|tidak berhasil",
    "it": r"rifiutat\w*|negat[ao]|non (?:è|e'|autorizzat)|insufficiente|fallit[ao]",
    "ja": "ご利用いただけません|失敗|承認されません|できません",
    "ko": "거절|실패|잔액부족|한도초과",
    "nl": "geweigerd|mislukt|niet gelukt|onvoldoende saldo",
    "pl": r"odrzucon\w*|odmowa|nieudan\w*|brak środków",
    "pt": r"recusad[ao]|n[aã]o (?:foi )?(?:aprovad|autorizad|realizad)|negad[ao]|insuficiente|falhou",
    "ro": r"respins\w*|refuzat\w*|insuficient\w*|eșuat\w*",
    "ru": r"отказ\w*|отклон\w+|недостаточно|не (?:выполнен|прош|удалось)\w*",
    "sv": "nekad|nekades|avvisad|misslyckades|medges ej",
    "sw": "imeshindikana|hauna salio|halitoshi",
    "th": "ไม่สำเร็จ|ถูกปฏิเสธ|ไม่เพียงพอ",
    "tr": r"reddedil\w+|başarısız|yetersiz|gerçekleştirilemedi|onaylanmamıştır|yapılamadı",
    "uk": r"відмов\w*|відхилен\w*|недостатньо",
    "vi": r"kh[oô]ng th[aà]nh c[oô]ng|th[aấ]t b[aạ]i|t[uừ] ch[oố]i|kh[oô]ng đ[uủ]",
    "zh": "失败|余额不足|拒绝|未成功|失敗|餘額不足",
}
LATER = {
    "ar": "تاريخ الاستحقاق|مستحق|سيتم خصم|سوف يتم|الحد الأدنى للسداد|كشف حساب",
    "cs": r"splatnost\w*|bude (?:stržen|odeslán|provedena)|výpis",
    "de": r"fällig\w*|wird (?:am [0-9.]+ )?(?:.{0,30})abgebucht|wird .{0,30}eingezogen|abrechnung|"
    r"zahlungserinnerung|vorgemerkt|fordert|hat .{0,30}angefordert|kontoauszug",
    "es": r"vence|vencimiento|se cargará|será (?:cargado|debitado)|se debitará|pago mínimo|pago minimo|"
    r"fecha límite|resumen de (?:tu )?tarjeta|te (?:pide|solicita)|programad[ao]|estado de cuenta|solicita",
    "fr": r"sera (?:débité|prélevé)\w*|seront (?:débités|prélevés)|échéance|à échoir|relevé (?:de compte|"
    r"est)|"
    r"vous demande|à venir",
    "he": "ייגבה|לתשלום עד|יחויב",
    "hu": r"esedékes\w*|számlakivonat|fizetési határidő",
    "id": "jatuh tempo|tagihan|akan (?:didebet|dipotong)|minimum pembayaran",
    "it": r"scadenza|scade|verrà addebitat\w*|sarà addebitat\w*|estratto conto|ti ha richiesto|in scadenza",
    "ja": "ご請求|お支払期限|引落予定|お支払い予定|引き落とし予定",
    "ko": "결제예정|청구|납부|결제일|출금예정",
    "nl": r"wordt (?:op .{0,20})?(?:afgeschreven|geïncasseerd)|vervalt|betaalverzoek|te betalen",
    "pl": r"termin płatności|zostanie (?:pobran|obciążon)\w*|do zapłaty|wyciąg|prosi o|zaplanowan\w*|"
    r"minimalna",
    "pt": r"vencimento|vence|será (?:debitad|cobrad)[ao]|fatura\b.{0,40}(?:fechou|fechada|disponível)|"
    r"pagamento mínimo|agendad[ao]|está pedindo|solicitou|extrato",
    "ro": r"scadent\w*|scadenț\w*|va fi debitat\w*|extras",
    "ru": r"будет списан\w*|спишем|оплатите до|срок оплаты|минимальный платеж|минимальный платёж|"
    r"задолженность|"
    r"выписка|запрашивает|предстоящ\w+|ежемесячный платеж",
    "sv": r"förfaller|förfallodag|dras den|kommer att dras|faktura\b.{0,20}(?:klar|att betala)|begär",
    "th": "ครบกำหนด|ยอดเรียกเก็บ|กำหนดชำระ|ใบแจ้งยอด|ขั้นต่ำ",
    "tr": r"son ödeme|dönem borcu|asgari ödeme|ekstre\w*|tahsil edilecek|çekilecek\w*|talep etti|"
    r"ödemeniz gereken",
    "uk": r"буде списан\w*|сплатіть до|термін оплати|мінімальний платіж|заборгованість|виписка",
    "vi": r"d[uư] n[oợ]|đ[eế]n h[aạ]n|den han|sao k[eê]|thanh to[aá]n t[oố]i thi[eể]u|toi thieu",
    "zh": "到期|应还|最低还款|账单|帳單|将扣款|还款日|待还",
}
OFFER = {
    "ar": "تمويل|اربح|خصم يصل|قدم الآن|عرض خاص|استرداد نقدي يصل",
    "cs": "sjednejte|nabídka|půjčk[au] až|získejte|soutěž",
    "de": r"jetzt (?:sichern|beantragen|abschließen|bestellen|mitmachen)|angebot|gewinnspiel|rabatt|"
    r"gewinnen",
    "es": r"préstamo|prestamo|pre-?aprobad[ao]|aprovecha|solicit(?:a|e) (?:ya|ahora|hoy)|promoción|"
    r"descuento|sorteo|"
    r"gana\b|hasta [0-9]+ ?(?:cuotas|meses|%)",
    "fr": r"profitez|offre|cliquez|remise|prêt (?:auto|perso|immo|jusqu)|gagnez|souscri\w+|jusqu.à -?[0-9]",
    "hu": "akció|igényelje|nyerjen|kölcsön",
    "id": "promo|diskon|nikmati|ajukan|pinjaman|menangkan|hadiah|cashback hingga",
    "it": r"approfitta|offerta|prestito|sconto|vinci|richiedi (?:ora|subito)|promozione",
    "ja": "キャンペーン|プレゼント|お申込|当たる|最大",
    "ko": "이벤트|혜택|대출|광고|할인",
    "nl": "aanbieding|korting|profiteer|win |lening",
    "pl": r"promocj\w+|sprawdź ofertę|oferta|pożyczk\w+|kredyt gotówkowy|odbierz|zyskaj|rabat|konkurs",
    "pt": r"empréstimo|pré-aprovad[ao]|aproveite|contrate|simule|oferta|ganhe|sorteio|desconto|promoção",
    "ro": r"ofert[aă]|credit de nevoi|câștig\w+|reducere|aplic[aă] acum",
    "ru": r"оформите|кредит\w* (?:до|на)|предложение|скидк\w+|кешбэк до|кэшбэк до|акци[яи]|выиграйте|"
    r"получите|одобрен\w*",
    "sv": "erbjudande|ansök|rabatt|vinn",
    "sw": "shinda|kopa|ofa|piga \\*",
    "th": "โปรโมชั่น|ส่วนลด|สมัคร|สินเชื่อ|รับสิทธิ์|ลุ้น",
    "tr": r"kredi(?:si|niz)?\b.{0,40}(?:başvur|sizi bekl|hemen)|hemen başvur\w*|kampanya|indirim|fırsat|"
    r"kazan\w+|varan",
    "uk": r"оформіть|кредит\w* до|пропозиці\w+|знижк\w+|кешбек до|виграйте|отримайте",
    "vi": r"khuy[eế]n m[aạ]i|[uư]u đ[aã]i|uu dai|gi[aả]m gi[aá]|vay|tr[uú]ng th[uư][oở]ng",
    "zh": "优惠|贷款|抽奖|活动|分期|领取|最高|優惠|貸款",
}
BALANCE = (
    r"saldo\w*|solde|salio|sold|disponible|disponibile|disponível|disponivel|disponibel\w*|disponibili|"
    r"kontostand|verfügbar\w*|guthaben|bakiye\w*|kullanılabilir|limit\w*|límite|plafond|зал|баланс|"
    r"доступно|доступний|"
    r"остаток|залишок|лимит|ліміт|zůstatek|zostatok|środki|dostępne|egyenleg\w*|υπόλοιπο|υπολοιπο|"
    r"beloppet|belopp|tilgjengelig|"
    r"доступен|so du|số dư|sd|baki|sisa|stanje|raspoloživo|likutis|atlikums|jääk|наличност|салдо"
)
"""Right before an amount that is a balance or a limit; with spaces between words."""
BALANCE_UNSPACED = (
    "رصيد|الرصيد|المتاح|المتبقي|الحد|余额|餘額|可用|残高|利用可能|잔액|누적|한도|คงเหลือ|ยอดเงิน|วงเงิน|"
    "ที่ใช้ได้|יתרה|مانده"
)
AMOUNT = (
    r"amount|amt|сумма|сума|kwot[aęy]|kwotę|monto|importe|import|valor|montant|betrag|bedrag|importo|"
    r"tutar\w*|jumlah|nominal|"
    r"số tiền|so tien|částka|suma|sumă|összeg|ποσό|beløb|summa|iznos|gd"
)
AMOUNT_UNSPACED = "مبلغ|بمبلغ|المبلغ|ご利用金額|金額|金额|จำนวน|금액|סכום|בסך"
FEE = (
    r"fees?|charges?|cost|tax|vat|commission|comisión|comision|комиссия|комісія|opłata|ücreti?|frais|"
    r"gebühr|"
    r"tip|biaya|phi|phí|taxa|tarifa|admin|ada|levy|excise duty|interest|cashback|points|iof"
)
REACH = (
    r"up ?to|above|over|below|beyond|exceed\w*|more than|less than|at least|minimum|maximum|max|min|"
    r"within|upto|win|save|"
    r"hasta|até|jusqu'?à|dès|bis zu|ab|fino a|до|від|от|od|do|desde|even|from just|starting|under|hingga|"
    r"s/d|تصل إلى|"
    r"يصل إلى|حتى"
)
"""Right before an amount that is a bound."""

UNSPACED = frozenset("ar fa he ja ko th ur zh".split())
"""Languages whose words join others without a space."""
