# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release through Prism Central, module by module, that breaks off at any of its orders and is run again: one copy on
each cluster, one image of each kind, no temporary VM, and nothing of anybody else is gone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import list_clusters
from harness.centrals import Centrals
from harness.modules import run_module

RELEASE = {"vm_name": "Gold", "release": "r1"}
IMAGE = "ctx_Gold_r1"
# A module that gets this answer stops at once, as one that is killed right after its order took effect
STOP = {"status": 403, "takes_effect": True}
OLD, NEW = "pc.2024.3.1", "pc.7.5.1"
# The orders of a release, each by its method and path; an old one names the VM only after its restore
BREAKS = [
    (NEW, "POST", r"/recovery-points$"),
    (NEW, "POST", r"/\$actions/replicate"),
    (NEW, "POST", r"/\$actions/restore"),
    (OLD, "POST", r"/\$actions/restore"),
    (OLD, "PUT", r"/vms/"),
    (NEW, "POST", r"/migrate-vm-disks"),
    (NEW, "POST", r"/templates"),
    (NEW, "POST", r"/snapshots"),
    (NEW, "DELETE", r"/vms/"),
]


class Broken(Exception):
    """A module failed; the run ends here."""


class Release:
    """The steps of a release: a template on the cluster of the golden VM, an AHV snapshot on another one."""

    def __init__(self, centrals: Centrals) -> None:
        self.centrals = centrals
        self.a, self.b, self.golden = centrals.cluster("a"), centrals.cluster("b"), centrals.vm("Gold")
        self.before = {vm["uuid"] for cluster in "ab" for vm in centrals.vms(cluster)}

    def run(self) -> None:
        point = self._on("east", "pc_recovery_point", name=IMAGE, vm_uuid=self.golden)["recovery_point"]
        self._on("east", "pc_recovery_point_replica", recovery_point=point["ext_id"], clusters=[self.a, self.b])
        for cluster in (self.a, self.b):
            self._image(point["location_agnostic_id"], cluster)

    def _image(self, recovery_point: str, cluster: str) -> None:
        container = "fast" if cluster == self.a else "default-container"
        options = {"recovery_point": recovery_point, "cluster": cluster, "networks": [], **RELEASE}
        vm = self._on("east", "pc_recovery_point_restore", **options, storage_container=container)["vm"]
        source = {"vm_uuid": vm["uuid"], "vm_name": vm["name"]}
        if cluster == self.a:
            self._on("east", "pc_template", name=IMAGE, **source)
        else:
            self._on("b", "pe_vm_snapshot", name=IMAGE, **source)
        self._on("east", "pc_vm", uuid=vm["uuid"], state="absent")

    def _on(self, host: str, module: str, **arguments: Any) -> dict[str, Any]:
        result = run_module(module, {**self.centrals.hosts[host].options, **arguments})
        if result.get("failed"):
            raise Broken(result["msg"])
        return result

    def check(self) -> None:
        state = self.centrals.lab.state()["endpoints"]
        points = state["east"]["recovery_points"]
        assert sorted(point["cluster_ext_id"] for point in points) == sorted((self.a, self.b))
        assert len({point["location_agnostic_id"] for point in points}) == 1
        (golden,) = [vm["disks"] for vm in state["a"]["vms"] if vm["name"] == "Gold"]
        (template,) = state["east"]["templates"]
        (snapshot,) = state["b"]["snapshots"]
        for image in (template["active"]["image"], snapshot["vm"]):
            assert [disk["content"] for disk in image["disks"]] == [disk["content"] for disk in golden]
        assert {vm["uuid"] for cluster in "ab" for vm in state[cluster]["vms"]} == self.before


@pytest.mark.parametrize(("version", "method", "path"), BREAKS)
def test_a_release_that_breaks_off_converges(centrals: Centrals, version: str, method: str, path: str) -> None:
    centrals.reset(version=version)
    release = Release(centrals)
    centrals.fault(path, STOP, method=method, nth=1)
    with pytest.raises(Broken):
        release.run()
    release.run()
    release.check()


def test_a_second_run_of_what_is_done_makes_nothing_but_the_temporary_vm(centrals: Centrals) -> None:
    """The roles look for the image first, and leave the rest out where it is there."""
    release = Release(centrals)
    release.run()
    centrals.lab.forget()
    release.run()
    written = {path.rpartition("/")[2] if "$actions" in path else path.split("/")[-2] for path in centrals.writes()}
    assert written == {"restore", "migrate-vm-disks", "vms"}
    release.check()


@pytest.mark.parametrize("path", [r"/recovery-points$", r"/\$actions/replicate"])
def test_a_prism_central_that_is_upgraded_in_the_middle(centrals: Centrals, path: str) -> None:
    centrals.reset(version=OLD)
    release = Release(centrals)
    centrals.fault(path, STOP, method="POST", nth=1)
    with pytest.raises(Broken):
        release.run()
    centrals.change("upgrade", version=NEW)
    release.run()
    release.check()


def test_a_session_that_has_negotiated_goes_on_after_an_upgrade(centrals: Centrals) -> None:
    """The older versions of the API stay served next to the newer ones (contract prism_central 1.1)."""
    centrals.reset(version=OLD)
    client = centrals.client()
    before = [cluster.uuid for cluster in list_clusters(client)]
    centrals.change("upgrade", version="pc.7.6")
    assert [cluster.uuid for cluster in list_clusters(client)] == before
    assert (client.minor("clustermgmt"), centrals.client().minor("clustermgmt")) == (0, 3)
    assert {request["path"].split("/")[3] for request in centrals.asked("GET", "/clustermgmt/")} == {"v4.0"}
