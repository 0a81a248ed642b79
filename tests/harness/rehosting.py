# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desks whose VMs are on another cluster now, for the tests of citrix_machine_hosting."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_hosting import OPERATION
from harness.modules import Site, hosts_of
from lab.running import RunningLab

HOSTING = "citrix_machine_hosting"
PC = [{"name": "PC"}]
QUICK = {"job_start": 0, "read_job": 0}
TOPOLOGY: dict[str, Any] = {
    "seed": 11,
    "durations": QUICK,
    "prism_elements": [
        {"name": "cluster-a", "vms": [{"name": "PC{n}", "count": 12}]},
        {"name": "cluster-b", "vms": [{"name": "PC{n}", "count": 12}, {"name": "server", "count": 1}]},
    ],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "hypervisors": [
                {"name": "conn-a", "cluster": "cluster-a", "hosting_units": [{"name": "AHV-A", "networks": []}]},
                {"name": "conn-b", "cluster": "cluster-b", "hosting_units": [{"name": "AHV-B", "networks": []}]},
                {"name": "conn-vmware", "cluster": "cluster-b", "plugin": "VmwareFactory"},
                {"name": "conn-resting", "cluster": "cluster-b", "in_maintenance_mode": True},
            ],
            "catalogs": [
                {
                    "name": "PC",
                    "hypervisor": "conn-a",
                    "provisioning_type": "Manual",
                    "persistent": True,
                    "machines": 12,
                    "machine_prefix": "PC{n}",
                    "delivery_group": "Desks",
                },
                {"name": "Pool", "hosting_unit": "AHV-A", "image": "img", "machines": 2, "machine_prefix": "MCS-"},
                {
                    "name": "Streamed",
                    "hypervisor": "conn-a",
                    "provisioning_type": "PVS",
                    "machines": 1,
                    "machine_prefix": "PVS-",
                },
                {"name": "Physical", "provisioning_type": "Manual", "machines": 2, "machine_prefix": "TIN-"},
            ],
        },
        {
            "name": "cvad",
            "kind": "cvad",
            "hypervisors": [{"name": "conn-a", "cluster": "cluster-a"}, {"name": "conn-b", "cluster": "cluster-b"}],
            "catalogs": [
                {
                    "name": "PC",
                    "hypervisor": "conn-a",
                    "provisioning_type": "Manual",
                    "machines": 3,
                    "machine_prefix": "PC{n}",
                }
            ],
        },
    ],
}


class Rehosting:
    """Twelve desks on cluster-a whose VMs are on cluster-b now: `daas` and `cvad` call modules, `vms` are those of
    cluster-b."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.reset(TOPOLOGY)

    def reset(self, topology: dict[str, Any]) -> None:
        self.lab.reset(deepcopy(topology))
        self.lab.clear_faults()
        self.lab.forget()
        hosts = hosts_of(self.lab)
        self.daas: Site = hosts["daas"]
        self.cvad: Site = hosts["cvad"]

    @property
    def vms(self) -> list[dict[str, Any]]:
        return self.vms_of("cluster-b", "conn-b")

    def vms_of(self, cluster: str, connection: str) -> list[dict[str, Any]]:
        return [
            {"name": vm["name"], "uuid": vm["uuid"], "hypervisor_connection": connection, "cluster": cluster}
            for vm in self.lab.estate.endpoint(cluster).state()["vms"]
        ]

    def uuid(self, name: str, cluster: str = "cluster-b") -> str:
        (found,) = [vm["uuid"] for vm in self.lab.estate.endpoint(cluster).state()["vms"] if vm["name"] == name]
        return str(found)

    def behave(self, **switches: Any) -> None:
        self.lab.change([{"endpoint": name, "kind": "behaviour", **switches} for name in ("daas", "cvad")])

    def change(self, kind: str, **payload: Any) -> None:
        self.lab.change([{"endpoint": "daas", "kind": kind, **payload}])

    def fault(self, method: str, path: str, then: dict[str, Any], **rule: Any) -> None:
        self.lab.faults([{"endpoint": "daas", "method": method, "path": path, "then": then, **rule}])

    def hosting(self, site: str = "daas") -> dict[str, tuple[str, str]]:
        """Each machine's (HostedMachineId, connection) as the lab holds it."""
        state = self.lab.estate.endpoint(site).state()
        return {
            machine["name"].partition("\\")[2]: (machine["hosted_machine_id"], machine["hypervisor"])
            for machine in state["machines"]
        }

    def moved(self, *names: str) -> bool:
        hosting = self.hosting()
        return all(hosting[name] == (self.uuid(name), "conn-b") for name in names or DESKS)

    def asked(self, method: str, part: str) -> list[dict[str, Any]]:
        return [entry for entry in self.lab.requests() if entry["method"] == method and part in entry["path"]]


DESKS = tuple(f"PC{number}" for number in range(1, 13))


def validated(arguments: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = (
        ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules())
        .validate(arguments)
        .validated_parameters
    )
    return checked


def warnings_of(site: Site, **arguments: Any) -> list[str]:
    """What a call warns of. AnsibleModule keeps its warnings for the whole process, so that they are asked of the
    operation."""
    reporter = Reporter()
    OPERATION.carry_out(validated({**site.options, **arguments}), reporter)
    return reporter.warnings


def names(listed: list[dict[str, Any]]) -> list[str]:
    return sorted(entry["name"] for entry in listed)
