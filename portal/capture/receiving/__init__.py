"""Mail that people send the portal a blind copy of, and .eml files that they hand in.

`listener` speaks SMTP in the worker and only stores (`arrivals`): a mail is answered for once its file and its row are
safe. A job reads it (`letters`, in a guarded process; then `reading`): what was attached, to which domains it went, and
when. Of the mail itself nothing is kept but its subject, those domains and what was proposed because of it.
"""
