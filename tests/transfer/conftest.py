"""The same small project as the editor's tests have."""

from tests.editor.conftest import editor, make, photos

__all__ = ["editor", "make", "photos"]
