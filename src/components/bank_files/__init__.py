"""Reads the files that banks, apps and phones export: bytes in, entries out, without side effects.

`read.py` has `preview` and `lines_and_entries`; `plan.py` is how a file is read, `entry.py` what comes out.
`formats/` has a module per format that cuts the bytes into records; `source.py` detects the format,
`inference/` the columns, the plan and the questions, and `rows.py` makes an entry of a record. `messages/`
reads alerts of banks, `own_export/` Ledgerloop exports. No pandas, because web workers import this.

    result = preview(content, Plan(default_date=today))        # detects what the plan leaves None
    plan = result.plan.answered("date_order", "dmy")           # answer every question in result.questions
    result = preview(content, plan)                            # until result.questions is empty
    for _, entry in lines_and_entries(content, result.plan):   # Entry or Rejected, as in the preview
    result.plan.profile()                                      # saved by fingerprint_of_header(content)
"""
