# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs, machines, hosting units, zones and batches of simulated Citrix sites."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.citrix_client import IMAGE, Client, estate
from conformance.citrix_models import violations
from lab.running import RunningLab

RESOURCES = "/hypervisors/conn%20a/resourcePools/AHV-A/resources"


@pytest.fixture
def daas(running: RunningLab) -> Client:
    running.reset(estate())
    return Client(running, "daas")


def catalogs(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "hosting_unit": "AHV-A", "image": "old", **more} for name in names]


def pages(client: Client, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    found = [client.ask("GET", path, **query)]
    while found[-1]["ContinuationToken"]:
        found.append(client.ask("GET", path, **query, continuationToken=found[-1]["ContinuationToken"]))
    return [page["Items"] for page in found]


def test_lists_are_paged(running: RunningLab) -> None:
    running.reset(estate(catalogs=catalogs("Cat {n}", count=260, machines=2)))
    client = Client(running, "daas")
    assert [len(page) for page in pages(client, "/MachineCatalogs", fields="Id")] == [250, 10]
    machines = pages(client, "/Machines", fields="Id", limit=200)
    assert [len(page) for page in machines] == [200, 200, 120]
    assert len({machine["Id"] for page in machines for machine in page}) == 520
    assert client.send("GET", "/Machines", limit=1001).status_code == 400
    assert [len(page) for page in pages(client, "/Machines", fields="Id", limit=260)] == [260, 260]
    assert len(client.ask("GET", "/Machines", limit=1000, fields="Id")["Items"]) == 520


def test_an_unencoded_continuation_token_is_a_violation(running: RunningLab) -> None:
    running.reset(estate(catalogs=catalogs("Pool", machines=3)))
    client = Client(running, "daas")
    token = client.ask("GET", "/Machines", limit=1)["ContinuationToken"]
    assert client.send("GET", f"/Machines?limit=1&continuationToken={token}").status_code == 400
    assert len(running.violations()) == 1


def test_v2_lists_and_fields(daas: Client) -> None:
    [first, *_others] = daas.ask("GET", "/MachineCatalogsV2")["Items"]
    assert "ProvisioningScheme" not in first
    assert "TotalCount" not in first
    [first, *_others] = daas.ask("GET", "/MachineCatalogsV2", fields="Id,PvsAddress,ProvisioningScheme")["Items"]
    assert set(first) == {"Id", "PvsAddress", "ProvisioningScheme"}
    assert "Hosting" not in daas.ask("GET", "/MachinesV2")["Items"][0]
    daas.change("behaviour", unasked_fields="null")
    assert daas.ask("GET", "/Machines", fields="Name")["Items"][0]["Hosting"] is None
    assert daas.ask("GET", "/MachineCatalogs", fields="Id")["Items"][0]["ProvisioningScheme"] is None
    daas.ask("GET", "/MachineCatalogs/Pool", fields="Id")
    assert violations(daas.lab.requests()) == []


def test_catalogs_of_one_name_in_two_folders(running: RunningLab) -> None:
    twins = [{**catalogs("Pool")[0], "folder": folder} for folder in ("Prod", "Test|Deep")]
    running.reset(estate(catalogs=twins))
    client = Client(running, "cvad")
    assert client.send("GET", "/MachineCatalogs/Pool").status_code == 400
    found = [client.catalog(name) for name in ("Prod|Pool", "test|deep|pool")]
    assert [catalog["FullName"] for catalog in found] == ["Prod/Pool", "Test/Deep/Pool"]
    assert client.catalog(found[1]["Id"])["AdminFolder"]["Name"] == "Test\\Deep\\"
    assert [catalog["Id"] for catalog in client.ask("GET", "/MachineCatalogs", adminFolder="Prod")["Items"]] == [
        found[0]["Id"]
    ]
    client.change("behaviour", ambiguous_name="first")
    client.catalog("Pool")


@pytest.mark.parametrize(
    "name", ['it\'s 100% "new" #1', "back\\slash", "sla/sh", "Zürich 画像", "a+b&c=d?e", "{braces}"]
)
def test_awkward_catalog_names(running: RunningLab, name: str) -> None:
    running.reset(estate(catalogs=catalogs(name)))
    client = Client(running, "daas")
    assert client.catalog(name)["Name"] == name
    assert violations(running.requests()) == []


def test_the_inventory_cache_is_stale_until_it_is_bypassed(daas: Client) -> None:
    def names(**query: str) -> set[str]:
        return {child["Name"] for child in daas.ask("GET", RESOURCES, children=1, **query)["Children"]}

    before = names()
    assert before == {"older", "old", IMAGE, "VLAN10", "default-container"}
    daas.lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "fresh", "vm": "Gold"}])
    assert names() == before
    assert names(noCache="true") == before | {"fresh"}
    assert names() == before
    daas.lab.skip(1801)
    assert names() == before | {"fresh"}


