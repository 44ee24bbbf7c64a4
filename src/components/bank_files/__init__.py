"""Reading the files banks, apps and phones hand out: bytes in, entries out, nothing else touched.

`read.py` has the two verbs, `preview` and `entries`; `plan.py` says how a file is to be read, `entry.py` what
comes out. Each format has a module that cuts the bytes into records (`delimited.py`, `sheets.py`, `ofx.py`,
`qif.py`, `camt.py`, `swift.py`, `messages.py`); `source.py` tells the format by the content, `layout.py` the
columns of a table, `inference.py` the plan and what must be asked, and `rows.py` makes an entry of a record.
No pandas: web workers import this.

    found = preview(content, Plan(default_date=today))         # what a plan leaves None is worked out
    plan = found.plan.answered("date_order", "dmy")            # for each of found.questions
    found = preview(content, plan)                             # until found.questions is empty
    for each in entries(content, found.plan): ...              # Entry or Rejected, as the preview showed
    found.plan.profile()                                       # remembered by fingerprint_of_header(content)
"""
