"""Words of statement texts that are not the merchant: processors, payment rails, places, company forms.

All entries are folded as in `cleaning.py`: lower case, no accents, words separated by one space.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _lines(text: str) -> frozenset[str]:
    return frozenset(
        entry for line in text.splitlines() for entry in map(str.strip, line.split(",")) if entry
    )


PROCESSOR = re.compile(
    r"^\W*(?:(sq|tst|paypal|pypl|pp|ppl|sp|iz|py|apl|zap|sub|gnc|ec|dd|fs|cke|cko|clv|wpy|bt|in|dnh|nyx|vix|dbs|et|cr|"
    r"eb|"
    r"ls|ll|rtn|mso|lspa|sumup|zettle_|izettle|zettle|stripe|square|shopify|sezzle|klarna|adyen|mollie|razorpay|"
    r"razor|payu|phonepe|bharatpe|mercadopago|mercpago|mp|pagseguro|pag|pagar|ebanx|dl|ifd|cielo|stone|ton|pg|"
    r"paddle\.net|fastspring|2co\.com|2checkout|xsolla|digitalriver|nexi|satispay|wix|ghl|evt|tix|bv|ppd|smk|ot)"
    r"\s*\*+\s*"
    r"|(google)\s*\*\s*(?!services|svcs|cloud|storage|play|pay|ads|one|domains|fi\b|store|workspace|gsuite))"
    r"(?=\W*\w\w)"
)
"""A payment processor before the merchant's own name: `SQ *BLUE DOOR`, `PAYPAL *SPOTIFY`."""

PROCESSOR_NAMES = {
    "pypl": "paypal",
    "pp": "paypal",
    "ppl": "paypal",
    "square": "sq",
    "iz": "zettle",
    "izettle": "zettle",
    "zettle_": "zettle",
    "mp": "mercadopago",
    "mercpago": "mercadopago",
    "pag": "pagseguro",
    "razor": "razorpay",
    "evt": "eb",
}
"""Other spellings of a processor -> the one used as a feature."""

LEADING_PROCESSORS = _words("sq tst pp sumup zettle izettle mercadopago mercpago pagseguro bharatpe")
"""The same without the star; dropped if a name follows."""

DOMAIN = re.compile(
    r"(?<=[^\W_]{2})\.(?:com?\.[a-z]{2}|org\.[a-z]{2}|com|net|org|edu|gov|io|co|in|de|fr|es|it|nl|be|at|ch|uk|eu|us|ca|"
    r"se|dk|no|fi|pl|pt|ie|sg|au|nz|br|mx|app|tv|me|ai|gg|shop|store|info)(?![^\W\d_])"
)

MARKER = re.compile(r"(?:(?<![^\W_])[^\W_]{1,2})?\[(?:email|upi|iban|card|account|phone|id)\][^\W_]{0,20}")
"""A label of `masking.mask`, with the rest of a reference around it."""

ADDRESS = re.compile(r"[\w.+]{0,64}@[\w.]{0,255}")
"""An e-mail address or UPI handle, complete or cut off; a dash separates it from the name before it."""

HARD = _words(
    # rails and their abbreviations
    "upi neft imps rtgs ach sepa fps bacs chaps pos eftpos nach ecs vpa p2m p2a p2p dr cr db "
    # cards and terminals
    "visa visa1 mastercard maestro rupay girocard contactless checkcard chkcard pinless nfc ecom "
    "terminal term authorized auth "
    # references
    "ref refno refid reference txn txnid trn tran trans trace utr rrn tid mid arn eref mref kref cred "
    "svwz abwa iban bic emetteur ech nr num confirmation conf xref iid indn ppd ccd www http https html com "
    # bank codes inside UPI texts
    "yesb sbin utib punb kkbk barb cnrb ubin idib ioba fdrl airp pytm icic indb "
    # currencies
    "usd eur gbp inr aud cad sgd brl chf mxn rs"
)
"""Words that indicate neither category nor merchant."""

