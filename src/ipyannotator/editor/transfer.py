"""Other programs' data sets, out and in: what stands behind `a.export('yolo', folder)` and `a.import_('voc', path)`.

`exporting.py` and `importing.py` do it; `matching.py` finds the item that a file means, `numbering.py` keeps the
numbers of classes and items, `report.py` says what was done.
"""

from __future__ import annotations

from ipyannotator.editor.exporting import export
from ipyannotator.editor.importing import import_, take_back
from ipyannotator.editor.report import Report

__all__ = ["Report", "export", "import_", "take_back"]
