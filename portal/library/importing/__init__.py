"""Moving in: whole folders of files, with what is known of them in a CSV file beside them.

`sidecar` reads that file and judges it row by row; `facts` finds the owners and filters that it names; `running` adds
the files, two at a time read and one at a time written, each in one transaction, so that a run which was stopped can
simply be started again; `telling` says what became of each. Only `facts` and `running` know the database.
"""