SOFT = _words(
    "order orders payment payments purchase purchases pmt pymt pymnt paymnt debit credit card bill "
    "billpay billing recurring autopay autopmt epay epayment invoice sale sales online web internet "
    "sundry bpay trip withdrawal txns transaction zahlung lastschrift kartenzahlung kauf rechnung "
    "einkauf paiement achat carte cb prlv prelevement vir pago compra tarjeta recibo pagamento acquisto "
    "carta tarj cartao addebito betaling betaalpas betaalautomaat incasso pix boleto oplata pokupka amex "
    "paid thank you received successful inst xfer instant оплата товаров услуг покупка"
)
"""May indicate the category, so `clean_text` keeps them; names no merchant, so `merchant_key` drops them."""

BEFORE_SOFT = frozenset({("direct", "debit"), ("standing", "order")})
"""(word, soft word after it): part of a name elsewhere, but here a payment method."""

EDGE = _words(
    "to from at on via by for in of the a an and и und bei von zu de la el le les du des da do di del"
)
"""Dropped at the start and end of a merchant's name."""

BESIDE_NUMBERS = _words(
    "card acct no term jan feb mar apr may jun jul aug sep sept oct nov dec january february march "
    "april june july august september october november december mon tue tues wed thu thur thurs fri sat "
    "sun mai okt dez mrz ene abr ago dic fev avr juin juil aout januar februar marz maerz juni juli oktober "
    "dezember janvier fevrier avril juillet septembre octobre novembre decembre enero febrero marzo abril "
    "junio julio agosto septiembre octubre noviembre diciembre janeiro fevereiro maio junho julho setembro "
    "outubro dezembro gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
)
"""Months, weekdays and the like, dropped next to a number."""

NO_NAMES = _words(
    "check checks cheque cheques chq chk scheck schecks date datum week kw q1 q2 q3 q4 jan january feb "
    "february march apr april may june july aug august sep sept september oct october nov november dec "
    "december monday tuesday wednesday thursday friday saturday sunday januar februar marz maerz juni "
    "juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag"
)
"""Alone, these are the word before the number of a check, or what is left of a date: no merchant."""

NUMBER_NAMES = frozenset(
    (number, word)
    for number, words in {
        "1": "800flowers stop mg",
        "3": "mart",
        "4": "fingers",
        "5": "guys below",
        "7": "eleven",
        "9": "round",
        "20": "minutos",
        "24": "hour hr",
        "76": "gas",
        "99": "ranch cents cent speedmart",
        "365": "market",
    }.items()
    for word in words.split()
)
"""Numbers that are part of a name: (number, word after it)."""

COMPANY_FORMS = _words(
    "inc llc llp lp ltd limited ltda plc corp corporation gmbh mbh ag kg kgaa ohg ug ek ev eg se sa sas "
    "sarl eurl srl srls bv nv oy ab asa aps pty pvt pte private sdn bhd eireli cv sl slu co"
)

