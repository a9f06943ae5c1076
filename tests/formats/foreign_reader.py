"""Reads a data set with a library that knows nothing of Ipyannotator; run by an environment that has the library.

`foreign_reader.py LIBRARY FORMAT FOLDER`: prints `{name: [[class, left, top, right, bottom], …]}` in pixels as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Boxes = dict[str, list[list[Any]]]


def by_supervision(form: str, folder: Path) -> Boxes:
    import supervision as sv

    pictures = folder / ("JPEGImages" if form == "voc-devkit" else "images")
    if form == "coco":
        data = sv.DetectionDataset.from_coco(
            str(pictures), str(folder / "annotations" / "instances_default.json")
        )
    elif form == "yolo":
        data = sv.DetectionDataset.from_yolo(str(pictures), str(folder / "labels"), str(folder / "data.yaml"))
    else:
        data = sv.DetectionDataset.from_pascal_voc(str(pictures), str(folder / "Annotations"))
    return {
        Path(path).name: [
            [data.classes[number], *map(float, box)]
            for box, number in zip(found.xyxy, found.class_id, strict=True)
        ]
        for path, found in data.annotations.items()
    }


def by_datumaro(form: str, folder: Path) -> Boxes:
    import datumaro as dm

    names = {
        "coco": "coco_instances", "yolo": "yolo", "voc": "voc_detection", "cvat": "cvat", "open-images": "open_images",
    }  # fmt: skip
    data = dm.Dataset.import_from(str(folder), names[form])
    labels = data.categories()[dm.AnnotationType.label]
    return {
        Path(item.media.path).name if getattr(item.media, "path", "") else item.id: [
            [labels[each.label].name, each.x, each.y, each.x + each.w, each.y + each.h]
            for each in item.annotations
            if each.type is dm.AnnotationType.bbox
        ]
        for item in data
    }


READERS = {"supervision": by_supervision, "datumaro": by_datumaro}

if __name__ == "__main__":
    library, form, folder = sys.argv[1:]
    sys.stdout.write(json.dumps(READERS[library](form, Path(folder))))
