"""Delimited files as people have them: read once, judged per column, refused per row.

`decoding` turns bytes into text or says why it can't; `table` cuts the text into rows and keeps each row's line;
`headers` finds the columns a reader knows; `dates` settles one date format per column; `reading` holds what every
reader returns. Nothing here knows deals, uses, Flask or the database.
"""
