"""Actions: the lists that figures lead to, each row with its reason and the one button that starts the work.

rules.py names what a list takes; promoting.py and fixing.py read the figures (figured.py) of the deals chosen,
unused.py tells content that is not found from content that is not trusted, missing.py what is searched for in vain,
and leaning.py open deals that lean on content about to expire. Each gives lines (lines.py), which lists.py puts under
a heading and into a Table; queries.py asks the database, words.py says why, and choosing.py offers the filters. No
button acts by itself: each opens a form that is filled in, but for a request made of searches in vain.
"""
