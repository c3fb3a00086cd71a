"""Which column of a CRM's file is which field: found by name and by content, set right by a person, remembered.

`looking` says what a file's columns hold, `guessing` which unnamed column may be which field, `surveying` puts both
into what the page of columns shows; a layout is plain JSON, {"columns": {field: header or null}, "dates": {field:
"dmy" or "mdy"}, "decimal": {field: "comma", "point" or "each"}, "sheet": title}, and the accounts and people that come
with deals have theirs under their own names in it.
"""
