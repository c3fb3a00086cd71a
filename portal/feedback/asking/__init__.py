"""One question at the right moment: choosing.py says what a person is asked today, services.py notes what came of it.

A page that shows a question only reads; that it was shown is recorded apart. A person is asked one thing on one day of
theirs, and about the same content and deal once. Nobody has to answer.
"""
