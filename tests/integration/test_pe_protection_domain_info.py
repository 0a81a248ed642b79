# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_info"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests

from harness.modules import Site, writes
from lab.running import RunningLab

Host = Callable[[str], Site]


def read(host: Host, cluster: str = "cluster-a", **options: Any) -> dict[str, Any]:
    (found,) = host(cluster)("pe_protection_domain_info", name="PD-Gold", **options)["protection_domains"]
    return dict(found)


def test_an_active_one_tells_everything(lab: RunningLab, host: Host) -> None:
    found = read(host)
    assert (found["name"], found["active"], found["metro"]) == ("PD-Gold", True, False)
    assert [(member["vm_name"], member["app_consistent"]) for member in found["members"]] == [("Gold", False)]
    assert found["schedules"] == [
        {
            "type": "DAILY",
            "every_nth": 1,
            "keep_local": 3,
            "keep_remote": {"cluster-b": 3, "cluster-c": 3},
            "app_consistent": False,
            "suspended": False,
        }
    ]
    assert found["next_snapshot"].endswith("Z")
    (snapshot,) = found["snapshots"]
    assert snapshot["id"] == snapshot["origin_id"]
    assert snapshot["state"] == "AVAILABLE"
    assert snapshot["oob"] is False
    assert snapshot["expires"] is None
    assert [vm["vm_name"] for vm in snapshot["vms"]] == ["Gold"]
    assert (found["replications"], found["pending_replications"]) == ([], [])
    assert writes(lab) == []
    assert read(host, check=True) == found


@pytest.mark.parametrize("key", ["both", "remote_ip_ports", "remote_ip_address_ports"])
def test_a_site_is_listed_once_however_many_addresses_it_has(lab: RunningLab, host: Host, key: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "remote_address_key": key}])
    sites = {site["name"]: site for site in read(host, snapshots=False)["remote_sites"]}
    assert sorted(sites) == ["cluster-b", "cluster-c"]
    assert len(sites["cluster-b"]["addresses"]) == 3
    assert len(sites["cluster-c"]["addresses"]) == 1
    assert all(site["scheduled"] and site["status"] == "RELATIONSHIP_ESTABLISHED" for site in sites.values())


def test_a_site_out_of_schedule_is_listed_as_such(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "remote_site", "name": "Büro #2", "cluster": "cluster-c"}])
    sites = {site["name"]: site["scheduled"] for site in read(host)["remote_sites"]}
    assert sites == {"Büro #2": False, "cluster-b": True, "cluster-c": True}


@pytest.mark.parametrize("order", ["shuffled", "newest_first", "oldest_first"])
@pytest.mark.parametrize("null_lists", [False, True])
def test_the_receiver_tells_what_it_holds_newest_first(
    lab: RunningLab, host: Host, order: str, null_lists: bool
) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "behaviour", "dr_snapshot_order": order, "null_lists": null_lists}])
    lab.change(
        [{"endpoint": "cluster-a", "kind": "pd_snapshot", "protection_domain": "PD-Gold", "remotes": ["cluster-b"]}] * 2
    )
    lab.skip(3600)
    lab.forget()
    found = read(host, "cluster-b")
    assert found["active"] is False
    assert len(found["snapshots"]) == 3
    assert [snapshot["created"] for snapshot in found["snapshots"]] == sorted(
        (snapshot["created"] for snapshot in found["snapshots"]), reverse=True
    )
    assert all(snapshot["id"] == f"cluster-a:{snapshot['origin_id']}" for snapshot in found["snapshots"])


def test_transfers_are_told_on_both_sides(lab: RunningLab, host: Host) -> None:
    lab.change(
        [
            {
                "endpoint": "cluster-a",
                "kind": "remote_site",
                "name": "slow",
                "cluster": "cluster-b",
                "bandwidth_mbps": 0.001,
            }
        ]
    )
    lab.change(
        [{"endpoint": "cluster-a", "kind": "pd_snapshot", "protection_domain": "PD-Gold", "remotes": ["slow"]}] * 2
    )
    lab.skip(60)
    (sent,) = read(host)["replications"]
    assert (sent["remote_site"], sent["incoming"], sent["paused"]) == ("slow", False, False)
    assert 0 <= sent["percent"] < 100
    assert sent["total_bytes"] > sent["completed_bytes"] >= 0
    assert sent["eta_seconds"] > 0
    (waiting,) = read(host)["pending_replications"]
    assert waiting["remote_site"] == "slow"
    (received,) = read(host, "cluster-b")["replications"]
    assert received["incoming"] is True


