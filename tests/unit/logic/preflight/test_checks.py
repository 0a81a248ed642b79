# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight import hosting
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate as Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import (
    CLUSTER_CHECKS,
    SITE_CHECKS,
    judge,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import (
    OK,
    STOP,
    WARNING,
    CheckRow,
    Rows,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.space import free_bytes, image_size
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.preflight import table

GIB = 1024**3
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
RELEASE = ReleaseRequest(base_vm="Gold", protection_domain="PD-Gold", source="a", prefix="ctx_", release="2")
Estate = dict[str, dict[str, Any]]
Change = Callable[[Estate], Any]


def endpoint(host: str, port: int) -> dict[str, Any]:
    certificate = {
        "trusted": True,
        "refusal": "",
        "validate_certs": True,
        "not_after": "2027-06-01T00:00:00Z",
        "days_left": 193,
    }
    return {
        "host": host,
        "port": port,
        "addresses": [host],
        "certificate": certificate,
        "clock": {"skew_seconds": 0.2, "round_trip_ms": 12},
    }


def cluster(number: int) -> dict[str, Any]:
    address = f"10.0.0.{number}"
    return {
        "message": "",
        "address": address,
        "port": 9440,
        "endpoint": endpoint(address, 9440),
        "cluster": {
            "uuid": f"uuid-{number}",
            "name": f"CTX-{number}",
            "version": "6.5.2",
            "nodes": 3,
            "hypervisors": ["kKvm"],
            "address": address,
        },
        "storage_containers": [
            {
                "uuid": "c",
                "name": "default",
                "capacity_bytes": 1000 * GIB,
                "advertised_bytes": None,
                "used_bytes": 100 * GIB,
            }
        ],
        "snapshots": [{"name": "ctx_Gold_1", "lineage": {"release": "1", "proven": True}}],
        "image": {"snapshots": [], "doubts": []},
        "protection_domains": [{"name": "PD-Gold", "active": False, "metro": False, "members": [], "remote_sites": []}],
    }


def catalog(name: str, unit: str, **given: Any) -> dict[str, Any]:
    facts = {
        "id": name,
        "name": name,
        "full_name": f"Prod/{name}",
        "folder": "Prod",
        "provisioning_type": "MCS",
        "hosting_unit": unit,
    }
    state = {
        "broken": False,
        "errors": [],
        "update_running": False,
        "image_update_status": "",
        "master_image": {"name": "ctx_Gold_1"},
    }
    return {**facts, **state, **given}


def hosting_unit(name: str, address: str) -> dict[str, Any]:
    connection = {
        "id": f"id-{name}",
        "name": f"conn-{name}",
        "plugin": "AcropolisFactory",
        "addresses": [address],
        "in_maintenance_mode": False,
    }
    return {"id": name, "name": name, "connection": connection}


def sound() -> Estate:
    """Two clusters and a site where everything is in order; a is the source."""
    source = cluster(1)
    member = {"vm_name": "Gold", "vm_uuid": "gold-uuid"}
    site = {"name": "remote-b", "status": "RELATIONSHIP_ESTABLISHED", "addresses": ["10.0.0.2"], "scheduled": True}
    domain = {"name": "PD-Gold", "active": True, "metro": False, "members": [member], "remote_sites": [site]}
    source["protection_domains"] = [{**domain, "replications": [], "pending_replications": [], "snapshots": []}]
    disks = [
        {"label": "scsi.0", "bytes": 40 * GIB, "storage_container_uuid": "c"},
        {"label": "scsi.1", "bytes": 10 * GIB, "storage_container_uuid": "c"},
    ]
    source["vms"] = [
        {"uuid": "gold-uuid", "name": "Gold", "power_state": "off", "not_protectable_because": "", "disks": disks}
    ]
    daas = {
        "message": "",
        "endpoint": endpoint("api.cloud.com", 443),
        "site": {
            "name": "cloudxdsite",
            "product_version": "7.45",
            "api_version": 126,
            "administrator": "svc",
            "zones": [{"name": "P", "healthy": True}],
        },
        "wanted": [{"name": "W11", "cluster": "a"}, {"name": "W10", "folder": "Prod", "cluster": "b"}],
        "catalogs": [catalog("W11", "AHV-A"), catalog("W10", "AHV-B")],
        "hosting_units": [hosting_unit("AHV-A", "https://10.0.0.1:9440"), hosting_unit("AHV-B", "10.0.0.2")],
    }
    return {"clusters": {"a": source, "b": cluster(2)}, "sites": {"daas": daas}}


@pytest.fixture
def estate() -> Estate:
    return sound()


def judged(estate: Estate, release: ReleaseRequest = RELEASE) -> list[CheckRow]:
    return judge(release, estate["clusters"], estate["sites"], NOW, {})


def complaints(rows: list[CheckRow]) -> list[tuple[str, str, str]]:
    return [(row.where, row.what, row.result) for row in rows if row.result != OK]


def test_a_sound_estate_is_all_ok(estate: Estate) -> None:
    rows = judged(estate)
    assert complaints(rows) == []
    assert {row.where for row in rows} == {"a", "b", "daas"}
    assert {"golden VM", "free space", "replication", "certificate", "clock"} <= {row.what for row in rows}
    kinds = {kind for kind, _phase, _check in (*CLUSTER_CHECKS, *SITE_CHECKS)}
    assert {row.kind for row in rows} == kinds - {"prism_central", "container", "prepared_images"}


PEOPLE = {
    "machines": 20,
    "on": 18,
    "sessions": 12,
    "out_of_date": 0,
    "delivery_groups": [{"id": "g", "name": "Office", "machines": 20, "on": 18, "sessions": 12}],
}
NIGHTLY = {"name": "canary", "reboot": {"within_minutes": 60}, "gate": {}}


def with_machines(estate: Estate, **facts: Any) -> dict[str, Any]:
    """The site with machines in its first catalog, which is in a wave with a gate and restarts, the second in one
    without."""
    site = estate["sites"]["daas"]
    site.update(waves=[NIGHTLY, {"name": "rest"}])
    site["wanted"][0]["wave"] = "canary"
    site["catalogs"][0].update({"machines_take_image": True, "total_count": 20, "machines": PEOPLE, **facts})
    return site


def test_the_blast_radius_is_told(estate: Estate) -> None:
    site = with_machines(estate)
    site["catalogs"][1].update(machines_take_image=True, total_count=20, machines=PEOPLE)
    rows = judged(estate)
    assert complaints(rows) == []
    (told,) = [row.detail for row in rows if row.what == "blast radius"]
    assert (
        told
        == "40 machines: at most 18 restart and end 12 sessions, 22 take the image at their next start; of Office (40"
        " machines, 12 sessions)"
    )


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"machines_take_image": False}, "its 20 machines keep the image that they were made from"),
        ({"machines_take_image": None}, "the site does not tell whether its 20 machines ever take a new image"),
        ({"total_count": 0}, "it has no machines"),
    ],
)
def test_a_gate_that_nobody_can_open_stops(estate: Estate, facts: dict[str, Any], told: str) -> None:
    site = with_machines(estate, **facts)
    (row,) = [row for row in judged(estate) if row.result == STOP]
    assert row.what == "catalog Prod/W11"
    assert told in row.detail
    assert "nothing can open the gate of wave 'canary'" in row.detail
    site["waves"][0] = {**NIGHTLY, "gate": {"registered_at_least": 0}}
    assert [row for row in judged(estate) if row.result == STOP] == []
    assert (WARNING in [row.result for row in judged(estate)]) == bool(site["catalogs"][0]["total_count"])


