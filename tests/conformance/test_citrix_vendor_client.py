# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's Go client and Terraform provider send, word for word, and what they need to be answered (contract
citrix addition G)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from conformance.citrix_client import IMAGE, PATH, TIMEOUT, Client, estate
from conformance.citrix_models import MODELS, violations
from lab.running import RunningLab, serve


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with serve(estate()) as running:
        yield running


@pytest.fixture(params=["daas", "cvad"])
def client(lab: RunningLab, request: pytest.FixtureRequest) -> Client:
    lab.reset()
    return Client(lab, request.param)


@pytest.fixture
def daas(lab: RunningLab) -> Client:
    lab.reset()
    return Client(lab, "daas")


def faultless(client: Client) -> bool:
    return violations(client.lab.requests()) == [] and client.lab.violations() == []


def catalog_items(client: Client) -> dict[str, dict[str, Any]]:
    return {item["Name"]: item for item in client.ask("GET", "/MachineCatalogs")["Items"]}


# contract citrix addition G 1


def test_the_log_in_needs_no_instance_id(client: Client) -> None:
    instance = client.session.headers.pop("Citrix-InstanceId")
    assert client.ask("GET", "/Me")
    assert client.ask("GET", f"/Sites/{instance!s}")["OrchestationApiVersion"]
    assert client.send("GET", f"/Sites/{instance!s}/Status").status_code == 501
    assert client.send("GET", "/me/Preferences").status_code == 501
    assert client.send("GET", "/HealthCheck").status_code == 501
    assert client.send("GET", "/MachineCatalogs").status_code == 400


def test_the_log_in_on_the_path_style_root(lab: RunningLab) -> None:
    lab.reset()
    variables = lab.endpoint("cvad")["inventory"]
    root = f"https://{variables['citrix_hostname']}/citrix/orchestration/api"
    session = requests.Session()
    session.trust_env, session.verify = False, str(lab.ca_path)
    basic = base64.b64encode(f"{variables['citrix_client_id']}:{variables['citrix_client_secret']}".encode()).decode()
    token = session.post(f"{root}/tokens", headers={"Authorization": f"Basic {basic}"}, timeout=TIMEOUT).json()["Token"]
    session.headers.update({"Authorization": f"CWSAuth bearer={token}", "Citrix-CustomerId": "CitrixOnPremises"})
    site = session.get(f"{root}/me", timeout=TIMEOUT).json()["Customers"][0]["Sites"][0]["Id"]
    assert session.get(f"{root}/CitrixOnPremises/Sites/{site}", timeout=TIMEOUT).json()["Id"] == site
    assert lab.violations() == []


# contract citrix addition G 2


@pytest.mark.parametrize(
    ("name", "status"), [("Pool", 204), ("pool", 204), ("Prod|Pool", 204), ("free", 404), (None, 404)]
)
def test_check_catalog_name_says_whether_there_is_one(client: Client, name: str | None, status: int) -> None:
    assert client.send("POST", "/MachineCatalogs/$checkCatalogName", {"Name": name}).status_code == status
    assert client.send("HEAD", f"/MachineCatalogs/{name or 'none'}").status_code == status
    assert faultless(client)


# contract citrix addition G 3


@pytest.mark.parametrize(
    "prefix", ["{customer}/{site}//", "/{customer}/{site}/", "v1/{customer}/{site}//", "V1/{CUSTOMER}/{SITE}/", "/", ""]
)
def test_a_batch_item_may_carry_customer_and_site_and_two_slashes(client: Client, prefix: str) -> None:
    customer, site = client.variables["citrix_customer_id"], str(client.session.headers["Citrix-InstanceId"])
    before = prefix.format(customer=customer, site=site, CUSTOMER=customer.upper(), SITE=site.upper())
    desk = client.machines("Desks")[0]["Id"]
    headers = [{"Name": "Authorization", "Value": f"Bearer {client.token}"}]
    write = {
        "Reference": 1,
        "Method": "PATCH",
        "RelativeUrl": f"{before}Machines/{desk}",
        "Headers": headers,
        "Body": json.dumps({"PublishedName": "x"}),
    }
    read = {"Reference": "2", "Method": "GET", "RelativeUrl": f"{before}Machines/{desk}", "Headers": headers}
    answered = {
        item["Reference"]: item["Code"] for item in client.ask("POST", "/$batch", {"Items": [write, read]})["Items"]
    }
    assert answered == {1: 204, "2": 200}
    assert client.machines("Desks")[0]["PublishedName"] == "x"
    assert client.lab.violations() == []


