"""An installed library as a source of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnist_clustering.images import digits, idx
from mnist_clustering.sources.fetching import Unavailable

_PARTS = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}


@dataclass(frozen=True)
class Builtin:
    """A dataset bundled with an installed library: scikit-learn's digits."""

    name: str

    def __str__(self) -> str:
        return f"builtin {self.name}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        if self.name != "digits":
            raise Unavailable("there is no such dataset: the only one is digits")
        arrays = digits.load()
        return lambda name: idx.encode(arrays[_PARTS[name]])
