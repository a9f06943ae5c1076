"""A project's file, `ipyannotator.toml`: what the data are, what is annotated on them, and how.

    [project]
    title = "Blood cells"
    instructions = "instructions.md"   # Markdown, or the path of a file of it

    [input]
    type = "InputImage"                # a class of inputs, and its fields
    image_dir = "images"

    [output]
    type = "OutputImageBbox"           # a class of outputs, and its fields
    classes = ["RBC", "WBC"]

    [settings]                         # fields of `Settings`
    overlap = 2

Classes that are more than a name stand there as tables, and so do attributes:

    [output]
    type = "OutputImageShapes"
    shapes = ["box", "polygon"]

    [[output.classes]]
    name = "RBC"
    color = "#d55e00"
    attributes = [{name = "stage", type = "choice", choices = ["young", "old"]}]

    [[output.attributes]]
    name = "blurred"
    type = "flag"

Paths are relative to the folder of the file and stay within it; only the data themselves may lie elsewhere, under an
absolute path. What the declarations do not know is refused, so that a slip of the pen never changes quietly what a
team annotates. Who annotates is no part of a project.
"""

from ipyannotator.config.declared import FILE, Config
from ipyannotator.config.reading import read
from ipyannotator.config.writing import write

__all__ = ["FILE", "Config", "read", "write"]