# contract citrix addition G 4


@pytest.mark.parametrize(
    ("switch", "found"), [("everything", {"Pool", "Servers"}), ("single_session", {"Pool"}), ("refuse", None)]
)
def test_a_search_without_session_support(lab: RunningLab, switch: str, found: set[str] | None) -> None:
    catalogs = [
        {"name": "Pool", "hosting_unit": "AHV-A", "image": "old", "machines": 1},
        {"name": "Servers", "hosting_unit": "AHV-A", "image": "old", "machines": 1, "session_support": "MultiSession"},
    ]
    lab.reset(estate(catalogs=catalogs, behaviour={"search_without_session_support": switch}))
    daas = Client(lab, "daas")
    on_connection = {"Property": "HypervisorConnection", "Operator": "Equals", "Value": "conn a"}
    answer = daas.send("POST", "/Machines/$search", {"SearchFilters": [on_connection]})
    if found is None:
        assert answer.status_code == 400
    else:
        assert {machine["MachineCatalog"]["Name"] for machine in answer.json()["Items"]} == found
    for support, name in (("SingleSession", "Pool"), ("MultiSession", "Servers")):
        filters = [on_connection, {"Property": "SessionSupport", "Operator": "Equals", "Value": support}]
        [machine] = daas.ask("POST", "/Machines/$search", {"SearchFilters": filters})["Items"]
        assert machine["MachineCatalog"]["Name"] == name
    lab.reset(estate())


# contract citrix addition G 5


def test_the_results_of_an_image_update_and_a_rollback_are_the_catalog(client: Client) -> None:
    pool = catalog_items(client)["Pool"]["Id"]
    for action, body in (("$UpdateProvisioningScheme", {"MasterImagePath": PATH}), ("$RollbackProvisioningScheme", {})):
        job = client.job("POST", f"/MachineCatalogs/{pool}/{action}", body)
        answer = client.send("GET", f"/Jobs/{job['Id']}/Results")
        assert (answer.status_code, answer.headers["Location"].rpartition("/cvad/manage")[2]) == (
            303,
            f"/MachineCatalogs/{pool}",
        )
    failed = client.job(
        "POST", f"/MachineCatalogs/{pool}/$UpdateProvisioningScheme", {"MasterImagePath": "none.template"}
    )
    assert client.send("GET", f"/Jobs/{failed['Id']}/Results").status_code == 404
    client.change("behaviour", failed_job_results=500)
    assert client.send("GET", f"/Jobs/{failed['Id']}/Results").status_code == 500


# contract citrix addition G 6


def test_the_resources_of_a_connection_are_there_before_any_hosting_unit(lab: RunningLab) -> None:
    lab.reset(estate(hypervisors=[{"name": "conn a", "cluster": "cluster-a"}], catalogs=[], image_definitions=[]))
    daas = Client(lab, "daas")
    root = daas.ask("GET", "/hypervisors/conn a/allResources", children=1)
    assert root["XDPath"] == "XDHyp:\\Connections\\conn a"
    kinds = {child["FullName"]: child["ResourceType"] for child in root["Children"]}
    assert kinds["VirtualMachines.folder"] == "Folder"
    assert kinds[f"{IMAGE}.template"] == "Template"
    assert kinds["default-container.storage"] == "Storage"
    folder = daas.ask("GET", "/hypervisors/conn a/allResources", path="VirtualMachines.folder", children=1)
    vms = {vm["name"]: vm["uuid"] for vm in lab.state()["endpoints"]["cluster-a"]["vms"]}
    assert {child["Name"]: child["Id"] for child in folder["Children"]} == vms
    assert {(child["ResourceType"], child["IsMachine"]) for child in folder["Children"]} == {("Vm", True)}
    one = daas.ask(
        "GET",
        "/hypervisors/conn a/allResources",
        path="XDHyp:\\Connections\\conn a\\VirtualMachines.folder\\DESK-001.vm",
    )
    assert (one["Id"], one["RelativePath"]) == (vms["DESK-001"], "VirtualMachines.folder/DESK-001.vm")
    assert faultless(daas)
    lab.reset(estate())