_STATES = _words(
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc "
    "nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc nsw vic qld tas act on qc bc ab mb sk ns nb"
)
_COUNTRY_CODES = _words(
    "us usa uk gb gbr ind au aus ca can de deu fr fra es esp it ita nl nld sg sgp br bra mx mex ie irl "
    "lu lux ch che at aut be bel pt prt jp jpn nz nzl hk hkg my mys th tha se swe no nor dk dnk fi fin "
    "pl pol cz cze cn chn ae are za zaf rus ukr tur"
)
_COUNTRIES = _lines(
    """united states, united kingdom, great britain, england, scotland, ireland, india, australia,
    canada, germany, deutschland, france, spain, espana, italy, italia, netherlands, nederland,
    singapore, brazil, brasil, mexico, luxembourg, switzerland, schweiz, austria, osterreich,
    belgium, belgie, portugal, japan, new zealand, hong kong, malaysia, thailand, sweden, norway,
    denmark, finland, poland, czech republic, china, south africa, argentina, chile, colombia, peru,
    indonesia, philippines, vietnam, uae, united arab emirates, turkey, greece"""
)
_REGIONS = _lines(
    """california, texas, florida, massachusetts, illinois, pennsylvania, ohio, michigan, new jersey,
    arizona, tennessee, indiana, maryland, wisconsin, colorado, minnesota, oregon, connecticut, new
    hampshire, north carolina, south carolina, ontario, quebec, british columbia, alberta, new south
    wales, queensland, maharashtra, karnataka, tamil nadu, telangana, kerala, gujarat, punjab,
    haryana, rajasthan, west bengal, uttar pradesh, bayern, hessen"""
)
_CITIES = _lines(
    """new york, new york city, nyc, brooklyn, queens, bronx, manhattan, los angeles, chicago, houston,
    philadelphia, san antonio, san diego, dallas, san jose, austin, jacksonville, fort worth,
    columbus, charlotte, indianapolis, san francisco, seattle, denver, washington, washington dc,
    boston, nashville, detroit, portland, las vegas, memphis, louisville, baltimore, milwaukee,
    albuquerque, tucson, fresno, sacramento, kansas city, mesa, atlanta, omaha, colorado springs,
    raleigh, long beach, virginia beach, miami, oakland, minneapolis, tulsa, tampa, new orleans,
    wichita, cleveland, bakersfield, honolulu, anaheim, santa ana, riverside, corpus christi,
    lexington, stockton, st louis, saint louis, saint paul, st paul, cincinnati, pittsburgh,
    greensboro, anchorage, plano, orlando, irvine, newark, toledo, durham, chula vista, jersey city,
    fort wayne, st petersburg, laredo, madison, chandler, lubbock, scottsdale, reno, glendale,
    gilbert, winston salem, chesapeake, fremont, irving, baton rouge, spokane, richmond, boise, san
    bernardino, des moines, birmingham, rochester, salt lake city, huntsville, tacoma, little rock,
    grand rapids, tallahassee, worcester, knoxville, providence, brookline, cambridge, somerville,
    palo alto, mountain view, cupertino, sunnyvale, santa clara, santa monica, berkeley, redmond,
    bellevue, menlo park, hoboken, ann arbor, syracuse, stamford, burlington, medford, newton,
    quincy, arlington, alexandria, bethesda, london, manchester, leeds, glasgow, sheffield,
    bradford, edinburgh, liverpool, bristol, cardiff, belfast, leicester, coventry, nottingham,
    newcastle, southampton, plymouth, brighton, oxford, york, aberdeen, croydon, wolverhampton,
    stoke on trent, swansea, exeter, norwich, ipswich, luton, gatwick, heathrow, dublin, galway,
    limerick, bangalore, bengaluru, mumbai, bombay, delhi, new delhi, hyderabad, chennai, kolkata,
    pune, ahmedabad, surat, jaipur, lucknow, kanpur, nagpur, indore, thane, bhopal, visakhapatnam,
    patna, vadodara, ghaziabad, ludhiana, agra, nashik, faridabad, meerut, rajkot, varanasi,
    srinagar, aurangabad, navi mumbai, amritsar, ranchi, coimbatore, vijayawada, jodhpur, madurai,
    raipur, kochi, cochin, chandigarh, guwahati, mysore, mysuru, gurgaon, gurugram, noida, goa,
    trivandrum, thiruvananthapuram, mangalore, dehradun, bhubaneswar, kozhikode, hubli, tirupur,
    secunderabad, sydney, melbourne, brisbane, perth, adelaide, canberra, hobart, darwin, gold
    coast, geelong, parramatta, fremantle, hawthorn, fitzroy, surry hills, north sydney, auckland,
    wellington, christchurch, toronto, montreal, vancouver, calgary, edmonton, ottawa, winnipeg,
    mississauga, brampton, halifax, berlin, hamburg, munchen, munich, muenchen, koln, koeln,
    cologne, frankfurt, frankfurt am main, stuttgart, dusseldorf, duesseldorf, dortmund, leipzig,
    bremen, dresden, hannover, nurnberg, nuernberg, duisburg, bochum, wuppertal, bielefeld, bonn,
    munster, muenster, karlsruhe, mannheim, augsburg, wiesbaden, freiburg, mainz, heidelberg,
    potsdam, paris, marseille, lyon, toulouse, nantes, strasbourg, montpellier, bordeaux, lille,
    rennes, grenoble, dijon, angers, madrid, barcelona, valencia, sevilla, zaragoza, malaga, murcia,
    palma, bilbao, alicante, cordoba, valladolid, roma, rome, milano, milan, napoli, naples, torino,
    turin, palermo, genova, bologna, firenze, florence, verona, venezia, venice, padova, trieste,
    amsterdam, rotterdam, den haag, the hague, utrecht, eindhoven, groningen, haarlem, leiden,
    antwerpen, antwerp, brussels, bruxelles, brussel, gent, brugge, wien, vienna, graz, linz,
    salzburg, zurich, zuerich, geneva, geneve, basel, bern, lausanne, lisboa, lisbon, oporto,
    stockholm, goteborg, malmo, oslo, bergen, copenhagen, kobenhavn, helsinki, warszawa, warsaw,
    krakow, praha, prague, budapest, bucuresti, athens, istanbul, sao paulo, rio de janeiro,
    brasilia, belo horizonte, salvador, fortaleza, curitiba, recife, porto alegre, campinas, mexico
    city, ciudad de mexico, cdmx, guadalajara, monterrey, puebla, tijuana, cancun, buenos aires,
    bogota, medellin, cali, lima, santiago, quito, montevideo, caracas, moscow, moskva, saint
    petersburg, sankt peterburg, kazan, novosibirsk, москва, санкт петербург, tokyo, osaka, kyoto,
    seoul, beijing, shanghai, shenzhen, taipei, bangkok, jakarta, manila, kuala lumpur, petaling
    jaya, ho chi minh, hanoi, dubai, abu dhabi, sharjah, johannesburg, cape town, nairobi, lagos,
    cairo, tel aviv"""
)
PLACES = _CITIES | _REGIONS | _COUNTRIES | _COUNTRY_CODES | _STATES
"""Dropped at the end of a text while other words are left."""
PLACE_ENDINGS = frozenset(name.rsplit(" ", 1)[-1] for name in PLACES)
BEFORE_A_PLACE = _words(
    "air of virgin energy bank banco banca banque bar the in to from royal hotel cafe restaurant little "
    "new taste swiss insurance telecom club casa petro transport for de di du del la el le nach zu aus "
    "via port fort san santa saint st el universal marks little ristorante trattoria pizza ciudad city "
    "& south north west east"
)
"""Words that make the place after them part of the name: `air canada`, `bank of america`."""

