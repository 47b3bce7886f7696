"""What all stages share: their params, and how they run.

Every stage depends on this file, so an edit here runs everything again: keep it small.
"""

import copy
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mnist_clustering import files, resources
from mnist_clustering.errors import InputError
from stages import costs, parameters, unchanged

CODE = "code"
# What was read of params.yaml, by section and key.
_read: dict[tuple[str, str], Any] = {}


def load_params(section: str, *keys: str) -> dict[str, Any]:
    """Read one section of ``params.yaml``, or those keys of it that a stage declares.

    Raises
    ------
    InputError
        If a value is missing, unknown or not allowed.
    """
    values = parameters.load_section(section, *keys)
    _read.update({(section, key): value for key, value in values.items()})
    return copy.deepcopy(values)  # A stage may change what it got.


def load_all_params() -> dict[str, Any]:
    """Read all params, for a stage that depends on the file itself."""
    given = parameters.load()
    _read.update({(section, key): own[key] for section, own in given.items() for key in own})
    return copy.deepcopy(given)


def run(main: Callable[..., None]) -> None:
    """Run a stage: call ``main`` with the command-line arguments, print errors as one sentence.

    Nothing stays of what it wrote if its params, inputs or code have changed meanwhile.
    """
    name, words = Path(sys.argv[0]).stem, sys.argv[1:]
    check_usage(name, words, main)
    resources.keep_memory()
    watch = unchanged.Watch(name if name != CODE else None)
    try:
        watch.check_code()
        main(*words)
        watch.check(_read, parameters.load)
        costs.note(" ".join([name, *words]))
    except MemoryError as error:
        sys.exit(
            f"{name}: out of memory ({error or 'no more to be had'}): close other programs, or "
            "take fewer images by split.train_size"
        )
    except OSError as error:
        if error.errno in files.FULL:
            sys.exit(f"{name}: no space left on the disk ({error}): make room, and run it again")
        sys.exit(f"{name}: {error}")
    except InputError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted; the next dvc repro starts this stage again")


def check_usage(name: str, words: Sequence[str], main: Callable[..., None]) -> None:
    """End with a stage's usage if it is asked for, or if the words are not those it takes."""
    signature = inspect.signature(main)
    module = ".".join(Path(sys.argv[0]).with_suffix("").parts[-2:])
    takes = " ".join(["usage: python -m", module, *map(str.upper, signature.parameters)])
    if {"-h", "--help"} & set(words):
        # As `python -m` runs it, the script is the module of this name.
        print(f"{takes}\n\n{sys.modules['__main__'].__doc__ or ''}".rstrip())
        sys.exit(0)
    try:
        signature.bind(*words)
    except TypeError:
        sys.exit(f"{name}: {' '.join(words) or 'nothing'} is not what it takes; {takes}")
