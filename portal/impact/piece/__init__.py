"""Piece: all that the page of one piece of content opens to.

laid_open.py keeps what a choice of deals is made of; dimensions.py parts the figures of one asset by where and how it
was used; cells.py, deal_lists.py, rules.py and steps.py are the working behind its sentence; words.py says the parts
in sentences; page.py puts what was asked for together, plain for a template.
"""
