"""Exploring: the figures of some deals only, worked out again from the cut that a snapshot keeps.

filters.py reads what an address asks for, narrowing.py leaves of a cut what belongs to it, and computing.py gives its
figures: the stored ones where nothing is chosen, else computed ones, which a process remembers for a while.
"""