def test_a_cluster_that_is_down_can_only_be_browsed_through_the_cache(daas: Client) -> None:
    daas.lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": False}])
    assert len(daas.ask("GET", RESOURCES, children=1)["Children"]) == 5
    assert daas.send("GET", RESOURCES, children=1, noCache="true").status_code == 500


def test_browsing(daas: Client) -> None:
    assert daas.ask("GET", RESOURCES)["Children"] is None
    assert [child["Name"] for child in daas.ask("GET", RESOURCES, children=1, type="Network")["Children"]] == ["VLAN10"]
    by_path = daas.ask("GET", RESOURCES, path=f"XDHyp:\\HostingUnits\\AHV-A\\{IMAGE}.template")
    assert (by_path["Name"], by_path["ResourceType"], by_path["Children"]) == (IMAGE, "Template", None)
    for elsewhere in ("none.template", "XDHyp:\\HostingUnits\\AHV-B\\old.template"):
        assert daas.send("GET", RESOURCES, path=elsewhere).status_code == 404
    assert daas.send("POST", RESOURCES + "/$validate", {"Path": "none.template"}).status_code == 404
    found = daas.ask("POST", RESOURCES + "/$search?limit=10", {"NameContains": "old", "ResourceTypes": ["Template"]})[
        "Items"
    ]
    assert sorted(each["Name"] for each in found) == ["old", "older"]


def test_machines_are_found_by_name_id_and_sid(daas: Client) -> None:
    [desk] = daas.machines("Desks")
    vms = daas.lab.state()["endpoints"]["cluster-a"]["vms"]
    assert desk["Hosting"]["HostedMachineId"] in [vm["uuid"] for vm in vms if vm["name"] == "DESK-001"]
    for key in (desk["Id"], desk["Sid"], "CORP|DESK-001", "corp%5Cdesk-001"):
        assert daas.ask("GET", f"/Machines/{key}")["Name"] == "CORP\\DESK-001"


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ([("MachineCatalog", "Equals", "pool")], 3),
        ([("MachineCatalog", "NotEquals", "Pool")], 1),
        ([("MachineName", "Like", "*DESK-*")], 1),
        ([("MachineName", "EndsWith", "-001"), ("ProvisioningType", "Equals", "MCS")], 1),
        ([("SessionCount", "GreaterThan", "0")], 1),
        ([("ImageOutOfDate", "Equals", "True")], 0),
        ([("PowerState", "In", "On,Off")], 4),
    ],
)
def test_machine_search(daas: Client, filters: list[tuple[str, str, str]], count: int) -> None:
    body = {
        "SearchFilters": [{"Property": name, "Operator": operator, "Value": value} for name, operator, value in filters]
    }
    assert daas.ask("POST", "/Machines/$search", body)["TotalItems"] == count


def test_search_groups(daas: Client) -> None:
    group = {
        "SearchFilterGroupType": "Or",
        "SearchFilters": [
            {"Property": "MachineCatalog", "Operator": "Equals", "Value": name} for name in ("Pool", "Desks")
        ],
    }
    assert daas.ask("POST", "/Machines/$search", {"SearchFilterGroups": [group]})["TotalItems"] == 4


