"""Fill the tables of the documents that follow from metrics, params and the schema."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks import page

EVALUATE = "metrics/evaluate.json"
EXAMINE = "metrics/examine.json"
SEEDS = "metrics/seeds.json"
ABLATION = "studies/results/ablation.json"
PEERS = "benchmarks/results/peers.json"
PREDICT = "studies/results/predict.json"
ORIGINAL = "studies/results/original/evaluate.json"
# Figures that were published by others, in percent (docs/method.md names the sources).
STUDY = {"pixels": ("–", "59.3", "–"), "map": ("82.3", "–", "–")}
PARTITIONS = {
    "pixels": "raw pixels",
    "tsne_2d": "2-D map",
    "tsne_3d": "3-D map",
}
# Kinds of images that show no digit, by words in their names.
NO_DIGITS = {
    "blank": ("blank",),
    "noise": ("noise", "salt"),
    "patches of a photograph, on which limits were chosen": ("china",),
    "patches of another, held out": ("flower",),
}
CRITERIA = {
    "knee": "knee of the inertia",
    "silhouette": "silhouette, highest",
    "calinski_harabasz": "Calinski-Harabasz, highest",
    "davies_bouldin": "Davies-Bouldin, lowest",
}
QUALITY = {
    "kl_divergence": "KL divergence",
    "neighbor_recall": "recall of the 10 nearest neighbours",
    "trustworthiness": "trustworthiness",
}


def filled(root: Path) -> dict[Path, str]:
    """Return the documents with their marked tables made anew.

    A table stands between ``<!-- made by make readme: NAME -->`` and ``<!-- end -->``.

    Parameters
    ----------
    root : Path
        The folder of the project.

    Returns
    -------
    dict of Path to str
        The text of each document.
    """
    tables = {
        "README.md": {"figures": figures(root)},
        "docs/method.md": {
            "criteria": criteria(root),
            "quality": quality(root),
            "scores": scores(root),
            "seeds": seeds(root),
            "stability": stability(root),
        },
        "docs/ablation.md": {
            "ablation": ablation(root),
            "peers": peers(root),
        },
        "docs/usage.md": {"predict": predictions(root), "params": params(root)},
        "docs/benchmarks.md": page.tables(root),
    }
    return {root / name: _fill(root / name, made) for name, made in tables.items()}


def _fill(path: Path, tables: Mapping[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    for name, table in tables.items():
        start = f"<!-- made by make readme: {name} -->\n"
        before, marked, rest = text.partition(start)
        _, ended, after = rest.partition("<!-- end -->")
        if not marked or not ended:
            raise ValueError(f"{path.name} has no table {name}: put it between {start}<!-- end -->")
        text = f"{before}{start}\n{table}\n{ended}{after}"
    return text


def figures(root: Path) -> str:
    """Lay our scores out beside those of the original study."""
    ours, route = _read(root / EVALUATE), _read(root / ORIGINAL)
    rows = [
        ("KMeans on pixels, the original study", *STUDY["pixels"]),
        ("KMeans on pixels, here", *_headline(ours, "pixels")),
        ("t-SNE, then KMeans, the original study", *STUDY["map"]),
        ("its route on this code (`make original`), 2-D", *_headline(route, "tsne_2d")),
        ("**here, 2-D**", *(f"**{share}**" for share in _headline(ours, "tsne_2d"))),
        ("**here, 3-D**", *(f"**{share}**" for share in _headline(ours, "tsne_3d"))),
    ]
    header = ("", "train, by majority", "test, by majority", "test, one to one")
    return _table(header, rows, numbers=3)


def _headline(scored: Any, partition: str) -> tuple[str, str, str]:
    parts = scored[partition]
    return (
        _percent(parts["train"]["majority_accuracy"]),
        _percent(parts["test"]["majority_accuracy"]),
        _percent(parts["test"]["accuracy"]),
    )


def scores(root: Path) -> str:
    """Lay out all scores of the committed run."""
    ours, examined = _read(root / EVALUATE), _read(root / EXAMINE)
    rows = [
        (
            f"{title}, {part}",
            _percent(ours[name][part]["accuracy"]),
            _interval(examined[name]["accuracy"]) if part == "test" else "–",
            _percent(ours[name][part]["majority_accuracy"]),
            f"{ours[name][part]['nmi']:.3f}",
            f"{ours[name][part]['ari']:.3f}",
        )
        for name, title in PARTITIONS.items()
        for part in ("train", "test")
    ]
    header = ("clusters of the", "one to one, %", "95 % interval", "by majority, %", "NMI", "ARI")
    return _table(header, rows, numbers=5)


def seeds(root: Path) -> str:
    """Lay out the scores of test over seeds and over draws of training images."""
    found = _read(root / SEEDS)
    runs = [(title, found[name]["test"]["accuracy"]) for name, title in PARTITIONS.items()]
    runs.append(
        ("2-D map of 54,000 images drawn", found["resampled"]["tsne_2d"]["test"]["accuracy"])
    )
    rows = [
        (title, *(f"{100 * score[key]:.2f}" for key in ("mean", "std", "min")))
        for title, score in runs
    ]
    return _table(
        ("clusters of the", "mean, %", "standard deviation", "lowest, %"), rows, numbers=3
    )


def stability(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers over seeds."""
    found = _read(root / SEEDS)
    rows = [
        (CRITERIA[name], _listed(ks), _listed(found["resampled"]["preferred_k"][name]))
        for name, ks in found["preferred_k"].items()
    ]
    rows.append(("agreement of seeds, highest", str(found["stability"]["preferred_k"]), "–"))
    return _table(("criterion", "seeds 0 to 4", "drawn images"), rows, numbers=2)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def ablation(root: Path) -> str:
    """Lay out what each variation scores on validation and on test."""
    found = _read(root / ABLATION)
    rows = [
        (
            title,
            *(
                text
                for part in ("validation", "test")
                for text in (
                    f"{100 * found[part][title]['accuracy']:.2f}",
                    f"{found[part][title]['nmi']:.3f}",
                    f"{found[part][title]['ari']:.3f}",
                )
            ),
            str(found["test"][title]["clusters"]),
            f"{found['test'][title]['cpu_seconds']:.0f}",
        )
        for title in found["test"]
    ]
    header = ("", "validation, %", "NMI", "ARI", "test, %", "NMI", "ARI", "clusters", "CPU s")
    return _table(header, rows, numbers=8)


