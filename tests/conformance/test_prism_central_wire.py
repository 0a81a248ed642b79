# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Prism Central against the models of the vendor's clients: every answer of every version, read by a
checker of its own (contract prism_central 1.5, addition J)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from conformance.prism_central_models import operation_of, problems_of_answer
from lab.running import RunningLab, serve

RECORDED = json.loads((Path(__file__).parent / "prism_central_requests.json").read_text(encoding="utf-8"))
OVERRIDE = "dataprotection.v4.config.AhvVmOverrideSpec"
ALL_DISKS = "vmm.v4.ahv.config.AllDisksMigrationPlan"
SOURCE_VM = "vmm.v4.content.TemplateVmReference"


def estate(version: str, policies: bool = True) -> dict[str, Any]:
    policy = {"name": "Images", "category": "App/Gold", "every_seconds": 3600, "to": [{"cluster": "b"}]}
    category = {"key": "App", "value": "Gold", "vms": ["Gold"]}
    return {
        "time_scale": 0,
        "prism_elements": [{"name": "a", "vms": [{"name": "Gold", "disk_gib": 1}]}, {"name": "b"}],
        "prism_centrals": [
            {
                "name": "pc",
                "version": version,
                "clusters": ["a", "b"],
                "categories": [category],
                "policies": [policy] if policies else [],
            }
        ],
    }


class Session:
    """Sends each request to the highest minor version that the release serves, as the vendor's clients do."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        variables = lab.endpoint("pc")["inventory"]
        self.root = lab.endpoint("pc")["url"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (variables["nutanix_username"], variables["nutanix_password"])
        self.session.verify = str(lab.ca_path)
        self.minors = {
            namespace: self.session.options(f"{self.root}/api/{namespace}/unversioned/info", timeout=10).json()["data"]
            for namespace in ("clustermgmt", "datapolicies", "dataprotection", "prism", "vmm")
        }

    def ask(self, method: str, path: str, body: Any = None, etag: str | None = None) -> requests.Response:
        namespace, _slash, rest = path.partition("/")
        headers = {"NTNX-Request-Id": str(uuid4()), "Accept": "application/json"}
        if etag:
            headers["If-Match"] = etag
        address = f"{self.root}/api/{namespace}/{self.minors[namespace]}/{rest}"
        return self.session.request(method, address, json=body, headers=headers, timeout=10)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json().get("data") or []

    def order(self, method: str, path: str, body: Any = None, etag: str | None = None) -> dict[str, Any]:
        answer = self.ask(method, path, body, etag)
        assert answer.status_code == 202, answer.text
        self.lab.skip(200)
        task: dict[str, Any] = self.get(f"prism/config/tasks/{answer.json()['data']['extId']}")
        assert task["status"] == "SUCCEEDED", task
        return task

    def order_with_etag(self, method: str, path: str, body: Any = None, of: str = "") -> dict[str, Any]:
        return self.order(method, path, body, self.ask("GET", of or path).headers["ETag"])


def release_an_image(pc: Session) -> None:
    """Do what a release by recovery points does, and look at everything on the way."""
    clusters = {each["name"]: each["extId"] for each in pc.get("clustermgmt/config/clusters")}
    (gold,) = pc.get("vmm/ahv/config/vms?$filter=name eq 'Gold'")
    points = "dataprotection/config/recovery-points"
    made = pc.order("POST", points, {"name": "rp", "vmRecoveryPoints": [{"vmExtId": gold["extId"]}]})
    point = pc.get(f"{points}/{made['completionDetails'][0]['value']}")
    target = {"pcExtId": clusters["pc"], "clusterExtId": clusters["b"]}
    sent = pc.order("POST", f"{points}/{point['extId']}/$actions/replicate", target)
    copy = pc.get(f"{points}/{sent['completionDetails'][0]['value']}")
    member = copy["vmRecoveryPoints"][0]["extId"]
    pc.get(f"{points}/{copy['extId']}/vm-recovery-points/{member}")
    override = {"vmRecoveryPointExtId": member, "vmOverrideSpec": {"$objectType": OVERRIDE, "name": "Temp"}}
    order = {"clusterExtId": clusters["b"], "vmRecoveryPointRestoreOverrides": [override]}
    restored = pc.order("POST", f"{points}/{copy['extId']}/$actions/restore", order)
    vm = f"vmm/ahv/config/vms/{restored['completionDetails'][0]['value']}"
    (container,) = pc.get(f"clustermgmt/config/storage-containers?$filter=clusterExtId eq '{clusters['b']}'")
    plan = {"$objectType": ALL_DISKS, "storageContainer": {"extId": container["containerExtId"]}}
    pc.order_with_etag("POST", f"{vm}/$actions/migrate-vm-disks", {"migrateDisks": plan}, vm)
    pc.order_with_etag("PUT", vm, {**pc.get(vm), "name": "Renamed"}, vm)
    (category,) = pc.get("prism/config/categories")
    pc.order_with_etag(
        "POST", f"{vm}/$actions/associate-categories", {"categories": [{"extId": category["extId"]}]}, vm
    )
    source = {"$objectType": SOURCE_VM, "extId": vm.rpartition("/")[2]}
    spec = {"versionName": "v1", "versionDescription": "first", "versionSource": source}
    template = pc.order("POST", "vmm/content/templates", {"templateName": "ctx_Gold", "templateVersionSpec": spec})
    one = f"vmm/content/templates/{template['entitiesAffected'][0]['extId']}"
    pc.get(one)
    pc.get(f"{one}/versions")
    pc.order_with_etag("POST", f"{vm}/$actions/power-on", None, vm)
    pc.order_with_etag("DELETE", vm)
    pc.order("DELETE", f"{points}/{copy['extId']}")
    for path in (
        "prism/config/tasks",
        "prism/config/domain-managers",
        "datapolicies/config/protection-policies",
        points,
    ):
        assert pc.get(path)


@pytest.mark.parametrize("version", ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"])
def test_every_answer_of_a_release_is_what_the_vendors_models_have(version: str) -> None:
    with serve(estate(version)) as lab:
        release_an_image(Session(lab))
        entries = [entry for entry in lab.requests() if entry["method"] != "OPTIONS"]
        assert lab.violations() == []
    wrong, seen = [], set()
    for entry in entries:
        name, minor = operation_of(entry["method"], entry["path"])
        seen.add(name)
        wrong += list(problems_of_answer(name, entry["response"], minor))
    assert wrong == []
    assert len(seen) > 20


@pytest.mark.parametrize("version", [key for key in RECORDED if key != "about"])
def test_what_the_vendors_clients_sent_is_answered_as_it_was(version: str) -> None:
    with serve(estate(version, policies=False)) as lab:
        session = Session(lab)
        for sent in RECORDED[version]:
            answer = session.session.request(
                sent["method"],
                session.root + sent["path"],
                params=sent["query"],
                headers=sent["headers"],
                data=None if sent["body"] is None else json.dumps(sent["body"]),
                timeout=10,
            )
            assert answer.status_code == sent["status"], (sent, answer.text)
            if "/tasks/" in sent["path"]:
                assert answer.json()["data"]["status"] == "SUCCEEDED", sent
            lab.skip(200 if sent["method"] not in ("GET", "OPTIONS") else 0)
        assert lab.violations() == []
