"""The explorer's page, put together from short sources."""

import re
from collections.abc import Mapping

_SCRIPT = re.compile(r'\s*<script src="([\w-]+\.js)"></script>')
BUNDLE = "explorer.js"


def bundle(sources: Mapping[str, str]) -> tuple[str, str]:
    r"""Join the scripts that a page loads, in their order, in one.

    Parameters
    ----------
    sources : mapping of str to str
        Texts by file name, of ``index.html`` and of all scripts that it names.

    Returns
    -------
    page : str
        With one script in place of all.
    script : str

    Raises
    ------
    KeyError
        If a script is missing.

    Examples
    --------
    >>> html = '<head><script src="a.js"></script><script src="b.js"></script></head>'
    >>> bundle({"index.html": html, "a.js": "let a;", "b.js": "let b;"})
    ('<head><script src="explorer.js"></script></head>', '"use strict";\nlet a;\nlet b;\n')
    """
    page = sources["index.html"]
    found = list(_SCRIPT.finditer(page))
    texts = ['"use strict";', *(sources[match[1]].rstrip() for match in found)]
    first, last = found[0].start(), found[-1].end()
    tag = found[0][0].replace(found[0][1], BUNDLE)
    return page[:first] + tag + page[last:], "\n".join(texts) + "\n"
