"""Delimited files and workbooks as people have them: read once, judged per column, refused per row.

`decoding` turns bytes into text or says why it can't; `workbook` reads a sheet of Excel within bounds, `sheet_parts`
and `sheet_rows` what it is made of; `table` cuts the text into rows and keeps each row's line; `fields` says what a
reader wants and how a person laid a file out; `headers` finds the columns a reader knows; `dates` settles one date
format per column; `reading` holds what every reader returns. Nothing here knows deals, uses, Flask or the database.
"""
