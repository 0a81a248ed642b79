# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_pool_info, and what holds for the connection to every pool."""

from __future__ import annotations

import pytest

from harness.modules import Site
from harness.pools import Pools


def test_a_pool_tells_its_hosts_and_storage(pools: Pools) -> None:
    result = pools.master("xen_pool_info")
    assert (result["changed"], result["pool"]["name"]) == (False, "master")
    first, second = result["hosts"]
    assert (first["name"], first["master"], second["master"]) == ("master-1", True, False)
    assert first["uuid"] == result["pool"]["master"]
    local, nfs = result["storage_repositories"]
    assert (local["name"], local["type"], local["attached_hosts"]) == ("Local", "ext", ["master-2"])
    assert nfs["directory"] == f"/var/run/sr-mount/{nfs['uuid']}"
    assert nfs["attached_hosts"] == ["master-1", "master-2"]
    assert 0 < nfs["free_bytes"] < nfs["size_bytes"]
    lvm = pools.slave("xen_pool_info")["storage_repositories"][0]
    assert (lvm["has_files"], lvm["directory"]) == (False, None)


def test_an_unplugged_sr_is_told(pools: Pools) -> None:
    pools.change("master", "pbd", sr="NFS", host="master-2", attached=False)
    nfs = pools.master("xen_pool_info")["storage_repositories"][1]
    assert (nfs["attached_hosts"], nfs["unattached_hosts"]) == (["master-1"], ["master-2"])


def test_nothing_is_written_and_the_session_is_closed(pools: Pools) -> None:
    pools.master("xen_pool_info")
    assert pools.writes() == []
    assert pools.state("master")["sessions"] == 0


def test_a_member_names_its_master(pools: Pools) -> None:
    pools.change("master", "master", host="master-2")
    assert pools.master("xen_pool_info")["hosts"][1]["master"] is True


def test_a_wrong_password_is_told_once(pools: Pools) -> None:
    result = pools.master.fails("xen_pool_info", xenserver_password="wrong")
    assert "the log-in was refused with SESSION_AUTHENTICATION_FAILED" in result
    assert len(pools.lab.requests()) == 1


def test_a_certificate_that_is_not_trusted_gets_no_password(pools: Pools) -> None:
    options = {**pools.master.options}
    del options["ca_path"]
    assert "TLS certificate" in Site("master", options).fails("xen_pool_info")
    assert pools.lab.requests() == []
    Site("master", options)("xen_pool_info", validate_certs=False)


def test_a_host_that_is_away_is_told(pools: Pools) -> None:
    assert "cannot be reached" in pools.master.fails("xen_pool_info", xenserver_port=1)


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 503}])
def test_a_read_is_repeated_when_its_answer_is_lost(pools: Pools, then: dict[str, object]) -> None:
    pools.lab.faults([{"endpoint": "master", "path": "SR.get_all_records", "nth": 1, "then": then}])
    assert len(pools.master("xen_pool_info")["storage_repositories"]) == 2


def test_something_that_is_no_xml_is_told(pools: Pools) -> None:
    pools.lab.faults([{"endpoint": "master", "path": "host.get_all", "then": {"garbage": "<html>Log in</html>"}}])
    assert "not XML-RPC" in pools.master.fails("xen_pool_info")


def test_a_session_that_ends_meanwhile_is_renewed(pools: Pools) -> None:
    pools.lab.faults([{"endpoint": "master", "path": "SR.get_all", "nth": 1, "then": {"expire_token": True}}])
    assert pools.master("xen_pool_info")["pool"]["name"] == "master"


@pytest.mark.parametrize(
    ("role", "lacking"),
    [
        ("read-only", ["VDI.create", "VM.create", "VBD.create", "SR.scan", "VM.snapshot"]),
        ("vm-admin", ["SR.scan", "VM.snapshot"]),
        ("vm-power-admin", []),
        ("pool-admin", []),
    ],
)
def test_what_an_account_may_not_do_is_told(pools: Pools, role: str, lacking: list[str]) -> None:
    pools.change("slave", "behaviour", account_role=role)
    assert pools.slave("xen_pool_info")["lacking_rights"] == lacking
