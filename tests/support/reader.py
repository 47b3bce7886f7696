"""What a browser would find in a page of HTML."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Collects tags with their attributes, and texts."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, attribute, *wanted):
        """Return the values of an attribute, of all tags or of some."""
        own = (values for tag, values in self.tags if tag in (wanted or (tag,)))
        return [values[attribute] for values in own if attribute in values]
