"""The explorer's page, put together from short sources."""

import re
from collections.abc import Mapping

_SCRIPT = re.compile(r'\s*<script src="([\w-]+\.js)"></script>')
BUNDLE = "explorer.js"


def bundle(sources: Mapping[str, str]) -> dict[str, str]:
    r"""Join the scripts that a page loads, in their order, in one.

    Parameters
    ----------
    sources : mapping of str to str
        Texts by file name, of ``index.html`` and of all scripts that it names.

    Returns
    -------
    dict of str to str
        Texts by file name: the page with one script in place of all, this script, and what else
        there is but scripts.

    Raises
    ------
    KeyError
        If a script is missing.

    Examples
    --------
    >>> html = '<head><script src="a.js"></script><script src="b.js"></script></head>'
    >>> bundled = bundle({"index.html": html, "a.js": "let a;", "b.js": "let b;"})
    >>> bundled["index.html"]
    '<head><script src="explorer.js"></script></head>'
    >>> bundled["explorer.js"]
    '"use strict";\nlet a;\nlet b;\n'
    """
    page = sources["index.html"]
    found = list(_SCRIPT.finditer(page))
    texts = ['"use strict";', *(sources[match[1]].rstrip() for match in found)]
    first, last = found[0].start(), found[-1].end()
    tag = found[0][0].replace(found[0][1], BUNDLE)
    other = {name: text for name, text in sources.items() if not name.endswith(".js")}
    return other | {
        "index.html": page[:first] + tag + page[last:],
        BUNDLE: "\n".join(texts) + "\n",
    }
