"""Other programs' data sets, out and in: what stands behind `a.export('yolo', folder)` and `a.import_('voc', path)`."""

from __future__ import annotations

from ipyannotator.transfer.exporting import export
from ipyannotator.transfer.importing import import_, take_back
from ipyannotator.transfer.report import Report

__all__ = ["Report", "export", "import_", "take_back"]
