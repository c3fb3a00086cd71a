"""Simulation: made-up sales years in which the effect of all content is known, to measure the methods with.

scenarios.py names how content comes to be used; generating.py draws deals, stages and uses as arrays, of content that
assets.py makes up, and truth.py works out what that content did.
"""
