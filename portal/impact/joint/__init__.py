"""The joint model: a second opinion on lift, which weighs everything used on a deal at once.

Matched lift compares one asset at a time, so content that is always used together shares its figure. Here each stage
that a deal left is a row (exits.py), every asset used by then a column (design.py), and a logistic regression held
towards zero says how each goes with advancing (model.py); effects.py turns that into points of the chance to win, as
matched lift has them, and words.py says where the two disagree. Pure functions of the arrays in impact/inputs.py; it
takes tens of seconds at the largest size, so a nightly job keeps its figures beside the others.
"""
