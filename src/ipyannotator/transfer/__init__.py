"""Annotations in and out: the project's own JSON, other programs' data sets, cut-outs.

`exchange.py` is the project's JSON, in the original's form. Behind `a.export('yolo', folder)` and `a.import_('voc', path)`
stand `exporting.py` and `importing.py`; `matching.py` finds the item that a file means, `numbering.py` keeps the
numbers of classes and items, `report.py` says what was done. `cutouts.py` makes images of objects, and brings their
labels back.
"""

from __future__ import annotations

from ipyannotator.transfer.exporting import export
from ipyannotator.transfer.importing import import_, take_back
from ipyannotator.transfer.report import Report

__all__ = ["Report", "export", "import_", "take_back"]
