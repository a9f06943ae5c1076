"""Hugging Face's `imagefolder`: pictures with a `metadata.jsonl` (https://huggingface.co/docs/datasets/image_dataset).

    train/a.jpg, train/metadata.jsonl        a folder for each part; one row for each picture, by its path from there
    {"file_name": "a.jpg", "objects": {"bbox": [[302.0, 109.0, 73.0, 52.0]], "categories": ["car"]}}
    {"file_name": "b.jpg", "label": "night"}

Boxes are as COCO has them: left, top, width and height in pixels of the picture after EXIF orientation. `categories` are
names, which people can read, since in JSON nothing else would say what a number means; `README.md`, the card, lists them
as classes: `load_dataset("imagefolder", data_dir=…)` gives names, `load_dataset("the/folder")` reads the card and gives
numbers that know their names. Without splits all is in `train`, or names of pictures would be taken for parts; and for the
same reason folders with such a name in theirs get another.

A column must be of one type in all files, or `datasets` refuses them. So beyond the standard there are only columns of
which a type can be told, and only where something needs them: `score` (-1 for none), `track` (empty for none) and
`attributes` (a JSON text). What a label of the whole image has besides its class is in `labels`, likewise. Of a part
without any object no type can be told, and `datasets` does not read it beside one with some.

Read are also `metadata.csv` (with JSON texts) and `metadata.parquet`, both spellings of each name, `objects` as a list of
rows, and numbers, which are the classes of the card; without one, a number is its own name.

`format.py` is the front; `writing.py` makes rows and the card, `files.py` finds and reads them, `rows.py` makes samples.
"""

from ipyannotator.formats.hugging_face.format import ImageFolder

__all__ = ["ImageFolder"]
