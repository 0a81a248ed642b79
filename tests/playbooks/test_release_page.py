# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a real release: written by the playbook, looked at in a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from harness.browser import find_browser, screenshot
from harness.playbooks import run_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_release"
RELEASE = ("-e", "image_release_id=2026.11.20-1")
SIZE = (1280, 2000)
NARROW = (500, 2000)


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def colours(picture: Image.Image) -> int:
    return len(picture.getcolors(maxcolors=picture.width * picture.height) or [])


@pytest.mark.newest
def test_page_of_a_release_with_one_cluster_away(lab: RunningLab, tmp_path: Path) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    outcome = run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, *RELEASE, "-e", "image_release_operator=a.meier")
    assert outcome.status != 0
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    phases = {
        host: [step["phase"] for step in report["timeline"] if step["where"] == host]
        for host in ("cluster-a", "cluster-b", "cluster-c")
    }
    assert phases == {
        "cluster-a": ["snapshot", "replicate", "restore", "image", "remove"],
        "cluster-b": [],
        "cluster-c": ["replicate", "restore", "image", "remove"],
    }
    assert {(step["where"], step["what"]) for step in report["timeline"] if step["phase"] == "publish"} == {
        ("daas", "Prod/W11-Pool"),
        ("cvad", "W11-Lab"),
        ("cvad", "W11-Train"),
    }
    assert report["critical_path"][0]["phase"] == "snapshot"
    assert report["critical_path"][-1]["phase"] == "publish"
    moments = [report["started"], *(step["started"] for step in report["timeline"]), report["finished"]]
    assert moments == sorted(moments)

    page = tmp_path / "image_release_2026.11.20-1.html"
    text = page.read_text(encoding="utf-8")
    assert "a.meier" in text
    assert "cannot be reached" in text
    assert "cluster-b is not known to have the image" in text

    browser = find_browser()
    if browser is None:
        return
    light = screenshot(browser, page, tmp_path / "light.png", SIZE)
    dark = screenshot(browser, page, tmp_path / "dark.png", SIZE, dark=True)
    narrow = screenshot(browser, page, tmp_path / "narrow.png", NARROW)
    assert (light.size, dark.size, narrow.size) == (SIZE, SIZE, NARROW)
    assert min(map(colours, (light, dark, narrow))) > 100
    assert brightness(light) > 200 > 80 > brightness(dark)


@pytest.mark.bad_day
def test_nothing_to_do_and_nothing_wanted(lab: RunningLab, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "release.html"
    with_page = (*RELEASE, "-e", "image_release_report_path=", "-e", f"image_release_page_path={page}")
    plan = run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, *with_page, "--check")
    assert plan.status == 0, plan.output
    assert not page.exists()
    first = run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, *RELEASE, "-e", "image_release_report_path=")
    assert first.status == 0, first.output
    assert list(tmp_path.glob("image_release_*")) == []
    second = run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, *with_page)
    assert second.status == 0, second.output
    assert "nothing had to be done" in page.read_text(encoding="utf-8")