def test_a_hosting_unit_shows_its_storage(daas: Client) -> None:
    resources = daas.ask("GET", "/hypervisors/conn a/resourcePools/AHV-A/resources", children=1)["Children"]
    [storage] = [child for child in resources if child["ResourceType"] == "Storage"]
    assert storage["XDPath"] == "XDHyp:\\HostingUnits\\AHV-A\\default-container.storage"
    assert [child["Name"] for child in resources if child["ResourceType"] == "Vm"] == []
    [pool] = daas.ask("GET", "/hypervisors/conn a/resourcePools")["Items"]
    # contract citrix addition G 9
    assert [each["Id"] for each in pool["Storage"]] == [storage["Id"]]
    assert [each["Name"] for each in pool["Networks"]] == ["VLAN10"]
    assert faultless(daas)


# contract citrix addition G 7


def test_what_every_terraform_run_writes_to_a_catalog_is_stored_and_read_back(client: Client) -> None:
    own = f"/MachineCatalogs/{catalog_items(client)['Pool']['Id']}"
    network = "XDHyp:\\HostingUnits\\AHV-A\\VLAN10.network"
    order = {
        "Name": "Pool",
        "VdaUpgradeType": "CR",
        "Scopes": ["scope-1"],
        "Tenants": ["tenant-1"],
        "NetworkMapping": [{"NetworkDeviceNameOrId": "0", "NetworkPath": network}],
        "CustomProperties": [{"Name": "NutanixContainerId", "Value": "1"}],
        "Metadata": [{"Name": "Citrix_Orchestration_MetaData", "Value": "x"}],
        "WriteBackCacheDiskSizeGB": 10,
        "HypervisorVMTagging": True,
        "RemotePCEnrollmentScopes": [],
        "ServiceOfferingPath": None,
    }
    assert client.job("PATCH", own, order)["Status"] == "Complete"
    catalog = client.ask("GET", own)
    scheme = catalog["ProvisioningScheme"]
    assert (catalog["UpgradeInfo"]["UpgradeType"], catalog["HypervisorVMTagging"]) == ("CR", True)
    assert ([scope["Id"] for scope in catalog["Scopes"]], [tenant["Id"] for tenant in catalog["Tenants"]]) == (
        ["scope-1"],
        ["tenant-1"],
    )
    assert [(each["DeviceId"], each["Network"]["XDPath"]) for each in scheme["NetworkMaps"]] == [("0", network)]
    assert (scheme["CustomProperties"], scheme["WriteBackCacheDiskSizeGB"]) == (order["CustomProperties"], 10)
    assert catalog["Metadata"] == order["Metadata"]
    assert client.send("PATCH", own, {"VdaUpgradeType": "LTSC"}).status_code == 400
    assert client.send("PATCH", own, {"NetworkMapping": [{"NetworkDeviceNameOrId": "0"}]}).status_code == 400
    assert (
        client.send("PATCH", "/MachineCatalogs/Desks", {"CustomProperties": order["CustomProperties"]}).status_code
        == 400
    )


def test_what_every_terraform_run_writes_to_a_connection_is_stored_and_read_back(client: Client) -> None:
    numbers = {
        "MaxAbsoluteActiveActions": 50,
        "MaxAbsoluteNewActionsPerMinute": 5,
        "MaxPowerActionsPercentageOfMachines": 30,
    }
    order = {
        "ConnectionType": "Custom",
        **numbers,
        "Scopes": ["scope-1"],
        "Metadata": [{"Name": "who", "Value": "x"}],
        "SslThumbprints": ["ab"],
    }
    assert client.job("PATCH", "/hypervisors/conn a", order)["Status"] == "Complete"
    connection = client.ask("GET", "/hypervisors/conn a")
    assert {key: connection[key] for key in numbers} == numbers
    assert ([scope["Name"] for scope in connection["Scopes"]], connection["Metadata"]) == (
        ["scope-1"],
        order["Metadata"],
    )
    assert connection["SslThumbprints"] == ["ab"]
    assert client.send("PATCH", "/hypervisors/conn a", {"ConnectionType": "Custom", "ApiKey": "k"}).status_code == 400
    assert faultless(client)