def test_without_snapshots_they_are_not_asked_for(lab: RunningLab, host: Host) -> None:
    assert "snapshots" not in read(host, snapshots=False)
    assert not any("dr_snapshots" in entry["path"] for entry in lab.requests())


def test_an_unknown_name_is_an_empty_list(lab: RunningLab, host: Host) -> None:
    assert host("cluster-a")("pe_protection_domain_info", name="pd-gold")["protection_domains"] == []


@pytest.mark.parametrize("name", ["PD Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)"])
def test_awkward_names(lab: RunningLab, host: Host, name: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "protection_domain", "name": name, "vms": ["Gold-Finance"]}])
    everything = host("cluster-a")("pe_protection_domain_info")["protection_domains"]
    assert [found["name"] for found in everything] == sorted(["PD-Gold", name])
    assert host("cluster-a")("pe_protection_domain_info", name=name)["protection_domains"] == [
        found for found in everything if found["name"] == name
    ]


def peer(host: Host, cluster: str) -> dict[str, Any]:
    return dict(host(cluster).options)


def test_peers_tell_where_it_is_active(lab: RunningLab, host: Host) -> None:
    a, b, c = (host(cluster).options["nutanix_host"] for cluster in ("cluster-a", "cluster-b", "cluster-c"))
    everybody = [peer(host, cluster) for cluster in ("cluster-a", "cluster-b", "cluster-c")]
    for cluster in ("cluster-a", "cluster-b"):
        found = read(host, cluster, peers=everybody)
        assert (found["active_on"], found["split_brain"], found["peers_without_answer"]) == ([a], False, [])
    lab.change([{"endpoint": "cluster-b", "kind": "pd_active", "protection_domain": "PD-Gold", "active": True}])
    lab.change([{"endpoint": "cluster-c", "kind": "reachable", "reachable": False}])
    found = read(host, "cluster-b", peers=everybody)
    assert (found["active_on"], found["split_brain"], found["peers_without_answer"]) == ([b, a], True, [c])
    assert writes(lab) == []
    assert "active_on" not in read(host)


def test_a_split_brain_is_warned_of_with_the_way_out(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "pd_active", "protection_domain": "PD-Gold", "active": True}])
    result = host("cluster-a")("pe_protection_domain_info", peers=[peer(host, "cluster-b")])
    assert "state deactivated" in str(result["warnings"])


def test_a_peer_under_two_addresses_is_no_split_brain(lab: RunningLab, host: Host) -> None:
    """A cluster answers at its own address and at those of its CVMs (contract prism_element 1.1)."""
    found = read(host, "cluster-b", peers=[peer(host, "cluster-a"), peer(host, "cluster-a")])
    assert (found["active_on"], found["split_brain"]) == ([host("cluster-a").options["nutanix_host"]], False)


def test_a_peer_whose_certificate_is_not_trusted_is_an_error(lab: RunningLab, host: Host) -> None:
    untrusted = {**peer(host, "cluster-b"), "ca_path": requests.certs.where()}
    assert "certificate" in host("cluster-a").fails("pe_protection_domain_info", peers=[untrusted])


def test_a_peer_with_a_wrong_password_is_an_error_and_asked_once(lab: RunningLab, host: Host) -> None:
    message = host("cluster-a").fails(
        "pe_protection_domain_info", peers=[{**peer(host, "cluster-b"), "nutanix_password": "wrong"}]
    )
    assert "401" in message
    assert [entry["status"] for entry in lab.requests() if entry["endpoint"] == "cluster-b"] == [401]


def test_who_may_be_lost_has_so_long_for_a_first_answer(host: Host) -> None:
    assert read(host, answer_within=60)["members"] == read(host)["members"]
    # It takes the connection and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        lost = host("cluster-a").fails(
            "pe_protection_domain_info",
            nutanix_host="127.0.0.1",
            nutanix_port=hanging.getsockname()[1],
            answer_within=1,
        )
    assert "no answer within 1 s" in lost