def test_gates_that_wait_for_somebody_to_shut_down_are_warned_of(estate: Estate) -> None:
    with_machines(estate)["waves"][0] = {"name": "canary", "gate": {}}
    (row,) = [row for row in judged(estate) if row.result != OK]
    assert (row.result, "stays closed until one did" in row.detail) == (WARNING, True)


def test_delivery_groups_in_maintenance_are_warned_of(estate: Estate) -> None:
    with_machines(
        estate, machines={**PEOPLE, "delivery_groups": [{**PEOPLE["delivery_groups"][0], "in_maintenance_mode": True}]}
    )
    assert [row.detail for row in judged(estate) if row.result == WARNING] == [
        "its delivery group 'Office' is in maintenance mode, so users cannot start its desktops"
    ]


def test_wrong_waves_and_what_the_site_warns_of(estate: Estate) -> None:
    with_machines(estate, warnings=["Office cannot be rearmed"])["wanted"][0]["wave"] = "canaries"
    assert [(what, result) for _where, what, result in complaints(judged(estate))] == [
        ("waves", STOP),
        ("catalog Prod/W11", WARNING),
    ]


def a(estate: Estate) -> dict[str, Any]:
    return estate["clusters"]["a"]


def b(estate: Estate) -> dict[str, Any]:
    return estate["clusters"]["b"]


