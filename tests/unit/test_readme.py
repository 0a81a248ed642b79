# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README is also the page on Galaxy, where a relative link leads nowhere: absolute ones, to files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = f"{yaml.safe_load((ROOT / 'galaxy.yml').read_text(encoding='utf-8'))['repository']}/blob/main/"
LINKS = re.findall(r"\]\(([^)\s]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
CERTIFIED = (
    "Description",
    "Requirements",
    "Installation",
    "Use cases",
    "Testing",
    "Contributing",
    "Support",
    "Release notes and roadmap",
    "Related information",
    "License information",
)


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_links_are_absolute_and_those_to_files_lead_to_files(link: str) -> None:
    assert link.startswith("https://")
    if link.startswith(FILES):
        assert (ROOT / link.removeprefix(FILES).partition("#")[0]).exists()


def test_chapters_are_those_of_a_certified_collection_in_its_order() -> None:
    chapters = re.findall(r"^## (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [chapter for chapter in chapters if chapter in CERTIFIED] == list(CERTIFIED)
