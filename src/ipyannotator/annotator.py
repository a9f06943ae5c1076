"""The front door: `Annotator(input, output, settings)` and its three steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ipyannotator import plugins
from ipyannotator.base import Settings, Step
from ipyannotator.editor.sampling import ALL
from ipyannotator.errors import InvalidValue, UnsupportedPair
from ipyannotator.mltypes import Input, NoOutput, Output
from ipyannotator.pairs import PAIRS, BaseAnnotator


class Annotator:
    """Explore, create or improve the annotations of a data set.

        Annotator(InputImage("photos"), OutputImageBbox(["car"])).create()

    Attributes:
        input_item: what the data are.
        output_item: what is annotated; may be set anew between steps, each output is a task of its own.
        settings: where the project lives.
    """

    def __init__(
        self, input_item: Input, output_item: Output | None = None, settings: Settings | None = None
    ) -> None:
        if not isinstance(input_item, Input):
            raise InvalidValue("The input", input_item, "an input such as InputImage('photos')")
        self.input_item = input_item
        self.output_item = output_item if output_item is not None else NoOutput()
        self.settings = settings if settings is not None else Settings()
        self._plugins: list[plugins.Plugin] = []
        self._notice = ""

    @classmethod
    def open(cls, folder: str | Path = ".", *, trust: bool = False) -> Annotator:
        """Open the project of a folder, as its `ipyannotator.toml` says.

            Annotator.open("blood").create()

        Args:
            folder: the project's folder.
            trust: whether the code in its `plugins` may run: each file's `setup(a)` is called with each annotator. It
                can do whatever you can, so say so only of a folder whose authors you trust.

        Raises:
            ConfigError: there is no such file, or something in it is wrong.
            MissingFolder: there is no such folder, or none of the data.
        """
        from ipyannotator import config  # only where a project file is read: it costs a fifth of the import

        loaded = (
            plugins.load(folder) if trust else []
        )  # first: the project's file may name what they register
        front = cls(*config.read(folder))
        front._plugins = loaded
        if not trust and (found := plugins.files(folder)):
            some = ", ".join(path.name for path in found[:3]) + (", …" if len(found) > 3 else "")  # noqa: PLR2004
            front._notice = (
                f"This project brings code ({some} in {plugins.FOLDER}), which was not run. If you trust who wrote it, "
                "use `Annotator.open(folder, trust=True)`, or `--trust`."
            )
        return front

    def write_config(self) -> Path:
        """Write `ipyannotator.toml` into the project's folder, from where `open` reads it; return its path.

        In one that is there, comments and order stay. Who annotates is no part of a project, and left out.

        Raises:
            ConfigError: the file that is there is broken; it stays as it is.
            InvalidValue: something cannot stand in the file, such as a path outside the project.
            StoreError: it cannot be written.
        """
        from ipyannotator import config

        return config.write(
            self.settings.project_path, config.Config(self.input_item, self.output_item, self.settings)
        )

    @property
    def output_item(self) -> Output:
        """What is annotated."""
        return self._output_item

    @output_item.setter
    def output_item(self, output: Output) -> None:
        if not isinstance(output, Output):
            raise InvalidValue("The output", output, "an output such as OutputImageBbox(['car'])")
        self._output_item = output

    def explore(self, k: int = ALL, *, seed: int | None = None) -> Any:
        """Look at the data set and what is annotated; changes nothing, not even a file.

        Args:
            k: look at the items of so many classes only, chosen at random; -1 for all. The screen shows the choice.
            seed: makes the choice the same every time.

        Raises:
            UnsupportedPair: no annotator serves this input and output.
            SourceError: the data cannot be found or listed.
            InvalidValue: k is no number of classes.
        """
        annotator = self._open(Step.EXPLORE)
        try:
            annotator.choose(k, seed)
        except BaseException:
            annotator.close()
            raise
        return annotator

    def create(self) -> Any:
        """Annotate: opens at the first item that is still to do. Raises as `explore`, and `StoreError`."""
        return self._open(Step.CREATE)

    def improve(self) -> Any:
        """Check and correct what exists. Raises as `create`."""
        return self._open(Step.IMPROVE)

    def _open(self, step: Step) -> BaseAnnotator:
        pair = (type(self.input_item), type(self.output_item))
        if pair not in PAIRS or step not in PAIRS.get(*pair).views:
            raise UnsupportedPair(
                f"Nothing serves {pair[0].__name__} with {pair[1].__name__} in the step {step.value!r}. There is: "
                f"{_served()}."
            )
        made = PAIRS.get(*pair)(self.input_item, self.output_item, self.settings, step)
        plugins.set_up(made, self._plugins)
        if self._notice:
            made.events.emit("notice", "info", self._notice)
        return made

    def __repr__(self) -> str:
        return f"Annotator({self.input_item!r}, {self.output_item!r}, {self.settings!r})"


def _served() -> str:
    parts = []
    for pair in PAIRS:
        if isinstance(pair, tuple):
            steps = ", ".join(step.value for step in PAIRS.get(*pair).views)
            parts.append(f"{' with '.join(kind.__name__ for kind in pair)} ({steps})")
    return "; ".join(sorted(parts)) or "nothing"