def domain(estate: Estate) -> dict[str, Any]:
    return a(estate)["protection_domains"][0]


def remote(estate: Estate) -> dict[str, Any]:
    return domain(estate)["remote_sites"][0]


def site(estate: Estate) -> dict[str, Any]:
    return estate["sites"]["daas"]


def w11(estate: Estate) -> dict[str, Any]:
    return site(estate)["catalogs"][0]


def w11_connection(estate: Estate) -> dict[str, Any]:
    return site(estate)["hosting_units"][0]["connection"]


def transfer(snapshot_id: str, **given: Any) -> dict[str, Any]:
    return {
        "remote_site": "remote-b",
        "snapshot_id": snapshot_id,
        "percent": 12.0,
        "paused": False,
        "incoming": False,
        **given,
    }


OLD, YOUNG = {"id": "7", "created": "2026-11-19T00:00:00Z"}, {"id": "8", "created": "2026-11-20T11:00:00Z"}

# what is wrong -> (what makes it so, the complaint, words of it)
CASES: dict[str, tuple[Change, tuple[str, str, str], str]] = {
    "certificate expired": (
        lambda e: a(e)["endpoint"]["certificate"].update(days_left=-1),
        ("a", "certificate", STOP),
        "expired",
    ),
    "certificate expired, not validated": (
        lambda e: a(e)["endpoint"]["certificate"].update(days_left=-1, validate_certs=False),
        ("a", "certificate", WARNING),
        "validate_certs",
    ),
    "certificate ends soon": (
        lambda e: a(e)["endpoint"]["certificate"].update(days_left=29),
        ("a", "certificate", WARNING),
        "29 days",
    ),
    "certificate not trusted": (
        lambda e: site(e)["endpoint"]["certificate"].update(trusted=False, refusal="self-signed certificate"),
        ("daas", "certificate", STOP),
        "self-signed",
    ),
    "certificate not trusted, not validated": (
        lambda e: site(e)["endpoint"]["certificate"].update(trusted=False, refusal="self-signed", validate_certs=False),
        ("daas", "certificate", WARNING),
        "secrets are sent nevertheless",
    ),
    "certificate unreadable": (
        lambda e: a(e)["endpoint"]["certificate"].update(days_left=None),
        ("a", "certificate", WARNING),
        "by hand",
    ),
    "clock a bit off": (
        lambda e: b(e)["endpoint"]["clock"].update(skew_seconds=-61.0),
        ("b", "clock", WARNING),
        "61 s behind",
    ),
    "clock far off": (
        lambda e: b(e)["endpoint"]["clock"].update(skew_seconds=301.0),
        ("b", "clock", STOP),
        "301 s ahead",
    ),
    "clock unknown": (
        lambda e: b(e)["endpoint"]["clock"].update(skew_seconds=None),
        ("b", "clock", WARNING),
        "does not tell",
    ),
    "no AOS version": (lambda e: b(e)["cluster"].update(version=""), ("b", "version", WARNING), "not reported"),
    "not AHV": (lambda e: b(e)["cluster"].update(hypervisors=["kVMware"]), ("b", "version", STOP), "kVMware"),
    "image by hand": (
        lambda e: b(e)["image"].update(
            doubts=[{"id": "u", "name": "ctx_Gold_2", "reason": "the snapshot 'ctx_Gold_2' (u) was taken from 'x'"}]
        ),
        ("b", "image", STOP),
        "another release id",
    ),
    "image of another case": (
        lambda e: e["sites"]["daas"]["catalogs"][0].update(master_image={"name": "CTX_gold_2"}),
        ("daas", "catalog Prod/W11", STOP),
        "differ in case only",
    ),
    "images of the collection by name only": (
        lambda e: b(e)["snapshots"][0]["lineage"].update(proven=False),
        ("b", "permissions", WARNING),
        "Cluster Admin",
    ),
    "no image of the collection": (lambda e: b(e)["snapshots"].clear(), ("b", "permissions", WARNING), "Cluster Admin"),
    "too little space": (
        lambda e: b(e)["storage_containers"][0].update(used_bytes=941 * GIB),
        ("b", "free space", STOP),
        "59 GiB",
    ),
    "space unknown": (
        lambda e: b(e)["storage_containers"][0].update(used_bytes=None),
        ("b", "free space", WARNING),
        "how full",
    ),
    "no such protection domain": (
        lambda e: a(e)["protection_domains"].clear(),
        ("a", "protection domain", STOP),
        "no 'PD-Gold' here",
    ),
    "metro": (lambda e: domain(e).update(metro=True), ("a", "protection domain", STOP), "metro"),
    "active twice": (
        lambda e: b(e)["protection_domains"][0].update(active=True),
        ("a", "protection domain", STOP),
        "active here and on 'b'",
    ),
    "two members of that name": (
        lambda e: domain(e)["members"].append({"vm_name": "Gold", "vm_uuid": "second"}),
        ("a", "golden VM", STOP),
        "gold-uuid, second",
    ),
    "orphaned member": (
        lambda e: domain(e)["members"][0].update(vm_uuid="gone"),
        ("a", "golden VM", STOP),
        "does not exist any more",
    ),
    "golden VM runs": (lambda e: a(e)["vms"][0].update(power_state="on"), ("a", "golden VM", STOP), "shut it down"),
    "golden VM not protectable": (
        lambda e: a(e)["vms"][0].update(not_protectable_because="has a GPU"),
        ("a", "golden VM", STOP),
        "has a GPU",
    ),
    "transfer paused": (
        lambda e: domain(e).update(replications=[transfer("8", paused=True)]),
        ("a", "replication", STOP),
        "Resume",
    ),
    "transfer stuck": (
        lambda e: domain(e).update(replications=[transfer("7")], snapshots=[OLD, YOUNG]),
        ("a", "replication", WARNING),
        "36 hours ago",
    ),
    "transfer queued for ever": (
        lambda e: domain(e).update(
            pending_replications=[{"remote_site": "remote-b", "snapshot_id": "7"}], snapshots=[OLD]
        ),
        ("a", "replication", WARNING),
        "36 hours ago",
    ),
    "remote site away": (
        lambda e: remote(e).update(status="UNREACHABLE"),
        ("a", "remote site 'remote-b'", STOP),
        "UNREACHABLE",
    ),
    "no api version": (lambda e: site(e)["site"].update(api_version=None), ("daas", "version", WARNING), "2303"),
    "zone not healthy": (
        lambda e: site(e)["site"]["zones"][0].update(healthy=False),
        ("daas", "zone 'P'", WARNING),
        "Connectors",
    ),
    "no catalog named": (lambda e: site(e)["wanted"].clear(), ("daas", "catalogs", WARNING), "is empty"),
    "no such catalog": (lambda e: site(e)["wanted"][0].update(name="W12"), ("daas", "catalog W12", STOP), "'W11'"),
    "two catalogs of that name": (
        lambda e: site(e)["catalogs"].append(catalog("W11", "AHV-A", id="2", full_name="Test/W11", folder="Test")),
        ("daas", "catalog W11", STOP),
        "Give folder or id",
    ),
    "catalog named twice": (
        lambda e: site(e)["wanted"].append({"id": "W11"}),
        ("daas", "catalog Prod/W11", STOP),
        "named twice",
    ),
    "catalog not MCS": (
        lambda e: w11(e).update(provisioning_type="Manual"),
        ("daas", "catalog Prod/W11", STOP),
        "Manual",
    ),
    "catalog broken": (
        lambda e: w11(e).update(broken=True, errors=["no zone"]),
        ("daas", "catalog Prod/W11", STOP),
        "no zone",
    ),
    "update running": (lambda e: w11(e).update(update_running=True), ("daas", "catalog Prod/W11", STOP), "is running"),
    "update being prepared": (
        lambda e: w11(e).update(image_update_status="PreparingImage"),
        ("daas", "catalog Prod/W11", STOP),
        "is running",
    ),
    "catalog of an unknown cluster": (
        lambda e: site(e)["wanted"][0].update(cluster="z"),
        ("daas", "catalog Prod/W11", STOP),
        "not in the group",
    ),
    "catalog of another cluster": (
        lambda e: site(e)["wanted"][0].update(cluster="b"),
        ("daas", "catalog Prod/W11", STOP),
        "lives on a, not on b",
    ),
    "no hosting unit": (
        lambda e: w11(e).update(hosting_unit=None),
        ("daas", "catalog Prod/W11", STOP),
        "no hosting unit",
    ),
    "hosting unit out of sight": (
        lambda e: w11(e).update(hosting_unit="AHV-X"),
        ("daas", "catalog Prod/W11", STOP),
        "scope",
    ),
    "connection in maintenance": (
        lambda e: w11_connection(e).update(in_maintenance_mode=True),
        ("daas", "catalog Prod/W11", STOP),
        "maintenance",
    ),
    "connection of another kind": (
        lambda e: w11_connection(e).update(plugin="VmwareFactory"),
        ("daas", "catalog Prod/W11", WARNING),
        "VmwareFactory",
    ),
    "connection to a Prism Central, by protection domains": (
        lambda e: w11_connection(e).update(plugin="AcropolisPCFactory"),
        ("daas", "catalog Prod/W11", STOP),
        "needs a template",
    ),
    "connection to nowhere we know": (
        lambda e: w11_connection(e).update(addresses=["ahv.example"]),
        ("daas", "catalog Prod/W11", WARNING),
        "ahv.example",
    ),
    "connection to several": (
        lambda e: w11_connection(e).update(addresses=["10.0.0.1", "10.0.0.2"]),
        ("daas", "catalog Prod/W11", WARNING),
        "any of 'a', 'b'",
    ),
    "no catalog on an image of the collection": (
        lambda e: [entry["master_image"].update(name="W11 January") for entry in site(e)["catalogs"]],
        ("daas", "permissions", WARNING),
        "may update catalogs",
    ),
    "no sites": (lambda e: e["sites"].clear(), ("inventory", "sites", WARNING), "no catalog moved"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_wrong_is_one_complaint(estate: Estate, case: str) -> None:
    change, expected, words = CASES[case]
    change(estate)
    rows = judged(estate)
    complaint = [row for row in rows if (row.where, row.what, row.result) == expected]
    assert len(complaint) == 1, complaints(rows)
    assert words in f"{complaint[0].detail}. {complaint[0].advice}"
    assert complaint[0].advice
    # A golden VM that cannot be found also has no known size, on every cluster; a missing domain leaves replication
    # unjudged.
    assert {(where, what) for where, what, _result in complaints(rows)} - {expected[:2]} <= {
        ("a", "free space"),
        ("b", "free space"),
    }


def test_the_golden_vm_that_is_not_in_the_domain(estate: Estate) -> None:
    domain(estate)["members"][0]["vm_name"] = "Gold-Finance"
    (row,) = [row for row in judged(estate) if row.what == "golden VM"]
    assert (row.result, "'Gold-Finance'" in row.advice) == (STOP, True)


def test_a_namesake_outside_the_domain_does_not_count(estate: Estate) -> None:
    a(estate)["vms"].append({**a(estate)["vms"][0], "uuid": "other", "power_state": "on"})
    rows = judged(estate)
    assert complaints(rows) == []
    assert any("1 other VMs of this name" in row.detail for row in rows)


def test_a_running_golden_vm_may_be_allowed(estate: Estate) -> None:
    a(estate)["vms"][0]["power_state"] = "on"
    assert complaints(judged(estate, replace(RELEASE, require_powered_off=False))) == [("a", "golden VM", WARNING)]


def test_an_inactive_domain_names_the_cluster_where_it_is_active(estate: Estate) -> None:
    domain(estate)["active"] = False
    b(estate)["protection_domains"][0]["active"] = True
    (row,) = [row for row in judged(estate) if row.what == "protection domain"]
    assert (row.result, "'b'" in row.advice) == (STOP, True)


def test_one_cluster_under_two_names(estate: Estate) -> None:
    b(estate)["cluster"]["uuid"] = "uuid-1"
    assert [(row.where, row.result) for row in judged(estate) if row.what == "identity"] == [("a", STOP), ("b", STOP)]


def test_who_cannot_be_asked_is_one_stop_and_hides_nobody(estate: Estate) -> None:
    estate["clusters"]["b"] = {
        "message": "b cannot be reached (Connection refused).",
        "address": "10.0.0.2",
        "port": 9440,
    }
    estate["sites"]["daas"] = {"message": "refused", "wanted": [{"name": "W11"}]}
    rows = judged(estate)
    assert complaints(rows) == [("b", "log-in and reads", STOP), ("daas", "log-in and reads", STOP)]
    assert any(row.where == "a" and row.what == "golden VM" for row in rows)


def test_a_source_that_cannot_be_asked_leaves_the_size_open(estate: Estate) -> None:
    estate["clusters"]["a"] = {"message": "no answer", "address": "10.0.0.1", "port": 9440}
    assert complaints(judged(estate)) == [("a", "log-in and reads", STOP), ("b", "free space", WARNING)]


def test_a_source_that_is_no_host(estate: Estate) -> None:
    rows = judged(estate, replace(RELEASE, source="A1"))
    assert rows[0].result == STOP
    assert rows[0].what == "source"


def test_no_clusters_at_all(estate: Estate) -> None:
    estate["clusters"].clear()
    assert ("inventory", "clusters", STOP) in complaints(judged(estate))


# How a remote site says which cluster it is: addresses first, else its name, without case.
@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("remote-b", ["10.0.0.2"]),
        ("remote-b", ["10.9.9.9", "10.0.0.2"]),
        ("ctx-2", ["10.9.9.9"]),
        ("B", []),
        ("CTX-1", ["10.0.0.2"]),
    ],
)
def test_remote_sites_are_recognised(estate: Estate, name: str, addresses: list[str]) -> None:
    remote(estate).update(name=name, addresses=addresses)
    rows = judged(estate)
    assert complaints(rows) == []
    assert (
        f"which calls it '{name}'" in next(row for row in rows if row.where == "b" and row.what == "replication").detail
    )


