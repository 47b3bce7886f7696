"""Draw curves, and the centroids of the pixels."""

from stages import common, drawings, pictures


def main() -> None:
    """Draw what depends on no cluster of the maps; `stages.present` draws the rest."""
    with pictures.drawn(drawings.CURVES, common.load_params):
        pass


if __name__ == "__main__":
    common.run(main)
