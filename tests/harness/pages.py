# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of reports, taken apart, and what holds for each of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br"}
AWKWARD = "Göld \"W11\" <script>alert('1')</script> </title></style> &amp; 100% #1 \\ 金 שלום"


class Page(HTMLParser):
    """A page taken apart; fails where elements are not properly nested."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _value in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def style_of(html: str) -> str:
    return html.partition("<style>")[2].partition("</style>")[0]


def look(html: str) -> Page:
    """The page, after everything that holds for each of them."""
    html.encode("utf-8")
    style = style_of(html)
    page = Page(html)
    ids = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = [attributes["href"] or "" for attributes in page.all("a", "link")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    assert page.all("script", "img", "iframe", "object", "embed", "base", "form") == []
    assert not any(name.startswith("on") or name == "src" for _tag, attributes in page.elements for name in attributes)
    assert [attributes["content"] for attributes in page.all("meta") if "http-equiv" in attributes] == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ]
    assert "url(" not in style
    assert "@import" not in style
    assert page.all("html") == [{"lang": "en"}]
    assert [len(page.all(tag)) for tag in ("h1", "main", "nav", "header", "footer")] == [1] * 5
    assert len(page.all("title")) == 1 + len(page.all("rect"))
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in page.all("svg"))
    assert all(attributes["scope"] in ("row", "col") for attributes in page.all("th"))
    assert len(page.all("table")) == len(page.all("caption"))
    assert len(page.all("details")) == len(page.all("summary"))
    return page


def as_kept(text: str) -> str:
    """A text as a page keeps it: what no document may hold is replaced."""
    return re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", text
    )


def weak_colours(html: str, scheme: int, drawn: list[str]) -> list[str]:
    """The colours that cannot be told well enough from the paper, light (0) or dark (1). WCAG 2.2 AA: 4.5 for text, 3
    for what is drawn."""
    colours = dict(
        re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", style_of(html), re.DOTALL)[scheme])
    )
    needed = {
        **dict.fromkeys(("ink", "quiet", "link", "good", "bad", "plan"), 4.5),
        **dict.fromkeys((*drawn, "failed"), 3.0),
    }
    return [name for name, ratio in needed.items() if _contrast(colours[name], colours["paper"]) < ratio]


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
