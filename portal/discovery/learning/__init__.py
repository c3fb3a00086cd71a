"""Learning from search: what was looked for, what came of it, and what is missing.

services.py writes the log, finds who rephrased what, and ties searches to requests; facts.py says in SQL what came of
each search; queries.py groups these facts by the words, whatever their form or order; request_queries.py shows the
searches of a request, which tasks.py runs again once it is delivered.
"""