def peers(root: Path) -> str:
    """Lay out what the routes that people know score, as far as they were run."""
    if not (root / PEERS).is_file():
        return page.NOT_YET
    routes = _read(root / PEERS)["routes"]
    rows = [
        (
            title,
            f"{found['n']:,}",
            str(found["clusters"]),
            *(f"{100 * part['accuracy']:.1f}" if part else "–" for part in (train, test)),
            f"{train['nmi']:.3f}",
            f"{train['ari']:.3f}",
            f"{found['cpu_seconds']:.0f}",
        )
        for name, title in page.ROUTES.items()
        if (found := routes.get(name))
        for train, test in [(found["train"], found.get("test"))]
    ]
    header = ("route", "images", "clusters", "train, %", "test, %", "NMI", "ARI", "CPU s")
    return _table(header, rows, numbers=7)


def predictions(root: Path) -> str:
    """Lay out what predict.py makes of digits of other hands and fonts, and of what is no digit."""
    found = _read(root / PREDICT)
    rows = [
        (title, f"{found[name]['n']:,}", _percent(found[name]["accuracy"]), _rejected(found[name]))
        for name, title in (
            ("mnist_test", "MNIST's test"),
            ("load_digits", "`load_digits`, enlarged"),
        )
    ]
    fonts, n_fonts = found["fonts"]["mean"], len(found["fonts"]) - 1
    rows += [
        (
            f"digits in {n_fonts} fonts",
            f"{10 * n_fonts}",
            _percent(fonts["accuracy"]),
            _rejected(fonts),
        ),
        ("their letters", "–", "–", _percent(fonts["letters_rejected"])),
    ]
    for title, words in NO_DIGITS.items():
        sets = [part for name, part in found["rejected"].items() if any(w in name for w in words)]
        number = sum(part["n"] for part in sets)
        share = sum(part["n"] * part["share"] for part in sets) / number
        rows.append((title, f"{number:,}", "–", _percent(share)))
    return _table(("images", "number", "digit right, %", "called no digit, %"), rows, numbers=3)


