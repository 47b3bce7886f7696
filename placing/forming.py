"""Picture files brought into the form that a model was fitted to."""

import numpy as np
from numpy.typing import NDArray

from stages.methods.data import pictures as datasets
from stages.methods.data.form import FRAME
from stages.methods.errors import InputError
from stages.methods.prediction import handwriting, pictures


def bring(data: bytes, form: str) -> tuple[NDArray[np.uint8], str | None]:
    """Decode a picture; return it in form, and why it shows no drawing, if it does not.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if form != FRAME:
        drawing = handwriting.normalise(pictures.decode(data))
        return drawing.image, drawing.flaw
    try:
        return datasets.decode(data, form, side=1).image, None
    except InputError as error:
        raise InputError(f"the picture {error}") from None
