# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate of persistent desktops that nobody provisioned, on two clusters in two zones, for the tests of what follows
a re-hosting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from harness.citrix import CitrixEstate

CLUSTER: dict[str, Any] = {
    "vms": [
        {"name": "M-{n:03d}", "count": 6, "power_state": "on"},
        {"name": "L-{n:03d}", "count": 4, "power_state": "on"},
    ]
}


class Desktops(CitrixEstate):
    """The lab with this estate. Labs has its machines on conn-b already, and is still in the zone of conn-a."""

    topology: ClassVar[dict[str, Any]] = {
        "seed": 7,
        "prism_elements": [{"name": "cluster-a", **CLUSTER}, {"name": "cluster-b", **CLUSTER}],
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "zones": [{"name": "Primary", "primary": True}, {"name": "Zürich"}],
                "hypervisors": [
                    {
                        "name": "conn-a",
                        "cluster": "cluster-a",
                        "hosting_units": [{"name": "AHV A", "networks": ["VLAN10"]}, {"name": "AHV-A2"}],
                    },
                    {
                        "name": "conn-b",
                        "cluster": "cluster-b",
                        "zone": "Zürich",
                        "hosting_units": [{"name": "AHV-B", "networks": ["VLAN10"]}],
                    },
                ],
                "catalogs": [
                    {
                        "name": "Desks",
                        "folder": "Prod",
                        "hypervisor": "conn-a",
                        "provisioning_type": "Manual",
                        "machines": 6,
                        "machine_prefix": "M-",
                    },
                    {
                        "name": "Labs",
                        "hypervisor": "conn-b",
                        "zone": "Primary",
                        "provisioning_type": "Manual",
                        "machines": 4,
                        "machine_prefix": "L-",
                    },
                    {
                        "name": "Loose",
                        "hypervisor": "conn-a",
                        "provisioning_type": "Manual",
                        "machines": 2,
                        "machine_prefix": "X-",
                        "delivery_group": None,
                    },
                ],
            },
            {
                "name": "cvad",
                "kind": "cvad",
                "username": "CORP\\svc ansible",
                "password": "pä:ß%w0rd",
                "zones": [{"name": "Primary", "primary": True}, {"name": "DR"}],
                "hypervisors": [
                    {"name": "conn-a", "cluster": "cluster-a"},
                    {"name": "conn-b", "cluster": "cluster-b", "zone": "DR"},
                ],
                "catalogs": [
                    {
                        "name": "Desks",
                        "hypervisor": "conn-a",
                        "provisioning_type": "Manual",
                        "machines": 2,
                        "machine_prefix": "L-",
                    }
                ],
            },
        ],
    }

    def set_machines(self, names: Iterable[str], endpoint: str = "daas", **state: Any) -> None:
        """Change machines, as a user, the broker or another administrator would."""
        self.lab.change([{"endpoint": endpoint, "kind": "machine", "machine": name, **state} for name in names])

    def machines(self, endpoint: str = "daas") -> dict[str, dict[str, Any]]:
        """All machines of a site by HOST, as the lab holds them."""
        return {
            machine["name"].rpartition("\\")[2]: machine
            for machine in self.lab.estate.endpoint(endpoint).state()["machines"]
        }

    def hosting(self, *names: str, endpoint: str = "daas") -> list[dict[str, Any]]:
        """What citrix_machine_hosting would tell of machines whose hosting is right; of all when none is named. The
        record is as before."""
        shown = getattr(self, endpoint)("citrix_machine_info", names=list(names) or None)["machines"]
        keys = ("id", "name", "catalog", "catalog_id", "hosted_machine_id", "hypervisor_connection")
        self.lab.forget()
        return [
            {**{key: machine[key] for key in keys}, "vm_name": "", "cluster": "", "action": "right"}
            for machine in shown
        ]

    def connection_answers(self, name: str, **changes: Any) -> None:
        """Let the list of connections show other facts of one of them; there is no other way to give a connection a
        fault."""
        self.fault(
            "/hypervisors$",
            {
                "status": 200,
                "body": {
                    "Items": [{**item, **(changes if item["Name"] == name else {})} for item in self._connections()]
                },
            },
        )

    def _connections(self) -> list[dict[str, Any]]:
        shown = self.daas("citrix_hosting_connection_info")["connections"]
        self.lab.forget()
        return [
            {
                "Id": each["id"],
                "Name": each["name"],
                "PluginId": each["plugin"],
                "ConnectionType": each["connection_type"],
                "Addresses": each["addresses"],
                "InMaintenanceMode": each["in_maintenance_mode"],
                "Scopes": [],
                "UsesCloudInfrastructure": False,
                "Zone": {"Id": each["zone"]["id"], "Name": each["zone"]["name"]},
                "Fault": None,
            }
            for each in shown
        ]
