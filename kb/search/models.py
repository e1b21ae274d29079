"""The model that turns texts into vectors: the shipped one, or any of sentence-transformers that is on this disk."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kb.embed import DIMENSION, MODEL, Encoder
from kb.errors import SearchError
from kb.search import choices

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

DEFAULT = "default"
"""The name of the shipped model on the command line."""

_OWNER = "sentence-transformers"
_PARTS = ("modules.json", "config.json")
_BACK = "`kb index --model default` goes back to the shipped one."


class Model(Protocol):
    """Turns texts into vectors of length 1.

    Attributes:
        id: name and revision, without spaces; vectors of two ids are never compared.
        dimension: length of a vector.
    """

    @property
    def id(self) -> str:
        """Name and revision, without spaces."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, shape (texts, dimension)."""

    def encode_query(self, text: str) -> Floats:
        """The vector of what is looked for, shape (dimension,); some models read it differently from a passage."""

    def __hash__(self) -> int:
        """Vectors are kept by model."""


class ShippedModel:
    """The model beside the program, run by `kb.embed`; its weights are read when they are first needed."""

    id = MODEL
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`."""
        return self._encoder.encode(texts)

    def encode_query(self, text: str) -> Floats:
        """The same as for a passage."""
        row: Floats = self._encoder.encode([text])[0]
        return row

    @functools.cached_property
    def _encoder(self) -> Encoder:
        return Encoder.load()


SHIPPED = ShippedModel()
"""One for the whole process."""


class InstalledModel:
    """A model of sentence-transformers in a folder of this disk. Nothing is ever downloaded.

    Args:
        folder: with the files of the model.
        name: as the user named it.
        dimension: length of its vectors; 0 asks the model, which has to be loaded for that.

    Raises:
        SearchError: the folder is not there; with dimension 0, also that the model cannot be loaded.
    """

    def __init__(self, folder: Path, name: str, dimension: int = 0) -> None:
        self._folder, self.name = folder, name
        try:
            parts = sorted(path for path in folder.rglob("*") if path.is_file())
            stats = [
                (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in parts
            ]
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        if not stats:
            raise self._unusable("its folder is not there, or empty")
        self._revision = hashlib.blake2b(repr(stats).encode("utf-8", "replace"), digest_size=6).hexdigest()
        self._dimension = dimension or len(self.encode_query("length"))

    @property
    def id(self) -> str:
        """Name and dimension, with a hash of names, sizes and times of its files."""
        return f"{re.sub(r'[^A-Za-z0-9.]+', '-', self.name)}-{self._dimension}-{self._revision}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, with the prompt that the model has for them, if any."""
        return self._run(lambda library: library.encode_document(list(texts), **_QUIETLY))

    def encode_query(self, text: str) -> Floats:
        """The vector of a query, with the prompt that the model has for one, if any."""
        rows: Floats = self._run(lambda library: library.encode_query([text], **_QUIETLY))[0]
        return rows

    def _run(self, work: Callable[[Any], Any]) -> Floats:
        try:
            vectors: Floats = np.asarray(work(self._library), np.float32)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            IndexError,
            RuntimeError,
            ImportError,
        ) as error:
            raise self._unusable(" ".join(str(error).split()) or type(error).__name__) from error
        if not np.isfinite(vectors).all():
            raise self._unusable("it gave vectors that are no numbers")
        return vectors

    @functools.cached_property
    def _library(self) -> Any:
        loaded = _library()
        # The library greets and warns on both streams; whatever matters comes as an error.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return loaded.SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)

    def _unusable(self, why: str) -> SearchError:
        return SearchError(f"the model {self.name} cannot be used: {why}", where=str(self._folder), hint=_BACK)


_QUIETLY = {"normalize_embeddings": True, "convert_to_numpy": True, "show_progress_bar": False}


def current() -> Model:
    """The model that was chosen last; the shipped one where none was.

    Raises:
        SearchError: the chosen one is not on this disk any more.
    """
    chosen = choices.read()
    return InstalledModel(Path(chosen.model), chosen.model_name, chosen.dimension) if chosen.model else SHIPPED


def find(name: str) -> tuple[Path, InstalledModel]:
    """A model on this disk: a folder, or a name in the local cache of Hugging Face.

    Args:
        name: a path, or a name such as `all-MiniLM-L6-v2` or `BAAI/bge-small-en-v1.5`.

    Returns:
        Its folder, and the model, loaded once to learn its dimension.

    Raises:
        SearchError: it is not on this disk, cannot be loaded, or the extra `models` is not installed.
    """
    folder = Path(name).expanduser()
    try:
        present = folder.is_dir()
    except (OSError, ValueError):
        present = False
    if present:
        folder = folder.resolve()
        if not any((folder / part).is_file() for part in _PARTS):
            raise SearchError(
                "holds no model of sentence-transformers",
                where=str(folder),
                hint=f"Such a folder has a file {' or '.join(_PARTS)}.",
            )
    else:
        folder = _cached(name)
    return folder, InstalledModel(folder, name if not present else folder.name)


def _cached(name: str) -> Path:
    _library()
    from huggingface_hub import snapshot_download

    for known in (name,) if "/" in name else (f"{_OWNER}/{name}", name):
        with contextlib.suppress(OSError, ValueError):
            return Path(snapshot_download(known, local_files_only=True))
    raise SearchError(
        f"the model `{name}` is not on this disk",
        where="--model",
        hint="Nothing is downloaded here. Name the folder of a model, or fetch it first with `hf download NAME`.",
    )


def _library() -> Any:
    # Before the libraries are imported: they would look for newer files elsewhere.
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import sentence_transformers
    except ImportError as error:
        raise SearchError(
            f"another model than the shipped one needs the extra `models` ({error})",
            hint=f"Install it with: pip install 'design-staircase[models]'. {_BACK}",
        ) from error
    return sentence_transformers
