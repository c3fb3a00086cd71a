"""The joint model: a second opinion on lift, which weighs everything used on a deal at once.

Matched lift compares one asset at a time, so content that is always used together shares its figure. Here each stage
that a deal left is a row (exits.py), every asset used by then a column (design.py), and a logistic regression held
towards zero says how each goes with advancing (model.py); effects.py turns that into points of the chance to win, as
matched lift has them, and figures.py into rows to store. Pure functions of the arrays in impact/inputs.py; at the
largest size they take tens of seconds, so a job of its own keeps the figures beside the others every night, and
impact/second_opinion.py says where the two disagree.
"""
