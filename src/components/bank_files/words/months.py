"""Names of months in many languages, from the Unicode CLDR 46 (by Babel 2.18)."""

from __future__ import annotations

MONTHS = {
    "en": (
        "january jan, february feb, march, april, may, june jun, july jul, august aug, september sep, "
        "october oct, november nov, december dec"
    ),
    "de": ("januar, februar, märz mär, -, mai, juni, juli, -, sept, oktober, -, dezember dez"),
    "de_AT": ("jänner jän, feber, mrz, -, -, -, -, -, -, -, -, -"),
    "fr": (
        "janvier janv, février févr, mars, avril avr, -, juin, juillet juil, août aou aout, septembre, "
        "octobre, novembre, décembre déc"
    ),
    "es": (
        "enero ene, febrero, marzo, abril abr, mayo, junio, julio, agosto ago, septiembre, octubre, "
        "noviembre, diciembre dic"
    ),
    "pt": (
        "janeiro, fevereiro, março, -, maio, junho, julho, -, setembro set, outubro out, novembro, dezembro"
    ),
    "it": (
        "gennaio gen, febbraio, -, aprile, maggio mag, giugno giu, luglio lug, -, settembre, ottobre "
        "ott, -, dicembre"
    ),
    "nl": ("januari, februari, maart mrt, -, mei, -, -, augustus, -, -, -, -"),
    "ca": ("gener, febrer febr, març, -, maig, juny, juliol, agost, setembre, -, -, desembre des"),
    "pl": (
        "stycznia sty styczeń, lutego lut luty, marca marzec, kwietnia kwi kwiecień, maja maj, "
        "czerwca cze czerwiec, lipca lip lipiec, sierpnia sie sierpień, września wrz wrzesień, "
        "października paź październik, listopada lis listopad, grudnia gru grudzień"
    ),
    "cs": (
        "ledna led leden, února úno únor, března bře březen, dubna dub duben, května kvě květen, "
        "června čvn červen, července čvc červenec, srpna srp srpen, září zář, října říj říjen, "
        "listopadu, prosince pro prosinec"
    ),
    "sk": (
        "januára január, februára február, marec, apríla apríl, mája máj, júna jún, júla júl, "
        "augusta, septembra, októbra október, novembra, decembra"
    ),
    "hu": ("-, -, március márc, április ápr, május, június, július, augusztus, szeptember szept, -, -, -"),
    "ro": (
        "ianuarie ian, februarie, martie, aprilie, -, iunie iun, iulie iul, -, septembrie, octombrie, "
        "noiembrie, decembrie"
    ),
    "bg": (
        "януари яну, февруари фев, март, април апр, май, юни, юли, август авг, септември сеп, "
        "октомври окт, ноември ное, декември дек"
    ),
    "hr": (
        "siječnja sij siječanj, veljače velj veljača, ožujka ožu ožujak, travnja tra travanj, svibnja "
        "svi svibanj, lipnja lipanj, srpnja srpanj, kolovoza kol kolovoz, rujna ruj rujan, -, "
        "studenoga stu studeni, prosinca prosinac"
    ),
    "sr_Latn": ("-, -, mart, -, -, -, -, avgust avg, septembar, oktobar, novembar, decembar"),
    "sr": (
        "јануар јан, фебруар феб, мар, -, мај, јун, јул, -, септембар, октобар, новембар нов, децембар дец"
    ),
    "sl": ("-, -, -, -, -, junij, julij, -, -, -, -, -"),
    "lt": (
        "sausio saus sausis, vasario vas vasaris, kovo kov kovas, balandžio bal balandis, gegužės geg "
        "gegužė, birželio birž birželis, liepos liep liepa, rugpjūčio rugp rugpjūtis, rugsėjo rugs "
        "rugsėjis, spalio spal spalis, lapkričio lapkr lapkritis, gruodžio gruod gruodis"
    ),
    "lv": (
        "janvāris, februāris, marts, aprīlis, maijs, jūnijs jūn, jūlijs jūl, augusts, septembris, "
        "oktobris, novembris, decembris"
    ),
    "et": ("jaanuar jaan, veebruar veebr, märts, aprill, -, juuni, juuli, -, -, oktoober, -, detsember dets"),
    "fi": (
        "tammikuuta tammi tammikuu, helmikuuta helmi helmikuu, maaliskuuta maalis maaliskuu, "
        "huhtikuuta huhti huhtikuu, toukokuuta touko toukokuu, kesäkuuta kesä kesäkuu, heinäkuuta "
        "heinä heinäkuu, elokuuta elo elokuu, syyskuuta syys syyskuu, lokakuuta loka lokakuu, "
        "marraskuuta marras marraskuu, joulukuuta joulu joulukuu"
    ),
    "sv": ("-, -, -, -, -, -, -, augusti, -, -, -, -"),
    "nb": ("-, -, -, -, -, -, -, -, -, -, -, desember"),
    "is": ("janúar, febrúar, -, -, maí, júní, júlí, ágúst ágú, -, -, nóvember nóv, -"),
    "el": (
        "ιανουαρίου ιαν ιανουάριος, φεβρουαρίου φεβ φεβρουάριος, μαρτίου μαρ μάρτιος μάρ, απριλίου "
        "απρ απρίλιος, μαΐου μαΐ μάιος μάι, ιουνίου ιουν ιούνιος ιούν, ιουλίου ιουλ ιούλιος ιούλ, "
        "αυγούστου αυγ αύγουστος αύγ, σεπτεμβρίου σεπ σεπτέμβριος, οκτωβρίου οκτ οκτώβριος, νοεμβρίου "
        "νοε νοέμβριος νοέ, δεκεμβρίου δεκ δεκέμβριος"
    ),
    "tr": (
        "ocak oca, şubat şub, -, nisan nis, mayıs, haziran haz, temmuz tem, ağustos ağu, eylül eyl, "
        "ekim eki, kasım kas, aralık ara"
    ),
    "uk": (
        "січня січ січень, лютого лют лютий, березня бер березень, квітня квіт квітень, травня трав "
        "травень, червня черв червень, липня лип липень, серпня серп серпень, вересня вер вересень, "
        "жовтня жовт жовтень, листопада лист листопад, грудня груд грудень"
    ),
    "ru": (
        "января янв январь, февраля февр февраль, марта, апреля апрель, мая, июня июн июнь, июля июл "
        "июль, августа, сентября сент сентябрь, октября октябрь, ноября нояб ноябрь, декабря декабрь"
    ),
    "be": (
        "студзеня сту студзень, лютага люты, сакавіка сак сакавік, красавіка кра красавік, -, чэрвеня "
        "чэр чэрвень, ліпеня ліп ліпень, жніўня жні жнівень, верасня верасень, кастрычніка кас "
        "кастрычнік, лістапада ліс лістапад, снежня сне снежань"
    ),
    "mk": ("јануари, -, -, -, -, јуни, јули, -, -, -, -, -"),
    "sq": (
        "janar, shkurt shk, -, prill pri, -, qershor qer, korrik korr, gusht gush, shtator sht, tetor "
        "tet, nëntor nën, dhjetor dhj"
    ),
    "id": ("-, -, maret, -, -, -, -, agustus agu, -, -, -, -"),
    "ms": ("-, -, mac, -, -, -, julai, ogos ogo, -, -, -, disember dis"),
    "sw": ("-, -, machi, aprili, -, -, -, agosti, septemba, oktoba, novemba, desemba"),
    "af": ("januarie, -, -, -, -, junie, julie, -, -, -, -, -"),
    "ga": (
        "eanáir ean, feabhra feabh, márta, aibreán aib, bealtaine beal, meitheamh meith, iúil, lúnasa "
        "lún, mfómh, dfómh, samhain samh, nollaig noll"
    ),
    "ka": (
        "იანვარი იან, თებერვალი თებ, მარტი მარ, აპრილი აპრ, მაისი მაი, ივნისი ივნ, ივლისი ივლ, "
        "აგვისტო აგვ, სექტემბერი სექ, ოქტომბერი ოქტ, ნოემბერი ნოე, დეკემბერი დეკ"
    ),
    "hy": (
        "հունվարի հնվ հունվար, փետրվարի փտվ փետրվար, մարտի մրտ մարտ, ապրիլի ապր ապրիլ, մայիսի մյս "
        "մայիս, հունիսի հնս հունիս, հուլիսի հլս հուլիս, օգոստոսի օգս օգոստոս, սեպտեմբերի սեպ "
        "սեպտեմբեր, հոկտեմբերի հոկ հոկտեմբեր, նոյեմբերի նոյ նոյեմբեր, դեկտեմբերի դեկ դեկտեմբեր"
    ),
    "ar": ("يناير, فبراير, مارس, أبريل, مايو, يونيو, يوليو, أغسطس, سبتمبر, أكتوبر, نوفمبر, ديسمبر"),
    "kk": (
        "қаңтар қаң, ақпан ақп, наурыз нау, сәуір сәу, мамыр мам, маусым мау, шілде шіл, тамыз там, "
        "қыркүйек қыр, қазан қаз, қараша қар, желтоқсан жел"
    ),
    "az": (
        "yanvar yan ינואר, fevral fev פברואר, mar מרץ, aprel apr אפריל, מאי, iyun iyn יוני, iyul iyl "
        "יולי, avqust avq אוגוסט, sentyabr sen ספטמבר, oktyabr okt אוקטובר, noyabr noy נובמבר, dekabr "
        "dek דצמבר"
    ),
    "uz_Latn": ("-, -, -, -, -, -, -, -, sentabr, oktabr, -, -"),
    "fil": (
        "-, pebrero peb, marso, -, -, hunyo hun, hulyo hul, -, setyembre, oktubre, nobyembre nob, disyembre"
    ),
    "eu": (
        "urtarrila urt, otsaila ots, martxoa, apirila api, maiatza, ekaina eka, uztaila uzt, abuztua "
        "abu, iraila ira, urria urr, azaroa aza, abendua abe"
    ),
    "gl": ("xaneiro xan, febreiro, -, -, -, xuño, xullo xul, -, -, -, -, decembro"),
    "cy": (
        "ionawr ion, chwefror chwef chw, mawrth maw, ebrill ebr, -, mehefin meh, gorffennaf gorff "
        "gor, awst, medi, hydref hyd, tachwedd tach, rhagfyr rhag"
    ),
}
"""For each language, the names of the twelve months that no language above has: words of one month are
separated by a blank. Where two languages mean different months, such as lipiec and lipanj, the one in which
banks write names of months is kept."""
