"""Saved searches: words and filters of which their owner is told when something new fits them.

What fits a search is learned when it is saved; a job looks all of them over, with the eyes of their owners, whenever
the index has changed, and every night. A hit is new once: what leaves and comes back, and what fits only since words
were said to mean the same, is learned in silence. With several words, content counts that has all of them.
"""