def test_rehosting_needs_a_reset_to_be_seen(daas: Client) -> None:
    [desk] = daas.machines("Desks")
    vm = next(vm for vm in daas.lab.state()["endpoints"]["cluster-a"]["vms"] if vm["name"] == "DESK-002")
    path = f"/Machines/{desk['Id']}"
    assert (
        daas.send("PATCH", path, {"HostedMachineId": vm["uuid"], "HypervisorConnection": "CONN A"}).status_code == 204
    )
    assert daas.ask("GET", path)["PowerState"] == "Unknown"
    daas.ask("POST", "/hypervisors/conn%20a/$resetConnection")
    assert daas.ask("GET", path)["PowerState"] == "Unknown"
    daas.lab.skip(6)
    assert daas.ask("GET", path)["PowerState"] == "Off"
    daas.ask("PATCH", path, {"HostedMachineId": "0" * 8})
    daas.lab.skip(500)
    assert daas.ask("GET", path)["PowerState"] == "VirtualMachineNotFound"


def test_what_cannot_be_rehosted(daas: Client) -> None:
    [pooled, *_others] = daas.machines("Pool")
    [desk] = daas.machines("Desks")
    assert daas.send("PATCH", f"/Machines/{pooled['Id']}", {"HostedMachineId": "x"}).status_code == 400
    assert daas.send("PATCH", f"/Machines/{desk['Id']}", {"HypervisorConnection": "none"}).status_code == 404
    daas.change("behaviour", machine_id_in_use="refuse", mcs_rehost="accept")
    taken = {"HostedMachineId": desk["Hosting"]["HostedMachineId"]}
    assert daas.send("PATCH", f"/Machines/{pooled['Id']}", taken).status_code == 409


def test_a_vda_that_never_registers(daas: Client) -> None:
    [pooled, *_others] = daas.machines("Pool")
    daas.change("machine", machine=pooled["Name"], registers=False)
    daas.ask("POST", f"/Machines/{pooled['Id']}/$reboot")
    daas.lab.skip(200)
    machine = daas.ask("GET", f"/Machines/{pooled['Id']}")
    assert (machine["PowerState"], machine["RegistrationState"], machine["FaultState"]) == (
        "On",
        "Unregistered",
        "Unregistered",
    )


def test_machines_come_and_go(daas: Client) -> None:
    [pooled, *_others] = daas.machines("Pool")
    daas.change("delete_machine", machine=pooled["Name"], after=100)
    daas.change("add_machine", catalog="Prod|Pool", name="NEW-1")
    assert len(daas.machines("Pool")) == 4
    daas.lab.skip(101)
    assert daas.machines("Pool")[0]["Name"] == "CORP\\NEW-1"
    assert daas.send("GET", f"/Machines/{pooled['Id']}").status_code == 404
    assert daas.catalog("Pool")["TotalCount"] == 3


def test_a_catalog_moves_to_another_zone(daas: Client) -> None:
    catalog = daas.catalog("Pool")
    item = {"Id": catalog["Id"], "Name": catalog["Name"], "ItemType": "MachineCatalog"}
    job = daas.job("POST", "/Zones/Z%C3%BCrich/$moveItems", {"Items": [item]})
    assert job["Type"] == "MoveItemsIntoZone"
    assert daas.catalog("Pool")["Zone"]["Name"] == "Zürich"


def test_a_catalog_is_edited(daas: Client) -> None:
    job = daas.job(
        "PATCH",
        "/MachineCatalogs/Pool",
        {"MachineProfilePath": f"{IMAGE}.template", "Description": None, "Zone": "Zürich"},
    )
    assert (job["Type"], job["Status"]) == ("UpdateMachineCatalog", "Complete")
    catalog = daas.ask("GET", f"/Jobs/{job['Id']}/Results")
    assert catalog["ProvisioningScheme"]["MachineProfile"]["Name"] == IMAGE
    assert daas.send("PATCH", "/MachineCatalogs/Pool", {"MachineProfilePath": "none.template"}).status_code == 400


