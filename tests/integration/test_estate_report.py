# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module estate_report: its files, what they say of what is unknown, and how the page looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from harness.browser import find_browser, screenshot
from harness.modules import run_module
from harness.pages import AWKWARD, look

CERTIFICATE = {"certificate": {"not_after": "2026-12-24T00:00:00Z", "days_left": 24, "trusted": True}}
SNAPSHOT = {
    "name": "ctx_Gold_2026.11.20-1",
    "uuid": "1",
    "created": "2026-11-20T00:00:00Z",
    "source_vm_name": "ctx_2026.11.20-1_1_Gold",
    "lineage": {"protection_domain_snapshot_id": "1", "recovery_point_id": None, "doubt": ""},
}
CLUSTERS = {
    "cluster-a": {
        "message": "",
        "address": "10.1.1.1",
        "port": 9440,
        "endpoint": CERTIFICATE,
        "snapshots": [SNAPSHOT],
        "protection_domains": [],
    }
}
UNIT = {"name": "AHV-A", "connection": {"addresses": ["10.1.1.1"]}}
CATALOG: dict[str, Any] = {
    "id": "1",
    "name": AWKWARD,
    "full_name": AWKWARD,
    "provisioning_type": "MCS",
    "zone": "Primary",
    "hosting_unit": "AHV-A",
    "master_image": {"name": "ctx_Gold_2026.11.20-1", "path": ""},
    "image_version": None,
    "note": "",
    "total_count": 2,
    "machines_take_image": True,
    "update_running": False,
    "broken": False,
}
MANUAL = {**CATALOG, "id": "2", "full_name": "Own", "master_image": None, "machines_take_image": False}
MACHINES = [["1", "vm-1", 1, False], ["1", "vm-2", 0, True], ["2", "vm-3", 2, False]]
SITES = {
    "daas": {
        "message": "",
        "endpoint": CERTIFICATE,
        "catalogs": [CATALOG, MANUAL],
        "hosting_units": [UNIT],
        "machines": MACHINES,
    }
}
GOING = {
    "cluster": "cluster-a",
    "kind": "image",
    "name": "ctx_Gold_1",
    "id": "9",
    "reason": "263 days old",
    "delete": True,
}


def files(directory: Path) -> dict[str, str]:
    return {
        "report_path": str(directory / "estate.json"),
        "page_path": str(directory / "estate.html"),
        "metrics_path": str(directory / "estate.prom"),
    }


def samples(path: Path) -> dict[tuple[str, ...], float]:
    """(name, value of each label) -> value, as Prometheus itself reads the file."""
    families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    assert all(family.documentation and family.type == "gauge" for family in families)
    read = {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
    assert len(read) == sum(len(family.samples) for family in families)
    return read


def test_all_files_say_the_same(tmp_path: Path) -> None:
    result = run_module(
        "estate_report",
        {"clusters": CLUSTERS, "sites": SITES, "decisions": [GOING], "notify_url": "", **files(tmp_path)},
    )
    assert not result.get("failed"), result
    assert result["unknown"] == []
    report = json.loads((tmp_path / "estate.json").read_text(encoding="utf-8"))
    first, manual = report["catalogs"]
    assert (first["release"], first["verified"], first["machines_up_to_date"], first["sessions"]) == (
        "2026.11.20-1",
        True,
        1,
        1,
    )
    assert (manual["protection"]["state"], manual["machines_up_to_date"]) == ("not protected", None)
    assert result["cares"] == [
        "the certificate of cluster-a expires in 24 days",
        "the certificate of daas expires in 24 days",
        "catalog Own of daas is not protected",
    ]
    read = samples(tmp_path / "estate.prom")
    assert read["euc_catalog_image_info", "daas", AWKWARD, "ctx_Gold_2026.11.20-1", "2026.11.20-1", "Gold"] == 1
    assert read["euc_catalog_machines_up_to_date", "daas", AWKWARD] == 1
    assert read["euc_catalog_protected_machines", "daas", "Own", "unprotected"] == 1
    assert read["euc_retention_objects", "would_delete"] == 1
    assert ("euc_catalog_machines_up_to_date", "daas", "Own") not in read
    page = look((tmp_path / "estate.html").read_text(encoding="utf-8"))
    assert AWKWARD in page.text
    assert "ctx_Gold_1" in page.text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["estate.html", "estate.json", "estate.prom"]
    browser = find_browser()
    if browser:
        picture = screenshot(browser, tmp_path / "estate.html", tmp_path / "estate.png", (390, 844))
        assert len(picture.getcolors(maxcolors=1 << 24) or []) > 50


def test_what_was_not_read_is_unknown_and_never_good(tmp_path: Path) -> None:
    clusters = {**CLUSTERS, "cluster-b": {"message": "it cannot be reached."}}
    doubts = [{"name": "cluster-b", "reason": "cluster-b cannot be asked"}]
    arguments = {"clusters": clusters, "sites": SITES, "doubts": doubts, **files(tmp_path)}
    result = run_module("estate_report", arguments)
    assert result["failed"]
    assert result["msg"].startswith(
        "Not everything is known: cluster-b was not read: it cannot be reached; catalog Own"
    )
    assert result["summary"]["problem_count"] == 3
    assert (result["retention"]["kept_count"], result["last"]["release"]) == (None, None)
    read = samples(tmp_path / "estate.prom")
    assert read["euc_endpoint_up", "cluster-b", "prism_element"] == 0
    assert [key for key in read if key[0] in ("euc_retention_objects", "euc_last_job_complete")] == []
    assert ("euc_endpoint_certificate_trusted", "cluster-b", "prism_element") not in read
    assert "unknown: no directory of reports is given" in look((tmp_path / "estate.html").read_text("utf-8")).text


def test_check_mode_writes_no_file(tmp_path: Path) -> None:
    result = run_module("estate_report", {"clusters": CLUSTERS, "sites": SITES, **files(tmp_path)}, check=True)
    assert (result["page_path"], list(tmp_path.iterdir())) == (None, [])


def test_a_report_of_the_future_is_unknown_and_the_one_before_it_is_the_last(tmp_path: Path) -> None:
    drill = {"kind": "drill", "id": "d", "base_vm": "", "complete": True, "check_mode": False}
    early = {**drill, "file": "early.json", "finished": "2099-01-01T00:00:00Z"}
    known = {**drill, "file": "known.json", "finished": "2026-11-20T00:00:00Z"}
    reports = {"reports": [early, known], "directory": str(tmp_path)}
    result = run_module("estate_report", {"clusters": CLUSTERS, "sites": SITES, **reports, **files(tmp_path)})
    assert result["unknown"] == ["early.json does not count: it says that its job ended at 2099-01-01T00:00:00Z"]
    assert result["last"]["complete_drill"]["file"] == "known.json"