def test_no_part_of_an_image_update_is_dropped(daas: Client) -> None:
    own = f"/MachineCatalogs/{catalog_items(daas)['Pool']['Id']}"
    rules = {"NamingScheme": "NEW-##", "NamingSchemeType": "Alphabetic", "OU": "OU=x", "NextValue": "AA"}
    order = {"CustomPropertiesInString": "<p/>", "MachineAccountCreationRules": rules, "CpuCount": 4, "MemoryMB": 4096}
    assert daas.job("POST", f"{own}/$UpdateProvisioningScheme", order)["Status"] == "Complete"
    scheme = daas.ask("GET", own)["ProvisioningScheme"]
    assert {key: scheme[key] for key in ("CustomPropertiesInString", "CpuCount", "MemoryMB")} == {
        key: order[key] for key in order if key[0] == "C" or key[:2] == "Me"
    }
    assert {key: scheme["MachineAccountCreationRules"][key] for key in rules} == rules
    assert daas.send("POST", f"{own}/$UpdateProvisioningScheme", {"NumTotalMachines": 7}).status_code == 501
    desk = daas.machines("Desks")[0]["Id"]
    assert daas.send("PATCH", f"/Machines/{desk}", {"Icon": "7"}).status_code == 204
    assert daas.ask("GET", f"/Machines/{desk}")["IconId"] == "7"


# contract citrix addition G 8, addition G 9


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/Machines", "MachineResponseModel"),
        ("/MachineCatalogs", "MachineCatalogResponseModel"),
        ("/MachineCatalogs/Pool/Machines", "MachineResponseModel"),
        ("/MachineCatalogs/Pool", "MachineCatalogDetailResponseModel"),
        ("/Machines/CORP|DESK-001", "MachineDetailResponseModel"),
    ],
)
def test_fields_takes_every_name_of_the_response_model(daas: Client, path: str, model: str) -> None:
    answer = daas.ask("GET", path, fields=",".join(MODELS[model]))
    [first, *_rest] = answer.get("Items") or [answer]
    assert set(first) == set(MODELS[model])
    assert faultless(daas)
    assert daas.send("GET", path, fields="Id,Colour").status_code == 400
    daas.change("behaviour", unknown_fields="ignore")
    answer = daas.ask("GET", path, fields="Id,Colour")
    assert set((answer.get("Items") or [answer])[0]) == {"Id"}


def test_a_list_of_catalogs_has_no_connection(daas: Client) -> None:
    assert daas.send("GET", "/MachineCatalogs", fields="Id,HypervisorConnection").status_code == 400
    assert (
        daas.ask("GET", "/MachineCatalogs/Pool", fields="HypervisorConnection")["HypervisorConnection"]["Name"]
        == "conn a"
    )


def test_the_jobs_of_a_connection_are_its_active_provisioning_jobs(daas: Client) -> None:
    daas.job("POST", "/hypervisors/conn a/$resetConnection")
    daas.job("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {"MasterImagePath": PATH})
    assert daas.ask("GET", "/hypervisors/conn a/jobs")["Items"] == []
    started = daas.ask("POST", "/MachineCatalogs/Pool/$UpdateProvisioningScheme", {"MasterImagePath": PATH})
    for path in ("/hypervisors/conn a/jobs", "/hypervisors/conn a/resourcePools/AHV-A/jobs"):
        assert [job["Id"] for job in daas.ask("GET", path)["Items"]] == [started["Id"]]


@pytest.mark.parametrize("shape", ["a", "b", "c"])
def test_the_error_of_a_job_is_a_sentence(daas: Client, shape: str) -> None:
    daas.change("behaviour", error_shape=shape)
    job = daas.job("GET", "/MachineCatalogs/none")
    assert (job["Status"], job["ErrorString"]) == ("Failed", "The MachineCatalog none could not be found.")


# contract citrix addition G 10


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/MachineCatalogs"),
        ("HEAD", "/DeliveryGroups/free"),
        ("GET", "/Machines/1/Tags"),
        ("PUT", "/hypervisors/conn a/connection"),
    ],
)
def test_what_the_vendor_has_and_the_lab_has_not_is_501(daas: Client, method: str, path: str) -> None:
    assert daas.send(method, path).status_code == 501
    assert daas.send(method, path.replace("/", "/no", 1)).status_code == 404
    assert len(daas.lab.violations()) == 2


# contract citrix addition G 11


