"""Simulation: made-up sales years in which the effect of all content is known, to measure the methods with.

scenarios.py names how content comes to be used; generating.py draws deals, stages and uses as arrays, of content that
assets.py makes up, and truth.py works out what that content did. files.py writes them in the formats that the portal
imports; throwaway.py takes them in by its commands, in a portal that nobody keeps; validating.py runs the methods on
many of them and measuring.py says how near they came.
"""