def test_items_of_a_batch_need_credentials_of_their_own(daas: Client) -> None:
    items: list[dict[str, Any]] = [
        {"Reference": str(number), "Method": "GET", "RelativeUrl": "/Zones"} for number in range(3)
    ]
    items[0]["Headers"] = [{"Name": "Authorization", "Value": daas.session.headers["Authorization"]}]
    answer = daas.ask("POST", "/$batch", {"Items": items})
    assert {item["Reference"]: item["Code"] for item in answer["Items"]} == {"0": 200, "1": 401, "2": 401}
    assert len(daas.lab.violations()) == 1
    daas.change("behaviour", batch_inherits_authorization=True)
    answer = daas.ask("POST", "/$batch", {"Items": items})
    assert [item["Code"] for item in answer["Items"]] == [200] * 3
    daas.change("behaviour", batch_item_limit=2)
    assert daas.send("POST", "/$batch", {"Items": items}).status_code == 400


def test_an_item_of_a_batch_may_start_a_job(daas: Client) -> None:
    daas.change("behaviour", batch_inherits_authorization=True)
    order = {
        "Reference": "0",
        "Method": "POST",
        "RelativeUrl": "/MachineCatalogs/Pool/$UpdateProvisioningScheme?async=true",
        "Body": json.dumps({"MasterImagePath": f"{IMAGE}.template"}),
    }
    job = daas.job("POST", "/$batch", {"Items": [order]})
    [item] = daas.ask("GET", f"/Jobs/{job['Id']}/Results")["Items"]
    assert item["Code"] == 202
    [location] = [header["Value"] for header in item["Headers"] if header["Name"] == "Location"]
    assert daas.ask("GET", "/Jobs/" + location.rpartition("/")[2])["Status"] == "Complete"


def test_changes_from_outside_say_what_is_wrong(daas: Client) -> None:
    for kind, payload, text in (
        ("colour", {}, "knows no change"),
        ("behaviour", {"colour": 1}, "colour"),
        ("set_image", {"catalog": "none", "image": "x"}, "0 catalogs"),
        ("machine", {"machine": "none"}, "no machine"),
    ):
        with pytest.raises(ValueError, match=text):
            daas.change(kind, **payload)


def test_an_image_set_from_outside(daas: Client) -> None:
    daas.change("set_image", catalog="Pool", image="gone")
    image = daas.catalog("Pool")["ProvisioningScheme"]["MasterImage"]
    assert image["XDPath"] == "XDHyp:\\HostingUnits\\AHV-A\\gone.template"


def desk(client: Client) -> dict[str, Any]:
    return client.machines("Desks")[0]


def vm_power(client: Client, name: str) -> str:
    vms = client.lab.state()["endpoints"]["cluster-a"]["vms"]
    return str(next(vm["power_state"] for vm in vms if vm["name"] == name))


def test_a_vda_that_dies_stays_registered_for_the_heartbeat_lag(daas: Client) -> None:
    daas.change("behaviour", heartbeat_lag_seconds=600)
    daas.lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "DESK-001", "state": "off"}])
    daas.lab.skip(400)
    assert (desk(daas)["RegistrationState"], desk(daas)["FormattedLastDeregistrationTime"]) == ("Registered", None)
    daas.lab.skip(201)
    dead = desk(daas)
    assert (dead["RegistrationState"], dead["PowerState"], dead["LastDeregistrationReason"]) == (
        "Unregistered",
        "Off",
        "PowerOff",
    )


def test_the_contact_is_lost_when_the_broker_cannot_see_the_power_state(daas: Client) -> None:
    daas.change("behaviour", heartbeat_lag_seconds=600, unreachable_power_state="Unavailable")
    daas.lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    daas.lab.skip(599)
    assert (desk(daas)["RegistrationState"], desk(daas)["PowerState"]) == ("Registered", "Unavailable")
    daas.lab.skip(2)
    assert (desk(daas)["RegistrationState"], desk(daas)["LastDeregistrationReason"]) == ("Unregistered", "ContactLost")


