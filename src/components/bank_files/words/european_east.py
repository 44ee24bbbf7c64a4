"""Words of statements in the languages of eastern Europe, the Balkans and the Baltic states."""

from __future__ import annotations

from src.components.bank_files.words.language import Language

EASTERN: dict[str, Language] = {
    "hu": Language(
        currencies="HUF|EUR",
        date="datum|tranzakcio datuma|konyveles datuma|tranzakcio napja|konyveles napja|tranzakcio idopontja|"
        "tranzakcio datum",
        value_date="erteknap|ertekdatum|ertek napja",
        description="kozlemeny|megjegyzes|leiras|tranzakcio leirasa|narrativa|tranzakcio tipusa leiras",
        amount="osszeg|tranzakcio osszege|terheles joovairas osszege",
        out="terhelés|terhelések|kiadás|kiadások|kimenő|tartozik|kifizetés|t",
        in_="jóváírás|jóváírások|bevétel|bevételek|bejövő|követel|befizetés|j",
        balance="egyenleg|konyvelt egyenleg",
        party="partner neve|partner|kedvezmenyezett|ellenoldali nev|kedvezmenyezett neve|"
        "partner elnevezese|ellenoldal neve",
        currency="devizanem|penznem|deviza",
        type="t j|terheles jovairas|irany|bejovo kimeno|tipus",
        status="allapot|statusz",
        pending="függőben|függő|zárolt|foglalt|elutasítva|elutasított|visszavont|törölt|sikertelen|"
        "feldolgozás alatt",
        settled="könyvelt|könyvelve|teljesült|teljesített|sikeres|végrehajtva",
        balance_rows="nyitó egyenleg|záró egyenleg|nyitóegyenleg|záróegyenleg",
    ),
    "ro": Language(
        currencies="RON|EUR|MDL",
        date="data|data tranzactiei|data tranzactie|data operatiunii|data procesarii|data inregistrarii|"
        "data finalizarii",
        value_date="data valutei|data valuta",
        description="descriere|detalii tranzactie|detalii|explicatii|descriere tranzactie|"
        "detaliile tranzactiei|descrierea tranzactiei",
        amount="suma|valoare|suma tranzactiei|valoare tranzactie",
        out="debit|retragere|retrageri|plati|cheltuieli|cheltuială|ieșire|iesiri|debitare",
        in_="credit|depunere|depuneri|incasari|încasări|venit|venituri|intrare|intrari|creditare",
        balance="sold|sold contabil|sold final dupa tranzactie|sold disponibil",
        party="beneficiar|ordonator|nume ordonator beneficiar|beneficiar ordonator|partener|"
        "nume beneficiar ordonator|contrapartida",
        currency="moneda|valuta",
        type="tip|sens|debit credit|tip tranzactie",
        status="stare|status",
        pending="în așteptare|in asteptare|în curs|in curs|respinsă|respins|anulată|anulat|refuzată|blocată|"
        "în procesare|suspendată",
        settled="finalizată|finalizat|procesată|procesat|executată|executat|efectuată|decontată|acceptată",
        balance_rows="sold inițial|sold initial|sold final|rulaj|rulaj zi|sold final zi|total rulaje|"
        "sold precedent",
    ),
    "hr": Language(
        currencies="EUR|BAM",
        date="datum|datum izvrsenja|datum knjizenja|datum transakcije|datum uplate isplate|datum placanja",
        value_date="datum valute",
        description="opis|opis placanja|opis transakcije|svrha|namjena|detalji",
        amount="iznos|iznos transakcije",
        out="isplata|isplate|terećenje|terecenje|duguje|dugovni|rashod|rashodi|odljev|zaduženje|zaduzenje",
        in_="uplata|uplate|odobrenje|potražuje|potrazuje|potražni|prihod|prihodi|priljev",
        balance="stanje|saldo|raspolozivo stanje",
        party="primatelj|platitelj|primatelj platitelj|naziv primatelja|naziv|platitelj primatelj",
        currency="valuta",
        type="vrsta|smjer|tip",
        status="status",
        pending="na čekanju|u obradi|rezervirano|rezervacija|odbijeno|odbijena|poništeno|otkazano|"
        "nije proknjiženo|"
        "u tijeku",
        settled="izvršeno|izvršena|proknjiženo|knjiženo|realizirano|zavrseno|završeno",
        balance_rows="početno stanje|završno stanje|prethodno stanje|konačno stanje|novo stanje",
    ),
    "sl": Language(
        currencies="EUR",
        date="datum|datum knjizenja|datum placila|datum transakcije|datum poravnave",
        value_date="datum valute|datum valutacije",
        description="namen|opis|namen placila|opis prometa|opis transakcije",
        amount="znesek|znesek transakcije",
        out="breme|odliv|odlivi|v breme|bremenitev|bremenitve|odhodek|izplačilo",
        in_="dobro|priliv|prilivi|v dobro|dobropis|odobritev|prihodek|polog",
        balance="stanje|saldo|novo stanje",
        party="udelezenec|prejemnik|placnik|prejemnik placnik|naziv|udelezenec naziv",
        currency="valuta",
        type="vrsta|tip prometa",
        status="status|stanje placila",
        pending="v obdelavi|čaka|čakajoče|rezervirano|rezervacija|zavrnjeno|zavrnjena|preklicano|neizvršeno",
        settled="izvršeno|izvršena|knjiženo|poravnano|plačano|realizirano",
        balance_rows="začetno stanje|končno stanje|predhodno stanje",
    ),
    "sr": Language(
        currencies="RSD|BAM|EUR",
        date="datum|datum knjizenja|datum transakcije|датум|датум књижења|datum realizacije",
        value_date="datum valute|датум валуте",
        description="opis|svrha|svrha placanja|опис|сврха|сврха плаћања|opis transakcije",
        amount="iznos|износ",
        out="isplata|isplate|zaduženje|zaduzenje|duguje|na teret|исплата|задужење|дугује|на терет|odliv",
        in_="uplata|uplate|odobrenje|potražuje|potrazuje|u korist|уплата|одобрење|потражује|у корист|priliv",
        balance="stanje|saldo|стање|салдо",
        party="primalac|platilac|nalogodavac|primalac platilac|прималац|платилац|naziv partnera",
        currency="valuta|валута",
        type="vrsta|tip|smer",
        status="status|статус",
        pending="na čekanju|u obradi|rezervisano|rezervacija|odbijeno|odbijena|stornirano|otkazano|на чекању|"
        "у обради|резервисано|одбијено|stornirana",
        settled="izvršeno|izvršena|proknjiženo|realizovano|realizovana|извршено|прокњижено|реализовано",
        balance_rows="početno stanje|krajnje stanje|prethodno stanje|novo stanje|почетно стање|крајње стање|"
        "претходно стање|ново стање",
    ),
    "bg": Language(
        currencies="EUR|BGN",
        date="дата|дата на операция|дата на транзакция|дата на осчетоводяване|дата на плащане",
        value_date="вальор|дата на вальор",
        description="основание|описание|основание за плащане|пояснение|детайли|описание на операцията|"
        "още пояснения",
        amount="сума|сума на операцията|размер",
        out="дебит|разход|разходи|изходящ|изходящо|теглене|дт",
        in_="кредит|приход|приходи|входящ|входящо|внасяне|кт",
        balance="салдо|баланс|наличност|крайно салдо след операция",
        party="контрагент|наредител получател|получател|наредител|получател наредител|"
        "име на контрагент|титуляр на контрагента",
        currency="валута",
        type="вид|дт кт|тип|дебит кредит",
        status="статус|състояние",
        pending="чакащ|чакаща|чакащо|в изчакване|блокирана|блокирано|отказан|отказана|отказано|анулиран|"
        "анулирана|"
        "неосчетоводена|в обработка|резервирана",
        settled="осчетоводен|осчетоводена|осчетоводено|изпълнен|изпълнена|изпълнено|приключен|завършена",
        balance_rows="начално салдо|крайно салдо|начален баланс|краен баланс",
    ),
    "mk": Language(
        currencies="MKD",
        date="датум|датум на трансакција|датум на книжење",
        value_date="датум на валута",
        description="опис|цел на дознака|опис на трансакција|намена",
        amount="износ",
        out="должи|задолжување|исплата|одлив|расход",
        in_="побарува|одобрување|уплата|прилив|приход",
        balance="салдо|состојба",
        party="налогодавач примач|примач|налогодавач|комитент",
        currency="валута",
        pending="во обработка|резервирано|одбиено|откажано|сторнирано",
        settled="извршено|реализирано|книжено",
        balance_rows="почетна состојба|крајна состојба|почетно салдо|крајно салдо",
    ),
    "sq": Language(
        currencies="ALL|EUR",
        date="data|data e transaksionit|data e veprimit|data e postimit",
        value_date="data e valutës|data valutë",
        description="përshkrimi|pershkrimi|arsyeja|detajet",
        amount="shuma|vlera",
        out="debi|debit|tërheqje|dalje|shpenzim|shpenzime",
        in_="kredi|kredit|depozitim|hyrje|të ardhura",
        balance="gjendja|balanca|bilanci",
        party="përfituesi|urdhëruesi|përfituesi urdhëruesi",
        currency="monedha",
        pending="në pritje|e bllokuar|refuzuar|anuluar|në proces",
        settled="e kryer|përfunduar|ekzekutuar|postuar",
        balance_rows="gjendja fillestare|gjendja përfundimtare|gjendja në fillim|gjendja në fund",
    ),
    "el": Language(
        currencies="EUR",
        date="ημερομηνια|ημ νια|ημερομηνια συναλλαγης|ημερομηνια κινησης|ημερομηνια εγγραφης|"
        "ημ νια συναλλαγης",
        value_date="valeur|ημερομηνια valeur|τοκοφορος ημερομηνια",
        description="περιγραφη|αιτιολογια|περιγραφη συναλλαγης|σχολια|λεπτομερειες",
        amount="ποσο|ποσο συναλλαγης|ποσο κινησης",
        out="χρέωση|χρεωση|χρεώσεις|ανάληψη|αναληψη|έξοδα|εξερχόμενη|χ",
        in_="πίστωση|πιστωση|πιστώσεις|κατάθεση|καταθεση|έσοδα|εισερχόμενη|π",
        balance="υπολοιπο|προοδευτικο υπολοιπο|λογιστικο υπολοιπο|νεο υπολοιπο",
        party="δικαιουχος|αποστολεας|ονομα αντισυμβαλλομενου|αντισυμβαλλομενος|εμπορος",
        currency="νομισμα",
        type="χρεωση πιστωση|τυπος|ειδος|πιστωση χρεωση|χρεωπιστωση",
        status="κατασταση",
        pending="εκκρεμεί|σε εκκρεμότητα|εκκρεμής|δεσμευμένο|δέσμευση|απορρίφθηκε|ακυρώθηκε|σε επεξεργασία|"
        "απέτυχε",
        settled="ολοκληρώθηκε|εκτελέστηκε|καταχωρήθηκε|ολοκληρωμένη|εκτελεσμένη",
        balance_rows="προηγούμενο υπόλοιπο|νέο υπόλοιπο|αρχικό υπόλοιπο|τελικό υπόλοιπο|εκ μεταφοράς|"
        "σε μεταφορά",
    ),
    "tr": Language(
        currencies="TRY",
        date="tarih|islem tarihi|tarih saat|muhasebe tarihi|hareket tarihi|kayit tarihi",
        value_date="valor|valor tarihi",
        description="aciklama|islem aciklamasi|detay|islem|islem detayi|aciklamalar",
        amount="tutar|islem tutari|miktar|islem tutari tl|tutar tl|meblag",
        out="borç|borc|çekilen|giden|gider|çıkış|ödeme|harcama|para çıkışı|borç tutarı|çekiş|b",
        in_="alacak|yatan|gelen|gelir|giriş|yatırılan|para girişi|alacak tutarı|yatırma|a",
        balance="bakiye|hesap bakiyesi|son bakiye|kalan bakiye",
        party="alici|gonderen|alici gonderen|karsi hesap|karsi taraf|gonderici alici|uye isyeri",
        currency="doviz|para birimi|doviz cinsi|doviz kodu",
        type="b a|borc alacak|yon|tip|islem yonu",
        status="durum|islem durumu",
        pending="beklemede|bekleyen|bekliyor|provizyon|provizyonda|bloke|iptal|iptal edildi|reddedildi|"
        "işlemde|"
        "başarısız|onay bekliyor",
        settled="gerçekleşti|tamamlandı|başarılı|kesinleşti|onaylandı|işlendi",
        balance_rows="açılış bakiyesi|kapanış bakiyesi|devir|devreden bakiye|önceki bakiye|toplam borç|"
        "toplam alacak",
    ),
    "ru": Language(
        currencies="RUB|BYN|KZT|UZS|KGS",
        date="дата|дата операции|дата проводки|дата транзакции|дата и время операции|дата обработки",
        value_date="дата валютирования|дата списания",
        description="описание|описание операции|назначение платежа|назначение|детали операции|комментарий|"
        "содержание операции|основание|детали",
        amount="сумма|сумма операции|сумма платежа|сумма в валюте счета|сумма в валюте карты|"
        "сумма транзакции",
        out="расход|расходы|списание|списания|дебет|исходящий|исходящая|снятие|дт|дебетовый оборот|выдано",
        in_="приход|поступление|поступления|зачисление|зачисления|кредит|входящий|входящая|пополнение|доход|"
        "доходы|кт|кредитовый оборот|внесено",
        balance="остаток|баланс|остаток на счете|сальдо|остаток средств|остаток после операции",
        party="контрагент|получатель|плательщик|отправитель получатель|наименование контрагента|"
        "получатель плательщик|корреспондент",
        currency="валюта|валюта счета|валюта операции",
        type="тип|вид|дт кт|дебет кредит|вид операции",
        status="статус|состояние|статус операции",
        pending="в обработке|ожидает|ожидание|холд|авторизация|отклонен|отклонена|отклонено|отменен|отменена|"
        "отменено|отказ|неуспешно|заблокировано|не исполнен|резерв|зарезервировано|в ожидании|ошибка",
        settled="выполнен|выполнена|выполнено|исполнен|исполнена|исполнено|проведен|проведена|проведено|"
        "успешно|"
        "завершен|завершена|завершено|обработано",
        balance_rows="входящий остаток|исходящий остаток|остаток на начало|остаток на конец|баланс на начало "
        "периода|баланс на конец периода|обороты за период|итого|всего",
    ),
    "uk": Language(
        currencies="UAH",
        date="дата|дата операції|дата транзакції|дата і час операції|дата проведення",
        value_date="дата валютування",
        description="опис|опис операції|деталі операції|призначення платежу|призначення|коментар",
        amount="сума|сума операції|сума платежу|сума в валюті картки|сума в валюті рахунку",
        out="видаток|видатки|витрата|витрати|списання|дебет|вихідний|зняття|дт",
        in_="надходження|зарахування|кредит|вхідний|поповнення|дохід|доходи|прихід|кт",
        balance="залишок|баланс|залишок після операції|сальдо|залишок на кінець періоду",
        party="контрагент|отримувач|платник|найменування контрагента|кореспондент",
        currency="валюта|валюта картки|валюта рахунку",
        type="тип|вид|дт кт|тип операції",
        status="статус|стан",
        pending="в обробці|очікує|очікується|холд|відхилено|відхилена|скасовано|скасована|заблоковано|"
        "помилка|"
        "відмовлено|в очікуванні",
        settled="виконано|виконана|проведено|проведена|успішно|завершено|зараховано",
        balance_rows="вхідний залишок|вихідний залишок|залишок на початок|залишок на кінець|разом|усього",
    ),
    "lt": Language(
        currencies="EUR",
        date="data|operacijos data|mokejimo data|operacijos atlikimo data|irasymo data|data ir laikas",
        value_date="valiutavimo data|lesu nurasymo data",
        description="paskirtis|paaiskinimai|mokejimo paskirtis|aprasymas|operacijos aprasymas|paaiskinimas",
        amount="suma|suma eur|operacijos suma|suma saskaitos valiuta",
        out="debetas|nurašyta|nurašymai|išlaidos|išmokėta|debitas|išmokėjimai",
        in_="kreditas|įskaityta|įskaitymai|pajamos|įplaukos|gauta",
        balance="likutis|saskaitos likutis|balansas",
        party="gavejas|moketojas|gavejas moketojas|moketojas gavejas|moketojo gavejo pavadinimas|"
        "kita salis|moketojo arba gavejo pavadinimas|partneris",
        currency="valiuta",
        type="d k|debetas kreditas|tipas|debeto kredito pozymis",
        status="busena|statusas",
        pending="laukiama|laukiantis|rezervuota|rezervacija|atmesta|atmestas|atšaukta|atšauktas|vykdoma|"
        "neįvykdyta",
        settled="įvykdyta|įvykdytas|atlikta|užbaigta|įskaityta",
        balance_rows="likutis pradžiai|likutis pabaigai|pradinis likutis|galutinis likutis|apyvarta|likutis",
    ),
    "lv": Language(
        currencies="EUR",
        date="datums|darijuma datums|maksajuma datums|gramatojuma datums|apstrades datums",
        value_date="valutesanas datums",
        description="maksajuma informacija|apraksts|maksajuma merkis|darijuma apraksts|informacija|detalas|"
        "informacija sanemejam",
        amount="summa|summa konta valuta|darijuma summa",
        out="debets|debets summa|izdevumi|izejošs|izejošais|norakstīts|izmaksa",
        in_="kredīts|kredits|ienākumi|ienākošs|ienākošais|ieskaitīts|iemaksa",
        balance="atlikums|konta atlikums|bilance",
        party="sanemejs maksatajs|sanemejs|maksatajs|maksatajs sanemejs|partneris|partnera nosaukums",
        currency="valuta",
        type="d k|debets kredits|veids",
        status="statuss|stavoklis",
        pending="gaida|apstrādē|rezervēts|rezervācija|noraidīts|atcelts|neizpildīts",
        settled="izpildīts|apstrādāts|pabeigts|iegrāmatots",
        balance_rows="sākuma atlikums|beigu atlikums|apgrozījums|sākuma bilance|beigu bilance",
    ),
    "et": Language(
        currencies="EUR",
        date="kuupaev|tehingu kuupaev|makse kuupaev|kande kuupaev",
        value_date="vaartuspaev|valuteerimise kuupaev",
        description="selgitus|kirjeldus|makse selgitus|tehingu kirjeldus",
        amount="summa|tehingu summa|summa eur",
        out="deebet|väljaminek|väljaminekud|kulu|kulud|väljamakse",
        in_="kreedit|laekumine|laekumised|tulu|tulud|sissetulek|sissemakse",
        balance="saldo|jaak|konto jaak",
        party="saaja maksja nimi|saaja maksja|saaja nimi|maksja nimi|saaja|maksja saaja|vastaspool",
        currency="valuuta",
        type="deebet kreedit|deebet kreedit d c|d c|tuup|liik",
        status="staatus|olek",
        pending="ootel|broneeritud|broneering|tagasi lükatud|tühistatud|töötlemisel",
        settled="täidetud|teostatud|lõpetatud|makstud",
        balance_rows="algsaldo|lõppsaldo|lõppjääk|algjääk|käive|alg saldo|lopp saldo",
    ),
}