def test_a_remote_site_that_nobody_knows_may_be_the_cluster_that_lacks_one(estate: Estate) -> None:
    remote(estate).update(addresses=["10.9.9.9"])
    assert complaints(judged(estate)) == [("a", "remote site 'remote-b'", WARNING)]
    b(estate)["protection_domains"] = []
    assert complaints(judged(estate)) == [("a", "remote site 'remote-b'", WARNING), ("b", "replication", WARNING)]


def test_a_cluster_that_nothing_replicates_to(estate: Estate) -> None:
    estate["clusters"]["c"] = cluster(3)
    assert complaints(judged(estate)) == [("c", "replication", STOP)]


def test_remote_sites_of_the_release_instead_of_those_of_schedules(estate: Estate) -> None:
    remote(estate)["scheduled"] = False
    assert complaints(judged(estate)) == [("a", "remote sites", STOP)]
    assert complaints(judged(estate, replace(RELEASE, remote_sites=("remote-b",)))) == []
    missing = judged(estate, replace(RELEASE, remote_sites=("remote-c",)))
    assert ("a", "remote site 'remote-c'", STOP) in complaints(missing)


def test_one_cluster_alone_needs_no_remote_site(estate: Estate) -> None:
    del estate["clusters"]["b"]
    domain(estate)["remote_sites"] = []
    site(estate)["wanted"].pop()
    assert complaints(judged(estate)) == []


