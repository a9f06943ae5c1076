"""The live model behind a displayed annotator: position, the one door for changes, undo, hooks. Knows no widget."""

from ipyannotator.editor.classes import Classes, ClassView
from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import EVENTS, Events
from ipyannotator.editor.leases import Sharing
from ipyannotator.editor.live import Annotations, AnnotationView, ObjectView

__all__ = [
    "EVENTS",
    "AnnotationView",
    "Annotations",
    "ClassView",
    "Classes",
    "Editor",
    "Events",
    "ObjectView",
    "Sharing",
]