SERVICES = _words(
    "pharmacy optical grocery groceries fuel gas travel insurance health capital lending loan bank pay "
    "tv plus gold one prime pass dashpass freight rent dineout kids music books arcade podcasts photos "
    "icloud fitness news games advertising ads cloud fresh go wallet instamart genie catering payroll "
    "salary wages"
)
"""After the name of a brand: another service, and so another merchant."""

ALIASES = {
    phrase: name
    for name, phrases in {
        "amazon": "amazon, amzn mktp, amzn mktplace, amzn retail, amazon mktp, amazon pmts",
        "amzn digital": "amzn digital",
        "amzn prime": "amzn prime",
        "amazon prime": "amazon prime, amazon prime membership",
        "prime video": "prime video, amazon prime video, amazon video",
        "amazon music": "amazon music",
        "amazon fresh": "amazon fresh",
        "amazon digital": "amazon digital",
        "amazon pay": "amazon pay",
        "aws": "aws, amazon web services, amazon aws",
        "kindle": "kindle, kindle svcs, amazon kindle",
        "audible": "audible",
        "uber": "uber",
        "ubereats": "ubereats, uber eats",
        "uber one": "uber one",
        "lyft": "lyft",
        "bolt": "bolt eu, bolt ride",
        "walmart": "walmart, wal mart, wm supercenter",
        "7 eleven": "7 eleven",
        "apple": "apple, apl apple, apple itunes",
        "apple store": "apple store, apple online store",
        "apple card": "apple card",
        "apple cash": "apple cash",
        "itunes": "itunes",
        "spotify": "spotify",
        "netflix": "netflix",
        "hotels": "hotels",
        "airbnb": "airbnb",
        "booking": "booking",
        "grubhub": "grubhub",
        "doordash": "doordash",
        "swiggy": "swiggy",
        "swiggy instamart": "swiggy instamart",
        "zomato": "zomato",
        "dominos": "dominos",
        "mcdonalds": "mcdonalds, mc donalds",
        "starbucks": "starbucks",
        "flipkart": "flipkart",
        "irctc": "irctc",
        "at&t": "at&t",
    }.items()
    for phrase in phrases.split(", ")
}
"""First words of a name -> the name, never a longer one. The longest match counts."""
