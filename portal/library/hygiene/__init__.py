"""What is not in order in the library: found every night by plain SQL, kept as rows, and mended from one page.

`finding` says what is wrong, a function a kind; `services` keeps the rows and mends; `links` asks whether addresses
still answer, through portal.outgoing and outside of any transaction. After a mend only that content is looked over.
"""
