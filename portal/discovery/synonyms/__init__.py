"""Words that mean the same to the people here: marketing keeps groups of them, and searching for one finds the others.

They are asked of the database at every search, so a change counts at once and in every process; the index knows
nothing of them.
"""
