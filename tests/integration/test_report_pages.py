# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages from templates of a user's own, for both modules that write one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.modules import run_module
from harness.moves import WAYS, failed_over, hosted, powered, site
from harness.pages import AWKWARD, look

MOVE = {
    "move": AWKWARD,
    "mode": "unplanned",
    **WAYS,
    "failovers": {"PD-W11": failed_over()},
    "power": powered(),
    "sites": {"daas": site(hosted(0, name=AWKWARD), hosted(1, "right"))},
}
RELEASE = {
    "release": "1",
    "base_vm": AWKWARD,
    "image": f"ctx_{AWKWARD}_1",
    "clusters": {AWKWARD: {"state": "made", "message": ""}},
    "sites": {},
}
OWN = """
{% extends "collection/OURS" %}
{% import "collection/parts.html.j2" as parts %}
{% block clusters %}
{% call parts.section("clusters", sections.clusters) %}{% include "greeting.j2" %}{% endcall %}
{% endblock %}
{% block footer %}<div title="{{ id if report.move is defined else name }}">{{ super() }}</div>{% endblock %}
"""
BOTH = pytest.mark.parametrize(
    ("module", "report", "ours"),
    [("dr_report", MOVE, "dr.html.j2"), ("image_release_report", RELEASE, "release.html.j2")],
)


def page_with(template: str, module: str, report: dict[str, Any], directory: Path) -> dict[str, Any]:
    (directory / "own.html.j2").write_text(template, encoding="utf-8")
    paths = {"page_path": str(directory / "page.html"), "page_template": str(directory / "own.html.j2")}
    return run_module(module, {**report, **paths})


@BOTH
def test_a_template_of_a_users_own_builds_upon_ours_and_is_escaped(
    module: str, report: dict[str, Any], ours: str, tmp_path: Path
) -> None:
    (tmp_path / "greeting.j2").write_text("<p>Hello {{ name }} & {{ id }}</p>", encoding="utf-8")
    result = page_with(OWN.replace("OURS", ours), module, report, tmp_path)
    assert not result.get("failed"), result
    page = look((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert AWKWARD in page.text.partition("Hello ")[2]
    assert {"title": AWKWARD} in page.all("div")
    assert "Timeline" in page.text


@BOTH
@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ("one\n{% if %}", "(line 2)"),
        ('{% extends "collection/nothing.html.j2" %}', "collection/nothing.html.j2 of the page is not there"),
        ("{{ report.nobody }}", "has no attribute 'nobody'"),
        ("{{ 1 / 0 }}", "division by zero"),
    ],
)
def test_a_template_that_cannot_be_used_is_said_and_the_report_is_written(
    module: str, report: dict[str, Any], ours: str, template: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    given = {**report, "report_path": str(path)}
    result = page_with(template, module, given, tmp_path)
    assert result["failed"]
    assert words in result["msg"]
    assert "Nothing but the page depends on it" in result["error"]["advice"]
    assert path.exists()
    assert not (tmp_path / "page.html").exists()


@BOTH
def test_a_template_that_is_not_there_is_said(module: str, report: dict[str, Any], ours: str, tmp_path: Path) -> None:
    paths = {"page_path": str(tmp_path / "page.html"), "page_template": str(tmp_path / "absent.j2")}
    assert "absent.j2 of the page is not there" in run_module(module, {**report, **paths})["msg"]
