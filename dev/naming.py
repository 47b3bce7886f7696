"""Name all images of the finished explorer by its own questions, as a user types the answers.

    python -m dev.naming

Each question is answered by the label that most of the images have that it shows. Prints how many
images have the right name after each answer, as the table of docs/predict.md.
"""

import sys

from dev.graph import ROOT
from dev.tables.markdown import table
from tests.support.browser import MISSING, Browser, found

MOST = 12
ASKED = """(() => {
  const next = nextQuestion();
  if (!next) return null;
  const counts = data.classes.map((one) => next.rows.filter((row) => labelOf(row) === one).length);
  return [`${next.kind} ${next.of}`, data.classes[counts.indexOf(Math.max(...counts))]];
})()"""
RIGHT = "rowsWhere((row) => givenName(row) === labelOf(row)).length / data.n"


def main() -> None:
    """Answer until nothing is left that decides an image, at most `MOST` times."""
    program = found()
    if program is None:
        sys.exit(MISSING)
    rows: list[tuple[str, ...]] = []
    with Browser(program) as browser:
        browser.open(ROOT / "site/index.html", "document.documentElement.dataset.ready === 'all'")
        browser.click_on("#tabs button", "Name")
        while len(rows) < MOST and (asked := browser.run(ASKED)):
            browser.type("#name .naming input", asked[1])
            named, right = browser.run("countNamed()"), browser.run(RIGHT)
            rows.append((str(len(rows) + 1), *asked, f"{named:,}", f"{100 * right:.2f}"))
    print(table("action | what is asked | answer | images named | named right, %", rows, 2))


if __name__ == "__main__":
    main()
