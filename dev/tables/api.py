"""The page of the API, made from the docstrings of what the library exports."""

import inspect
import re

import mnist_clustering

_RULE = re.compile(r"(?m)^([A-Z][A-Za-z ]+)\n-{3,}\n")


def api() -> str:
    """Describe all that is exported: signature, docstring, and methods, those of both once."""
    seen: set[object] = set()
    parts = []
    # Classes first, and images before vectors, whose docstring refers to them.
    for name in sorted(mnist_clustering.__all__, key=str.swapcase, reverse=True):
        cls = getattr(mnist_clustering, name)
        parts += [f"## {name}\n", _signature(name, cls), _laid_out(cls)]
        for method, member in inspect.getmembers(cls, callable):
            own = getattr(member, "__func__", member)
            ours = (getattr(own, "__module__", None) or "").startswith("mnist_clustering")
            if ours and not method.startswith("_") and own not in seen:
                seen.add(own)
                parts += [f"### {name}.{method}\n", _signature(method, member), _laid_out(member)]
    return "\n".join(parts)


def _signature(name: str, member: object) -> str:
    """Write a call with its defaults but without types."""
    given = inspect.signature(member)  # type: ignore[arg-type]
    words = []
    for parameter in given.parameters.values():
        if parameter.name != "self":
            words.append(str(parameter.replace(annotation=inspect.Parameter.empty)))
            if parameter.kind is parameter.KEYWORD_ONLY and "*" not in words:
                words.insert(-1, "*")
    return f"```text\n{name}({', '.join(words)})\n```\n"


def _laid_out(member: object) -> str:
    """Lay a numpydoc docstring out: its sections, and a list item for each name in them."""
    summary, *sections = _RULE.split(inspect.getdoc(member) or "")
    lines = [summary.strip(), ""]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        body = body.strip("\n")
        if title == "Examples":
            lines += [f"**{title}**", "", "```pycon", body, "```", ""]
        else:
            lines += [f"**{title}**", "", *_items(body), ""]
    return "\n".join(lines)


def _items(body: str) -> list[str]:
    """Turn each line that begins a name into an item, with what is said of it below."""
    items: list[str] = []
    for line in body.splitlines():
        if line.strip() and not line.startswith(" "):
            name, _, kind = line.partition(" : ")
            items.append(f"- `{name}`" + (f" ({kind})" if kind else ""))
        elif line.strip():
            items[-1] += (": " if items[-1].endswith(("`", ")")) else " ") + line.strip()
    return items
