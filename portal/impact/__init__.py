"""Impact: which content goes with won deals, told as two numbers that are never merged.

Influence divides won revenue over the content used (bookkeeping, it adds up); lift estimates how much more often
deals were won when this was used instead of other content, on similar deals. The methods are pure functions: arrays
in (inputs.py), frozen dataclasses of arrays out. influence.py divides revenue; cells.py turns uses into comparable
moments and matching.py compares within cells, for lift.py (won or lost) and cycle.py (time to close); verdicts.py
says what the data can carry, words.py says it in plain English, and coverage.py says for how many deals it speaks.
Every number of the method is named in method.py. Around them, gathering.py reads the arrays, figures.py puts all
methods together, services.py keeps the result as a snapshot, and everything that is shown comes from the latest one.
simulation/ measures it all on made-up sales years whose truth is known.
"""
