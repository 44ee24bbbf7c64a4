"""A small file of each format; all names in them are invented."""

import io
import zipfile

import openpyxl

OFX_SGML = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>CAD
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>POS<DTPOSTED>20260304120000[-5:EST]<TRNAMT>-12.50<FITID>F-1<NAME>Maple &amp; Oak Café<MEMO>
</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260305<TRNAMT>+2000.00<FITID>F-2<NAME>Wages<MEMO>Wages March</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260306<TRNAMT>lots<FITID>F-3<NAME>Broken</STMTTRN>
</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""

OFX_XML = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKTRANLIST>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260304</DTPOSTED><TRNAMT>-3,99</TRNAMT><FITID>7</FITID>
<NAME><![CDATA[Books & <Tea>]]></NAME><SIC>5942</SIC></STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

QIF = """!Type:Cat
NFood
DFood
^
!Type:Bank
D3/14'26
T-1,204.50
PCorner Shop
MWeekly
LFood:Groceries
N1042
^
D3/15'26
T2,000.00
PWages
^
D3/16'26
T-100.00
PTo savings
L[Savings]
^
"""

MT940 = """{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:
:20:STARTUMSE
:25:10010010/1234567
:28C:00001/001
:60F:C260301EUR1000,00
:61:2603040304DR12,50NMSCNONREF//B123
:86:177?00LASTSCHRIFT?109310?20EREF+55?21SVWZ+Kinoabend?30BANKXX?31DE001?32Lichtspiele Nord
:61:2603050305CR100,N051REF55
:86:Lohn Muster GmbH
:61:26130503XXCR100,N051REF56
:86:beschaedigt
:61:2603060306RD5,00NMSCREF57
:86:Rueckgabe
:62F:C260306EUR1092,50
-}
"""

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Bal><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><NtryRef>N1</NtryRef><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><Dt>2026-03-04</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef>
 <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd></Fmly></Domn></BkTxCd>
 <NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Me</Nm></Pty></Dbtr>
 <Cdtr><Pty><Nm>Stadtwerke Lärche</Nm></Pty></Cdtr></RltdPties>
 <RmtInf><Ustrd>Abschlag</Ustrd><Ustrd>März</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
 <BookgDt><DtTm>2026-03-05T10:00:00</DtTm></BookgDt>
 <NtryDtls><TxDtls><Amt Ccy="EUR">10.00</Amt>
 <RltdPties><Dbtr><Nm>Anna Birke</Nm></Dbtr></RltdPties></TxDtls>
 <TxDtls><Amt Ccy="EUR">20.00</Amt>
 <RltdPties><Dbtr><Nm>Otto Eiche</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts>
 <BookgDt><Dt>2026-03-06</Dt></BookgDt>
 <AddtlNtryInf>Kartenzahlung</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def workbook(*rows, behind_another=False):
    """The bytes of an Excel file with `rows` on its first sheet, or on its second."""
    book = openpyxl.Workbook()
    sheet = book.active
    if behind_another:
        sheet.append(["About this file"])
        sheet = book.create_sheet("Transactions")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def packed(parts):
    """The bytes of an archive of `parts`, by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()