def test_a_vda_that_comes_back_within_the_lag_stays_registered(daas: Client) -> None:
    daas.change("behaviour", heartbeat_lag_seconds=600)
    for state in ("off", "on"):
        daas.lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "DESK-001", "state": state}])
    for _minute in range(12):
        daas.lab.skip(60)
        assert desk(daas)["RegistrationState"] == "Registered"


def test_without_a_lag_a_dead_vda_is_unregistered_at_once(daas: Client) -> None:
    daas.lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "DESK-001", "state": "off"}])
    assert (desk(daas)["RegistrationState"], desk(daas)["LastDeregistrationReason"]) == ("Unregistered", "ContactLost")


def test_power_actions_reach_the_vm_that_a_machine_is(daas: Client) -> None:
    own = f"/Machines/{desk(daas)['Id']}"
    daas.ask("POST", f"{own}/$shutdown")
    daas.lab.skip(11)
    assert (desk(daas)["PowerState"], vm_power(daas, "DESK-001")) == ("Off", "off")
    daas.ask("POST", f"{own}/$start")
    daas.lab.skip(100)
    assert (desk(daas)["PowerState"], desk(daas)["RegistrationState"], vm_power(daas, "DESK-001")) == (
        "On",
        "Registered",
        "on",
    )
    daas.change("behaviour", power_actions_reach_vms=False)
    daas.ask("POST", f"{own}/$shutdown")
    daas.lab.skip(11)
    assert (desk(daas)["PowerState"], vm_power(daas, "DESK-001")) == ("Off", "on")


@pytest.mark.parametrize(
    "then", [{"status": 500, "body": {}}, {"garbage": "<html>504 Gateway Time-out</html>", "status": 504}]
)
def test_an_answer_is_replaced_after_the_effect(daas: Client, then: dict[str, Any]) -> None:
    daas.lab.faults([{"method": "PATCH", "nth": 1, "then": {**then, "effect": True}}])
    answer = daas.send("PATCH", f"/Machines/{desk(daas)['Id']}", {"InMaintenanceMode": True})
    assert answer.status_code == then["status"]
    assert desk(daas)["InMaintenanceMode"] is True


def test_catalogs_are_broken_and_warned_of(daas: Client) -> None:
    daas.change(
        "catalog_state", catalog="Pool", broken=True, errors=["lost"], warnings=["slow"], scheme_warnings=["rearm"]
    )
    catalog = daas.ask("GET", "/MachineCatalogs/Pool")
    assert (catalog["IsBroken"], catalog["Errors"]) == (True, ["lost"])
    assert [warning["Message"] for warning in (*catalog["Warnings"], *catalog["ProvisioningScheme"]["Warnings"])] == [
        "slow",
        "rearm",
    ]
    assert violations(daas.lab.requests()) == []


def test_delivery_groups_and_their_maintenance_mode(daas: Client) -> None:
    group = next(group for group in daas.ask("GET", "/DeliveryGroups")["Items"] if group["Name"] == "Pool")
    assert group["InMaintenanceMode"] is False
    daas.change("delivery_group", delivery_group="Pool", in_maintenance_mode=True)
    assert daas.ask("GET", "/DeliveryGroups/Pool")["InMaintenanceMode"] is True
    assert len(daas.ask("GET", f"/DeliveryGroups/{group['Id']}/Machines")["Items"]) == group["TotalDesktops"]
    assert daas.send("GET", "/DeliveryGroups/nobody").status_code == 404
    assert violations(daas.lab.requests()) == []


@pytest.mark.parametrize("ignores", [True, False])
def test_a_reboot_cycle_of_a_delivery_group(daas: Client, ignores: bool) -> None:
    first, *others = [machine["Name"] for machine in daas.ask("GET", "/DeliveryGroups/Pool/Machines")["Items"]]
    daas.change("machine", machine=first, in_maintenance_mode=True)
    assert (
        daas.send(
            "POST",
            "/DeliveryGroups/Pool/$StartRebootCycle",
            {"RebootDurationMinutes": 600, "IgnoreMaintenanceMode": ignores},
        ).status_code
        == 204
    )
    scheduled = {
        machine["Name"]: machine["ScheduledReboot"]
        for machine in daas.ask("GET", "/DeliveryGroups/Pool/Machines")["Items"]
    }
    assert (scheduled[first] == "None") != ignores
    assert all(scheduled[name] != "None" for name in others[1:])
    assert violations(daas.lab.requests()) == []


