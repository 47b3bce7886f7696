"""Published accuracies of unsupervised methods on MNIST beside ours."""

from pathlib import Path
from typing import Any

from dev.tables.markdown import read, table

SEEDS = "metrics/seeds.json"
FIT = "fit"
# Method, number of its reference in docs/method.md, accuracy in percent as published, protocol.
PUBLISHED = (
    ("SPC, ensemble of 15 autoencoders", 23, "99.2", "fit; not stated whether mean or best run"),
    ("IIC", 24, "98.4, best run 99.2", FIT),
    ("ADC", 25, "98.7, best run 99.2", FIT),
    ("RIM-DCGAN (2021)", None, "98.85 ± 0.14, best run 99.02", FIT),
    ("DCCS", 26, "98.9", FIT),
    ("ASPC-DA", 27, "98.8", FIT),
    ("DynAE", 28, "98.7", FIT),
    ("IMSAT", 29, "98.4 ± 0.4", FIT),
    ("N2D", 30, "97.9", FIT),
    ("DTI clustering", 31, "97.3", FIT),
    ("SpectralNet", 32, "97.1", FIT),
)


def published(root: Path, *, references: bool = False) -> str:
    """Lay published figures out beside ours, which are means over seeds."""
    found = read(root / SEEDS)
    whole, held_out, drawn = (
        part["clusters_2d"][scored]["accuracy"]
        for part, scored in (
            (found["transductive"], "train"),
            (found, "test"),
            (found["resampled"], "test"),
        )
    )
    rows = [
        ("**this project**", f"**{_spread(whole)}**", "fit on all 70,000"),
        ("**this project**", f"**{_spread(held_out)}**", "held out: fit on train, scored on test"),
        ("this project", _spread(drawn), "held out: fit on 54,000 images of train, drawn anew"),
    ]
    rows += [
        (f"{name} \\[{number}\\]" if references and number else name, accuracy, protocol)
        for name, number, accuracy, protocol in PUBLISHED
    ]
    return table(("method", "accuracy, %", "protocol"), rows)


def _spread(score: Any) -> str:
    """Lay out mean, standard deviation and lowest of several runs."""
    mean, deviation, lowest = (f"{100 * score[key]:.2f}" for key in ("mean", "std", "min"))
    return f"{mean} ± {deviation} (lowest {lowest})"