def test_a_delay_is_in_seconds_and_a_short_answer_is_the_basic_model(daas: Client) -> None:
    desk = f"/Machines/{daas.machines('Desks')[0]['Id']}"
    assert "SessionsPending" not in daas.ask("POST", f"{desk}/$shutdown", delay=90, detailResponseRequired="false")
    daas.lab.skip(89)
    assert daas.ask("GET", desk)["PowerState"] == "On"
    daas.lab.skip(12)
    assert daas.ask("GET", desk)["PowerState"] == "Off"
    assert "SessionsPending" in daas.ask("POST", f"{desk}/$start")


# contract citrix addition G 7, addition G 12: as a rule, a write is refused, or seen

VALUES: dict[str, Any] = {
    "Zone": "Zürich",
    "HypervisorConnection": "conn b",
    "ConnectionType": "Custom",
    "MasterImagePath": PATH,
    "MachineProfilePath": PATH,
    "MinimumFunctionalLevel": "L7_30",
    "PasswordFormat": "Base64",
    "NetworkMapping": [{"NetworkPath": "XDHyp:\\HostingUnits\\AHV-A\\VLAN10.network", "NetworkDeviceNameOrId": "7"}],
    "MachineAccountCreationRules": {"NamingScheme": "NEW-##"},
    "AssignImageVersionToProvisioningScheme": {"ImageDefinition": "W11", "ImageVersion": "1"},
    "AddAvailableMachineAccounts": [{}],
    "RemotePCEnrollmentScopes": [{"OU": "OU=x", "IncludeSubfolders": True, "IsOrganizationalUnit": True}],
}
BY_TYPE: dict[str, Any] = {
    "NullableString": "7",
    "string": "7",
    "NullableInt32": 7,
    "NullableBool": True,
    "[]string": ["7"],
    "[]NameValueStringPairModel": [{"Name": "n", "Value": "v"}],
}
# What a site keeps to itself, and what says how something else is to be done.
NOT_TOLD = {
    "Password",
    "PasswordFormat",
    "ShowRdsLicenseWarning",
    "ConnectionType",
    "StoreOldImage",
    "RebootOptions",
    "MachineAccountDeleteOption",
}
TARGETS = {
    "UpdateMachineCatalogRequestModel": ("PATCH", "/MachineCatalogs/{pool}", "/MachineCatalogs/{pool}"),
    "UpdateMachineCatalogProvisioningSchemeRequestModel": (
        "POST",
        "/MachineCatalogs/{pool}/$UpdateProvisioningScheme",
        "/MachineCatalogs/{pool}",
    ),
    "EditHypervisorConnectionRequestModel": ("PATCH", "/hypervisors/{connection}", "/hypervisors/{connection}"),
    "UpdateMachineRequestModel": ("PATCH", "/Machines/{desk}", "/Machines/{desk}"),
}


@pytest.mark.parametrize("model", TARGETS)
def test_a_write_is_refused_or_seen(lab: RunningLab, model: str) -> None:
    both = [
        {"name": "conn a", "cluster": "cluster-a", "hosting_units": [{"name": "AHV-A", "networks": ["VLAN10"]}]},
        {"name": "conn b", "cluster": "cluster-a"},
    ]
    lab.reset(estate(hypervisors=both))
    daas = Client(lab, "daas")
    hypervisors = {item["Name"]: item["Id"] for item in daas.ask("GET", "/hypervisors")["Items"]}
    ids = {
        "pool": catalog_items(daas)["Pool"]["Id"],
        "desk": daas.machines("Desks")[0]["Id"],
        "connection": hypervisors["conn a"],
    }
    method, write, read = TARGETS[model]
    needed = {"ConnectionType": "Custom"} if "Hypervisor" in model else {}
    dropped, seen = [], []
    for name, facts in MODELS[model].items():
        if name in NOT_TOLD:
            continue
        value = VALUES.get(name, BY_TYPE.get(facts["type"], "LTSR" if facts["type"] == "VdaUpgradeType" else "x"))
        before = daas.ask("GET", read.format(**ids))
        answer = daas.send(method, write.format(**ids), {**needed, name: value})
        lab.skip(4000)
        if answer.ok:
            (seen if daas.ask("GET", read.format(**ids)) != before else dropped).append(name)
    assert dropped == []
    assert len(seen) >= 9
    assert violations([entry for entry in lab.requests() if entry["status"] and entry["status"] < 300]) == []
    lab.reset(estate())