def _rejected(found: Any) -> str:
    return f"{100 * found['rejected']:.2f}"


def criteria(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers."""
    spaces = [_read(root / f"metrics/elbow_{space}.json") for space in ("pixels", "map")]
    rows = [
        (title, *("none" if space[key] is None else str(space[key]) for space in spaces))
        for key, title in CRITERIA.items()
    ]
    return _table(("criterion", "raw pixels", "2-D map"), rows, numbers=2)


def quality(root: Path) -> str:
    """Lay out how well the maps keep neighbourhoods."""
    maps = [_read(root / f"metrics/tsne_{n}d.json") for n in (2, 3)]
    rows = [(title, *(f"{found[key]:.3f}" for found in maps)) for key, title in QUALITY.items()]
    return _table(("", "2-D map", "3-D map"), rows, numbers=2)


def params(root: Path) -> str:
    """Lay out every param by stage: default, type, range and meaning."""
    sections = json.loads((root / "params.schema.json").read_text(encoding="utf-8"))["properties"]
    text = (root / "params.yaml").read_text(encoding="utf-8")
    defaults, meanings = yaml.safe_load(text), dict(_comments(text))
    tables = []
    for section in defaults:
        schema = sections[section]
        rows = [
            (f"`{name}`", f"`{_plain(default)}`", *_allowed(leaf), meanings[name])
            for name, default, leaf in _leaves(f"{section}.", defaults[section], schema)
        ]
        table = _table(("param", "default", "type", "range", "meaning"), rows)
        tables.append(f"#### `{section}`: {schema['description']}\n\n{table}")
    return "\n".join(tables)


def _leaves(prefix: str, defaults: Any, schema: Any) -> Iterator[tuple[str, Any, Any]]:
    for key, inner in schema["properties"].items():
        if "properties" in inner:
            yield from _leaves(f"{prefix}{key}.", defaults[key], inner)
        else:
            yield f"{prefix}{key}", defaults[key], inner


def _comments(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each param and the comment behind it, on one line or several."""
    above: list[str] = []
    name, comment = "", ""
    for line in text.splitlines():
        found = re.match(r"( *)(\w+):([^#]*)(?:# (.*))?$", line)
        if found:
            if comment:
                yield name, comment
            above[len(found[1]) // 2 :] = [found[2]]
            name, comment = ".".join(above), found[4] or ""
        elif comment and (more := re.match(r" +# (.*)$", line)):
            comment += f" {more[1]}"
    yield name, comment


def _allowed(schema: Any) -> tuple[str, str]:
    """Say the type and the range of a param, from the keys that the check itself reads."""
    if "anyOf" in schema:
        kinds, ranges = zip(*map(_allowed, schema["anyOf"]), strict=True)
        return " or ".join(kinds), ", ".join(filter(None, ranges))
    if "const" in schema:
        return f"`{schema['const']}`", ""
    if "enum" in schema:
        return "choice", ", ".join(f"`{option}`" for option in schema["enum"])
    names = {
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "boolean": "true or false",
    }
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(names.get(kind, f"`{kind}`") for kind in types), _range(schema)


def _range(schema: Any) -> str:
    if schema["type"] == "boolean":
        return ""
    if "pattern" in schema:
        return f"`{schema['pattern']}`"
    if "minLength" in schema and "maxLength" not in schema:
        return ""
    unit = " characters" if "minLength" in schema else ""
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    if "exclusiveMinimum" in schema:
        return f"above {schema['exclusiveMinimum']}, to {high}"
    return f"{low} to {high}{unit}" if high is not None else f"{low}{unit} or more"


def _plain(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _interval(ends: Any) -> str:
    return f"{_percent(ends['low'])} to {_percent(ends['high'])}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """Lay rows out in Markdown, the last ``numbers`` columns to the right."""
    rule = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    lines = [" | ".join(row) for row in (header, rule, *rows)]
    return "".join(f"| {line} |\n" for line in lines)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def main() -> None:
    """Write the documents anew."""
    for path, text in filled(Path(__file__).resolve().parent.parent).items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
