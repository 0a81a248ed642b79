# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The overview of an estate, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from harness.modules import TOPOLOGIES, topology_of, writes
from harness.playbooks import files_with, run_playbook, secrets_of
from harness.schemas import hold_to_schema
from lab.running import RunningLab


def test_the_estate_is_read_and_nothing_else_is_done(lab: RunningLab, tmp_path: Path) -> None:
    lab.reset(topology_of(TOPOLOGIES / "failover.yml"))
    reports = tmp_path / "reports"
    reports.mkdir()
    drill = {
        "schema": {"name": "dr_report", "version": 1},
        "move": "d1",
        "mode": "drill",
        "finished": "2026-11-20T03:00:00.000Z",
        "complete": True,
        "check_mode": False,
    }
    (reports / "dr_drill_d1.json").write_text(json.dumps(drill), encoding="utf-8")
    outcome = run_playbook(
        "euc.nutanix_citrix.estate_report", lab.inventory_path, tmp_path, "-e", f"report_directory={reports}", "-vvv"
    )
    assert outcome.status == 0, outcome.trouble
    assert (outcome.changed, writes(lab)) == ([], [])
    hold_to_schema(reports / "estate.json", "estate_report")
    report = json.loads((reports / "estate.json").read_text(encoding="utf-8"))
    states = {catalog["catalog"]: catalog["protection"]["state"] for catalog in report["catalogs"]}
    assert states == {
        "W11 Persistent": "protected",
        "W11 Pooled": "not needed",
        "W10 Persistent": "protected",
        "W11 Finance": "protected",
    }
    assert [endpoint["heard"] for endpoint in report["endpoints"]] == [True] * 4
    assert report["next_certificate"]["certificate_trusted"] is True
    assert (report["last"]["complete_drill"]["id"], report["last"]["release"]) == ("d1", None)
    assert (reports / "estate.html").is_file()
    assert (reports / "estate.prom").is_file()
    before = {path.name: path.read_bytes() for path in reports.iterdir()}
    options = ("-e", f"report_directory={reports}", "--limit", "cluster-a,daas")
    outcome = run_playbook("euc.nutanix_citrix.estate_report", lab.inventory_path, tmp_path, *options)
    assert outcome.status == 2
    assert "cvad was not read" in outcome.trouble
    assert "No file was written" in outcome.trouble
    assert {path.name: path.read_bytes() for path in reports.iterdir()} == before
    secrets = secrets_of(lab.inventory_path)
    assert [secret for secret in secrets if secret in outcome.output] == []
    assert files_with(secrets, tmp_path) == set()
