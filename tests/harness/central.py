# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for simulated Prism Centrals, and the estate that their tests run on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from lab.running import RunningLab

POINTS = "/dataprotection/v4.0/config/recovery-points"
VMS = "/vmm/v4.0/ahv/config/vms"
TEMPLATES = "/vmm/v4.0/content/templates"
CATEGORIES = "/prism/v4.0/config/categories"
VM_REFERENCE = "vmm.v4.content.TemplateVmReference"
OVERRIDE = "dataprotection.v4.config.AhvVmOverrideSpec"
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [
                {"name": "Gold", "disk_gib": 10},
                {"name": "Gold", "disk_gib": 20},
                {"name": "Lone", "disk_gib": 1},
            ],
            "storage_containers": ["default", "fast"],
        },
        {"name": "b", "vms": [{"name": "Gold"}]},
        {"name": "c"},
    ],
    "prism_centrals": [
        {"name": "east", "version": "pc.7.3", "clusters": ["a", "b"], "categories": [{"key": "App", "value": "Gold"}]},
        {"name": "west", "clusters": ["c"], "paired_with": ["east"], "bandwidth_mbps": 800},
    ],
}


class Central:
    """Talks to one Prism Central as a client would."""

    def __init__(self, lab: RunningLab, name: str = "east") -> None:
        self.lab = lab
        self.name = name
        endpoint = lab.endpoint(name)
        self.url = endpoint["url"] + "/api"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (endpoint["inventory"]["nutanix_username"], endpoint["inventory"]["nutanix_password"])
        self.session.verify = str(lab.ca_path)

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.lab.state()["endpoints"][self.name]
        return state

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> requests.Response:
        sent = {"NTNX-Request-Id": str(uuid4()), **(headers or {})}
        parameters = {f"${name}": value for name, value in query.items()}
        return self.session.request(method, self.url + path, json=body, headers=sent, params=parameters, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json().get("data") or []

    def etag(self, path: str) -> dict[str, str]:
        return {"If-Match": self.ask("GET", path).headers["ETag"]}

    def finished(self, answer: requests.Response, after: float = 200) -> dict[str, Any]:
        assert answer.status_code == 202, answer.text
        self.lab.skip(after)
        task: dict[str, Any] = self.get(f"/prism/v4.0/config/tasks/{answer.json()['data']['extId']}")
        return task

    def vm(self, name: str) -> dict[str, Any]:
        found = self.get(VMS, filter=f"name eq '{name}'")
        assert len(found) == 1
        vm: dict[str, Any] = found[0]
        return vm

    def recovery_point(self, vm: str = "Lone", **more: Any) -> dict[str, Any]:
        """Make one and return it."""
        body = {"name": "rp", "vmRecoveryPoints": [{"vmExtId": self.vm(vm)["extId"]}], **more}
        point: dict[str, Any] = self.get(f"{POINTS}/{detail(self.finished(self.ask('POST', POINTS, body)))}")
        return point


def detail(task: dict[str, Any], name: str = "recoveryPointExtId") -> str:
    assert task["status"] == "SUCCEEDED", task
    (value,) = [each["value"] for each in task["completionDetails"] if each["name"] == name]
    return str(value)


def violations(lab: RunningLab) -> list[str]:
    return list(lab.violations())


def cluster(central: Central, name: str) -> str:
    ext_id: str = central.state["clusters"][name]
    return ext_id
