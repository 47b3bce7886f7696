"""Names of the forms that images come in, and what follows from a form for their description."""

# Strokes: found, sized and centred as MNIST's makers did, and deskewed.
HANDWRITING = "handwriting"
# Anything else: scaled and padded.
FRAME = "frame"
# Numbers that describe pictures already.
EMBEDDING = "embedding"


def is_deskewed(form: str) -> bool:
    """Whether slant is a matter of the hand, not of what is shown."""
    return form == HANDWRITING


def is_drawn(form: str) -> bool:
    """Whether neighbouring pixels are neighbours in a picture, so that gradients mean something."""
    return form != EMBEDDING