def test_incoming_and_young_transfers_are_no_trouble(estate: Estate) -> None:
    domain(estate).update(replications=[transfer("8"), transfer("b:7", incoming=True, paused=True)], snapshots=[YOUNG])
    assert complaints(judged(estate)) == []


def test_size_is_the_sum_of_the_disks(estate: Estate) -> None:
    assert image_size(Facts(RELEASE, estate["clusters"], {}, NOW, {})) == (50 * GIB, ["default"])
    assert image_size(Facts(RELEASE, {}, {}, NOW, {})) == (None, [])


def container(name: str, capacity: int | None, used: int | None, advertised: int | None = None) -> dict[str, Any]:
    return {"uuid": name, "name": name, "capacity_bytes": capacity, "advertised_bytes": advertised, "used_bytes": used}


@pytest.mark.parametrize(
    ("containers", "names", "expected"),
    [
        ([], [], None),
        ([container("x", None, 5)], [], None),
        ([container("x", 100, 30)], [], ("x", 70)),
        ([container("x", 100, 30), container("y", 100, 20)], ["y"], ("y", 50)),
        ([container("x", 100, 30, 40), container("y", 100, 20)], ["x"], ("x", 10)),
        ([container("x", 100, 30, 40), container("y", 100, 20)], [], ("y", 50)),
        ([container("x", 100, 30, 40), container("y", 100, 20)], ["x", "y"], ("x", 10)),
        ([container("x", 100, 130)], [], ("x", 0)),
        ([container("x", 100, 30, 0)], [], ("x", 70)),
    ],
)
def test_free_space_of_containers_that_share_a_pool(
    containers: list[dict[str, Any]], names: list[str], expected: tuple[str, int] | None
) -> None:
    assert free_bytes(containers, names) == expected


