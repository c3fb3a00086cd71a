"""Parts: the lift of one asset taken apart, by stage, segment, any fact of the deal, time, version and strength of use.

sides.py finds the two sides of an asset's comparison once; dividing.py adds them up by a code of the deals or moments,
so that each part is compared within itself; strength.py starts from other events than the first use, such as a buyer's
first opening, in the week in which they happened (asking whether something was opened later would reward deals that
lived long); trend.py asks whether it is wearing off; working.py lists what was compared with what. Parts are drawn
towards the asset's own figure (drawing.py) and get verdicts by the same rules, so the fewer the smaller they are. All
are pure functions over arrays; the caller says which code is which word.
"""
