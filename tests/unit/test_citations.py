# Copyright: (c) 2026, the euc.nutanix_citrix contributors GNU General Public License v3.0+ (see LICENSE or
# https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every citation of a wire contract leads to something that exists (docs/contracts/README.md tells the form)."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "docs" / "contracts"
PAGES = sorted(path.stem for path in CONTRACTS.glob("*.md") if path.stem != "README")
CITING = sorted(
    path
    for pattern in ("plugins/**/*.py", "tests/**/*.py", "roles/**/*.yml", "playbooks/*.yml", "docs/*.md", "README.md")
    for path in ROOT.glob(pattern)
    if path != Path(__file__)
)
REFERENCE = r"(?:\d+(?:\.\d+)*|trap \d+|U\d+|addition (?:[A-Z] )?\d+|addition [A-Z]\b)"
REFERENCES = rf"{REFERENCE}(?:(?:, | to ){REFERENCE})*"
CITATION = re.compile(rf"\bcontract (\w+) ({REFERENCES})")
ROUTE = re.compile(r'\bsection="([^"]*)"')
# What looks like a citation and does not name its page
STRAY = re.compile(
    r"citrix_orchestration|prism_element_v2|\b(?:contract|section|traps?|additions?) \d|# U?\d"
    r"|(?<!\w)\((?:U\d|[1-9]\d?\.[1-9])[^()]{0,20}\)(?=[ .;:,])"
)


@functools.cache
def prose(path: Path) -> str:
    """The text with comments and docstrings that go over several lines in one."""
    return re.sub(r"\s*\n\s*(?:# )?", " ", path.read_text(encoding="utf-8"))


def anchors(page: str) -> set[str]:
    """Everything on a page that a reference may lead to."""
    found: set[str] = set()
    kind = letter = ""
    for line in (CONTRACTS / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#+ (?:(\d+(?:\.\d+)*)\.? |([A-Z])\. )?(.*)", line):
            number, letter, title = (part or "" for part in heading.groups())
            if line.startswith("## "):
                kind = {"Traps": "trap ", "Additions and corrections": "addition "}.get(title, "")
            found.update([number] if number else [])
            found.update([f"{kind}{letter}"] if letter else [])
        elif kind and (item := re.match(r"(\d+)\. ", line)):
            found.add(f"{kind}{letter} {item[1]}" if letter else f"{kind}{item[1]}")
        elif row := re.match(r"\| (U\d+) \|", line):
            found.add(row[1])
    return found


def references(text: str) -> list[str]:
    return re.split(", | to ", text)


@pytest.mark.parametrize("page", PAGES)
def test_citations_lead_somewhere(page: str) -> None:
    known = anchors(page)
    dead = [
        f"{path.relative_to(ROOT)}: contract {page} {reference}"
        for path in CITING
        for cited, listed in CITATION.findall(prose(path))
        if cited == page
        for reference in references(listed)
        if reference not in known
    ]
    assert dead == []


@pytest.mark.parametrize("page", ["citrix", "image_portability", "prism_central", "prism_element", "xenserver"])
def test_routes_of_the_lab_lead_somewhere(page: str) -> None:
    known = anchors(page)
    routes = {
        (path.name, listed)
        for path in (ROOT / "tests" / "lab" / page).rglob("*.py")
        for listed in ROUTE.findall(path.read_text(encoding="utf-8"))
    }
    assert routes
    assert [route for route in sorted(routes) if not known.issuperset(references(route[1]))] == []


def test_every_citation_names_its_page() -> None:
    strays = [
        f"{path.relative_to(ROOT)}: {stray}"
        for room in ("plugins", "tests/lab", "tests/conformance")
        for path in sorted((ROOT / room).rglob("*.py"))
        for stray in STRAY.findall(ROUTE.sub("", CITATION.sub("", prose(path))))
    ]
    unknown = {page for path in CITING for page, _references in CITATION.findall(prose(path))} - set(PAGES)
    assert (strays, unknown) == ([], set())
