# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vdi_sync in a play: XAPI from the controller, the rest over Ansible's own connection to a control domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from harness.modules import TOPOLOGIES, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab, serve

SOURCE = "xs-east-1-dom0"


def topology() -> dict[str, Any]:
    """The pools of the topology that have files, each host with a control domain."""
    whole = topology_of(TOPOLOGIES / "xenserver.yml")
    pools = [pool for pool in whole["xenserver_pools"] if pool["name"] in ("xs-east", "xs-west", "xs-north")]
    return {**whole, "citrix_sites": [], "xenserver_pools": [{**pool, "control_domains": True} for pool in pools]}


def play(lab: RunningLab) -> list[dict[str, Any]]:
    east = lab.state()["endpoints"]["xs-east"]
    task = {
        "storage_repository": "{{ xenserver_image_sync_storage | last }}",
        "name": "W11-Pool_1",
        "sr_directory": "{{ hostvars[dom0].xenserver_sr_directory }}",
        "source": {
            "vdi_uuid": east["schemes"]["W11-Pool"]["NFS-East"],
            "storage_repository_uuid": east["srs"]["NFS-East"]["uuid"],
            "sr_directory": f"{{{{ hostvars['{SOURCE}'].xenserver_sr_directory }}}}",
        },
        "peer": {
            "address": f"{{{{ hostvars['{SOURCE}'].ansible_host }}}}",
            "port": f"{{{{ hostvars['{SOURCE}'].ansible_port }}}}",
            "user": f"{{{{ hostvars['{SOURCE}'].ansible_user }}}}",
            "private_key_path": f"{{{{ hostvars['{SOURCE}'].xenserver_dom0_key }}}}",
            "known_hosts_path": f"{{{{ hostvars['{SOURCE}'].xenserver_dom0_known_hosts }}}}",
        },
    }
    module = "euc.nutanix_citrix.xen_vdi_sync"
    return [
        {
            "hosts": "xs-west:xs-north",
            "gather_facts": False,
            "vars": {"dom0": "{{ {'xs-west': 'xs-west-1-dom0', 'xs-north': 'xs-north-2-dom0'}[inventory_hostname] }}"},
            "tasks": [
                {"name": "sync", module: task, "delegate_to": "{{ dom0 }}"},
                {"name": "off", module: task, "delegate_to": "without-ssh", "ignore_errors": True},
                {"name": "local", module: task, "ignore_errors": True},
            ],
        }
    ]


def run(lab: RunningLab, directory: Path) -> Outcome:
    book = directory / "sync.yml"
    book.write_text(yaml.safe_dump(play(lab)), encoding="utf-8")
    (directory / "more.ini").write_text("without-ssh ansible_host=127.0.0.1 ansible_port=1\n", encoding="utf-8")
    outcome = run_playbook(book, lab.inventory_path, directory, "-i", str(directory / "more.ini"))
    assert outcome.status == 0, outcome.trouble
    return outcome


def results(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    return [task["result"] for task in outcome.tasks if task["task"] == name]


def test_two_pools_fetch_an_image_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    with serve(topology()) as lab:
        first = run(lab, tmp_path)
        assert [result["changed"] for result in results(first, "sync")] == [True, True]
        assert all(result["transferred_bytes"] > 4 * 1024 * 1024 for result in results(first, "sync"))
        for name in ("xs-west", "xs-north"):
            (disk,) = [vdi for vdi in lab.state()["endpoints"][name]["vdis"] if vdi["name_label"] == "W11-Pool_1"]
            assert disk["managed"] is True
        assert all("SSH is off on new hosts of XenServer" in result["msg"] for result in results(first, "off"))
        assert all("needs a connection to the control domain" in result["msg"] for result in results(first, "local"))
        lab.forget()
        again = run(lab, tmp_path)
        assert [result["transferred_bytes"] for result in results(again, "sync")] == [0, 0]
        assert again.changed == []
        assert writes(lab) == []
        assert lab.violations() == []
