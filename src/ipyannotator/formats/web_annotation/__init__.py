"""W3C Web Annotation: JSON-LD of annotation servers and viewers (https://www.w3.org/TR/annotation-model/).

    {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationCollection", "first": {
        "type": "AnnotationPage", "startIndex": 0, "items": [
            {"id": "urn:uuid:…", "type": "Annotation", "motivation": "tagging",
             "body": [{"type": "TextualBody", "purpose": "tagging", "value": "car"}],
             "target": {"source": "a.jpg", "selector": {"type": "FragmentSelector", "value": "xywh=pixel:1,2,3,4"}}}]}}

Read are such collections, pages, single annotations, arrays of these as Annotorious and Recogito give them, and IIIF 3,
whose targets are addresses that end in `#xywh=`. Coordinates are in pixels from the top left corner of the whole
picture, `percent:` of its size. A source is an IRI: names are written with %XX, an address is read by its path.

Bodies: the class is the one for `classifying`, else the first for `tagging`; the other tags are the attribute `tags`,
what is for `commenting`, `describing` or nothing is `comment`, other purposes are attributes of their own. Attributes
that fit nowhere are written as one `describing` body of the format `application/json`.

Places: upright boxes within the picture are fragments, all else is SVG (`selectors.py`, `svg.py`).

An item without objects is an annotation of the whole picture, `assessing` it without a body: nothing was found.
"""

from ipyannotator.formats.web_annotation.format import WebAnnotation

__all__ = ["WebAnnotation"]
