"""Annotations in and out: the project's own JSON, other programs' data sets, cut-outs.

`exchange.py` is the project's JSON, in the original's form. `foreign.py` is the front of what other programs read and
write: `exporting.py` and `importing.py` do it, `matching.py` finds the item that a file means, `numbering.py` keeps
the numbers of classes and items, `report.py` says what was done. `cutouts.py` makes images of objects, and brings
their labels back. `arrays.py` gives what is annotated as NumPy arrays, and as a Hugging Face `Dataset`.
"""