def test_the_table_shows_what_to_do_and_may_leave_out_what_is_in_order(estate: Estate) -> None:
    a(estate)["vms"][0]["power_state"] = "on"
    rows = judged(estate)
    assert len(table("Preflight", rows)) == len(rows) + 4
    lines = table("Preflight", rows, show_ok=False)
    assert lines[-1].split(maxsplit=4) == [
        "a",
        "golden",
        "VM",
        "stop",
        "'Gold' is powered on. Seal it and shut it down",
    ]
    assert len(lines) == 5


FACTS = (
    "endpoint",
    "cluster",
    "storage_containers",
    "snapshots",
    "protection_domains",
    "vms",
    "site",
    "hosting_units",
    "catalogs",
)


@given(st.data())
def test_whatever_could_not_be_read_is_no_bug(data: st.DataObject) -> None:
    partial = sound()
    for facts in (*partial["clusters"].values(), *partial["sites"].values()):
        for name in data.draw(st.sets(st.sampled_from(FACTS))):
            facts.pop(name, None)
        facts["message"] = data.draw(st.sampled_from(["", "no answer"]))
    for row in judged(partial):
        assert row.result in (OK, WARNING, STOP)
        assert row.detail


@pytest.mark.parametrize(
    ("address", "words"),
    [("10.0.9.1", "leads to pc-east"), ("10.0.9.9", "leads to no host of the group prism_centrals")],
)
def test_a_catalog_behind_a_prism_central(estate: Estate, address: str, words: str) -> None:
    w11_connection(estate).update(plugin="AcropolisHypervisorPCFactory", addresses=[f"https://{address}:9440"])
    rows = Rows("daas", "site")
    clusters = {host: {**facts, "strategy": "recovery_point"} for host, facts in estate["clusters"].items()}
    centrals = {"pc-east": {"message": "", "endpoint": endpoint("10.0.9.1", 9440)}}
    units = site(estate)["hosting_units"]
    request = ReleaseRequest(base_vm="Gold", protection_domain="", source="a", prefix="ctx_", strategy="recovery_point")
    told = hosting.check(rows, "catalog", w11(estate), None, units, Facts(request, clusters, {}, NOW, centrals))
    assert words in " ".join([told, *(row.detail for row in rows.rows)])
    assert [row.result for row in rows.rows] == ([] if "pc-east" in words else [STOP])
