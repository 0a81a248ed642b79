# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two clusters and a protection domain between them, for the tests of pe_protection_domain_failover."""

from __future__ import annotations

from typing import Any

from harness.modules import Site, hosts_of, run_module, writes
from lab.running import RunningLab

MODULE = "pe_protection_domain_failover"
NAME = "PD-W11"
DESKS = ["desk-1", "desk-2", "desk-3"]
A_YEAR = 31536000.0
SCHEDULE = {"type": "DAILY", "local": 2, "remote": {"SITE-B": 2}, "first_after": A_YEAR}
CLUSTER_A: dict[str, Any] = {
    "name": "cluster-a",
    "vms": [{"name": "desk-{n}", "count": 3, "power_state": "on", "disk_gib": 1}],
    "remote_sites": [
        {"name": "SITE-B", "cluster": "cluster-b", "bandwidth_mbps": 10000},
        {"name": "SITE-C", "cluster": "cluster-c", "bandwidth_mbps": 10000},
    ],
    "protection_domains": [
        {
            "name": NAME,
            "vms": DESKS,
            "schedules": [SCHEDULE],
            "snapshots": [{"age_hours": 26, "remotes": ["SITE-B"]}, {"age_hours": 2, "remotes": ["SITE-B"]}],
        }
    ],
}


TOPOLOGY: dict[str, Any] = {
    "seed": 1,
    "prism_elements": [
        CLUSTER_A,
        {"name": "cluster-b", "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 10000}]},
        {"name": "cluster-c", "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 10000}]},
    ],
}


class Pair:
    """Two clusters and the protection domain between them; the module runs on one of them with the other as peer."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.hosts: dict[str, Site] = hosts_of(lab)

    def peer(self, cluster: str) -> dict[str, Any]:
        return dict(self.hosts[cluster].options)

    def call(self, cluster: str, state: str, check: bool = False, **options: Any) -> dict[str, Any]:
        return run_module(MODULE, self.arguments(cluster, state, options), check)

    def __call__(self, cluster: str, state: str, check: bool = False, **options: Any) -> dict[str, Any]:
        result = self.call(cluster, state, check, **options)
        assert not result.get("failed"), result
        return result

    def refuses(self, cluster: str, state: str, **options: Any) -> str:
        """The same refusal in check mode and without, and not one write."""
        before = len(writes(self.lab))
        messages = [self.call(cluster, state, check, **options) for check in (True, False)]
        assert all(result.get("failed") for result in messages), messages
        assert len(writes(self.lab)) == before
        assert messages[0]["msg"] == messages[1]["msg"]
        return str(messages[0]["msg"])

    def arguments(self, cluster: str, state: str, options: dict[str, Any]) -> dict[str, Any]:
        name = options.get("name", NAME)
        deactivated = {"confirm": name} if state == "deactivated" else {}
        given = {
            **self.hosts[cluster].options,
            "name": name,
            "state": state,
            "peer": self.peer("cluster-b" if cluster == "cluster-a" else "cluster-a"),
        }
        return {key: value for key, value in {**given, **deactivated, **options}.items() if value is not None}

    def change(self, endpoint: str, kind: str, **payload: Any) -> dict[str, Any]:
        (result,) = self.lab.change([{"endpoint": endpoint, "kind": kind, **payload}])
        return dict(result)

    def vms(self, cluster: str) -> dict[str, str]:
        """Name -> uuid of the VMs there."""
        return {vm["name"]: vm["uuid"] for vm in self.hosts[cluster]("pe_vm_info")["vms"]}

    def active(self) -> list[str]:
        """The clusters on which it is active, whether they answer or not."""
        state = self.lab.state()["endpoints"]
        return [
            cluster
            for cluster in ("cluster-a", "cluster-b")
            for domain in state[cluster]["protection_domains"]
            if domain["name"] == NAME and domain["active"]
        ]

    def split(self) -> None:
        """The disaster, the activation on the survivor, and the return of the old source."""
        self.change("cluster-a", "lost", lost=True)
        self("cluster-b", "activated")
        self.change("cluster-a", "lost", lost=False)
        self.lab.forget()


def plain(result: dict[str, Any]) -> dict[str, Any]:
    """What check mode can predict of a result."""
    return {
        key: value
        for key, value in result.items()
        if key not in ("timeline", "warnings", "protected_by", "data_age_seconds", "plan")
    }


def orders(lab: RunningLab) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in lab.requests() if entry["method"] == "POST"]


def hide_vms(pair: Pair, cluster: str, after: int) -> None:
    body = {"metadata": {"count": 0, "grand_total_entities": 0, "total_entities": 0}, "entities": []}
    pair.lab.faults(
        [
            {
                "endpoint": cluster,
                "method": "GET",
                "path": r"/vms/?$",
                "nth": after + 1,
                "times": 1000,
                "then": {"status": 200, "body": body},
            }
        ]
    )


SICK = {"endpoint": "cluster-a", "then": {"status": 500, "body": {"message": "internal error"}}}


def several(pair: Pair, count: int) -> list[str]:
    """So many more protection domains on cluster-a, each with a VM of its own that was on."""
    names = [f"PD-{number:02d}" for number in range(1, count + 1)]
    for name in names:
        pair.change("cluster-a", "vm", name=f"vm-{name}", power_state="on", disk_gib=1)
        pair.change(
            "cluster-a",
            "protection_domain",
            name=name,
            vms=[f"vm-{name}"],
            schedules=[SCHEDULE],
            snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}],
        )
    return names


def power_states(pair: Pair, cluster: str) -> dict[str, str]:
    return {vm["name"]: vm["power_state"] for vm in pair.hosts[cluster]("pe_vm_info")["vms"]}
