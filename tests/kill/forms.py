"""Presses a button of a page as a browser would: with everything that its form holds."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from demo.client import Browser, StepFailed


class _Forms(HTMLParser):
    """Collects the fields of each form by the path it is sent to; tick boxes are ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or note a field of the one that is open."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.found.setdefault(urlsplit(values.get("action", "")).path, {})
        elif tag == "input" and self._fields is not None and values.get("name"):
            self._fields[values["name"]] = values.get("value") or ("on" if values.get("type") == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        """Close a form."""
        if tag == "form":
            self._fields = None


def press(browser: Browser, page: str, *, to: str = "", **typed: str) -> None:
    """Send the form of `page` that goes `to` an address (to the page itself), with what it holds and what is `typed`.

    Raises StepFailed when the page has no such form.
    """
    forms = _Forms()
    forms.feed(browser.page(page).text)
    found = forms.found.get(to)
    if not found:
        raise StepFailed(f"The page has no form for {to or page}.")
    browser.submit(to or page, {**found, **typed}, seen_on=page)