def test_a_vda_below_the_functional_level_of_its_catalog_does_not_register(daas: Client) -> None:
    machine = daas.ask("GET", "/DeliveryGroups/Pool/Machines")["Items"][0]["Name"]
    daas.change("machine", machine=machine, functional_level="L7_9")
    daas.ask("POST", f"/Machines/{machine.replace(chr(92), '|')}/$reboot")

    def came_up() -> bool:
        return bool(daas.ask("GET", f"/Machines/{machine.replace(chr(92), '|')}")["FaultState"] == "Unregistered")

    daas.lab.skip(600)
    assert came_up()


def test_the_broker_puts_a_machine_into_maintenance_that_fails_to_register(daas: Client) -> None:
    daas.change("behaviour", max_failed_registrations=2)
    daas.change("machine", machine="DESK-001", registers=False)
    own = f"/Machines/{desk(daas)['Id']}"
    for expected in ((False, "None"), (True, "MaxFailedRegistrations")):
        daas.ask("POST", f"{own}/$reboot")
        daas.lab.skip(300)
        assert (desk(daas)["InMaintenanceMode"], desk(daas)["MaintenanceModeReason"]) == expected
    given_up = {"Property": "MaintenanceModeReason", "Operator": "Equals", "Value": "MaxFailedRegistrations"}
    assert [
        machine["Name"] for machine in daas.ask("POST", "/Machines/$search", {"SearchFilters": [given_up]})["Items"]
    ] == ["CORP\\DESK-001"]
    for wanted, expected in ((False, (False, "None")), (True, (True, "Administrator"))):
        daas.send("PATCH", own, {"InMaintenanceMode": wanted})
        assert (desk(daas)["InMaintenanceMode"], desk(daas)["MaintenanceModeReason"]) == expected


def test_a_vda_below_the_minimum_of_its_catalog_does_not_register(running: RunningLab) -> None:
    running.reset(estate(image_levels={IMAGE: "L7_9", "old": "L7_30"}, behaviour={"max_failed_registrations": 3}))
    daas = Client(running, "daas")
    order = {"RebootOptions": {"RebootDuration": 0}}
    for image, level, registered in ((IMAGE, "L7_9", "Unregistered"), ("old", "L7_30", "Registered")):
        daas.job(
            "POST",
            "/MachineCatalogs/Pool/$UpdateProvisioningScheme",
            {**order, "MasterImagePath": f"XDHyp:\\HostingUnits\\AHV-A\\{image}.template"},
        )
        seen = daas.machines("Pool")
        assert {(machine["FunctionalLevel"], machine["RegistrationState"]) for machine in seen} == {(level, registered)}
        if registered == "Unregistered":
            assert {machine["LastDeregistrationReason"] for machine in seen} == {"FunctionalLevelTooLowForCatalog"}
    # Raised, the minimum counts at the next registration.
    daas.job("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {**order, "MinimumFunctionalLevel": "L7_34"})
    assert {machine["RegistrationState"] for machine in daas.machines("Pool")} == {"Unregistered"}
    running.reset(estate())


def test_a_vda_below_the_minimum_of_its_delivery_group_does_not_register(daas: Client) -> None:
    daas.change("machine", machine="DESK-001", functional_level="L7_25")
    daas.change("delivery_group", delivery_group="Desks", minimum_functional_level="L7_30")
    assert daas.ask("GET", "/DeliveryGroups/Desks")["MinimumFunctionalLevel"] == "L7_30"
    daas.ask("POST", f"/Machines/{desk(daas)['Id']}/$reboot")
    daas.lab.skip(300)
    assert (desk(daas)["RegistrationState"], desk(daas)["LastDeregistrationReason"]) == (
        "Unregistered",
        "FunctionalLevelTooLowForDesktopGroup",
    )
