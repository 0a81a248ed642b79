# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Citrix sites against the models of the vendor's client: what they accept, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.citrix_client import IMAGE, PATH, Client, estate
from conformance.citrix_models import ENUMS, MODELS, ROOTS, UNLISTED_OPERATIONS, operation, violations
from lab.citrix.endpoint import SiteEndpoint
from lab.router import Route
from lab.running import RunningLab, serve
from lab.schema import either, nullable, optional, required

SCALAR_TYPES = {str: {"string", "Time"}, bool: {"bool"}, int: {"int32", "int64"}, float: {"float32", "float64"}}


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with serve(estate()) as running:
        yield running


def routes_of(lab: RunningLab, name: str) -> list[Route]:
    endpoint = lab.estate.endpoint(name)
    assert isinstance(endpoint, SiteEndpoint)
    return list(endpoint.router._routes)


def drive(client: Client) -> None:
    """Use every route of a site at least once."""
    site = client.ask("GET", "/Sites")["Items"][0]
    client.ask("GET", f"/Sites/{site['Id']}")
    client.ask("GET", "/About")
    catalogs = {catalog["Name"]: catalog for catalog in client.ask("GET", "/MachineCatalogs", limit=250)["Items"]}
    machines = client.ask("GET", "/Machines")["Items"]
    _read_catalogs(client, catalogs["Pool"]["Id"])
    _read_machines(client, machines)
    _use_image_definitions(client)
    _browse(client)
    _change_catalog(client, catalogs["Pool"]["Id"])
    _change_machines(client, {machine["MachineCatalog"]["Name"]: machine for machine in machines})
    _batch(client, catalogs["Pool"]["Id"])
    job = client.ask("GET", "/Jobs")["Items"][0]
    client.ask("POST", f"/Jobs/{job['Id']}/$cancel")
    client.ask("DELETE", f"/Jobs/{job['Id']}")
    if "citrix_trust_hostname" not in client.variables:
        assert client.send("GET", "/Tokens").status_code == 401
        client.ask("POST", "/tokens/$refresh")


def _read_catalogs(client: Client, pool: str) -> None:
    client.ask("GET", "/MachineCatalogs", limit=1, fields="Id,Name,FullName,ProvisioningScheme")
    client.ask("GET", "/MachineCatalogsV2")
    client.ask("GET", "/MachineCatalogs/Prod|Pool")
    client.ask("HEAD", "/MachineCatalogs/Pool")
    assert client.send("POST", "/MachineCatalogs/$checkCatalogName", {"Name": "Pool"}).status_code == 204
    name = [{"Property": "Name", "Operator": "Equals", "Value": "Pool"}]
    assert client.ask("POST", "/Machinecatalogs/$search", {"SearchFilters": name})["TotalItems"] == 1
    client.ask("GET", f"/MachineCatalogs/{pool}/Machines", fields="Id,Name,Hosting")
    client.ask("GET", f"/MachineCatalogs/{pool}/MasterImageHistory")
    client.ask("GET", f"/MachineCatalogs/{pool}/LastMasterImage")
    assert client.send("GET", "/MachineCatalogs/none").status_code == 404
    assert [item["Id"] for item in client.ask("GET", "/Tags/Ring%201/MachineCatalogs")["Items"]] == [pool]
    assert client.send("GET", "/Tags/none/MachineCatalogs").status_code == 404


def _use_image_definitions(client: Client) -> None:
    (definition,) = client.ask("GET", "/ImageDefinitions", limit=1)["Items"]
    own = f"/ImageDefinitions/{definition['Id']}"
    client.ask("GET", own)
    client.ask("PATCH", own, {"Description": "of the desks"})
    versions = client.ask("GET", f"{own}/ImageVersions")["Items"]
    assert [version["Number"] for version in versions] == [1, 2]
    assert client.send("GET", "/ImageDefinitions/none/ImageVersions").status_code == 404
    connection = {"HypervisorConnection": "conn a", "CustomProperties": []}
    wish = {"Name": "W10", "OsType": "Windows", "VDASessionSupport": "SingleSession"}
    order = {**wish, "AssignedHypervisorConnection": connection}
    assert client.send("POST", "/ImageDefinitions", order).status_code == 400  # contract citrix 13.9
    order = {"ImageScheme": {}, "MasterImagePath": "old.template", "ResourcePool": "AHV-A", "Description": "3"}
    assert client.job("POST", f"{own}/ImageVersions", order)["Type"] == "CreateImageVersion"
    third = client.ask("GET", f"{own}/ImageVersions/3")
    assert third["ImageVersionStatus"] == "Success"
    doors = [f"{own}/ImageVersions/3", f"/ImageVersions/{third['Id']}"]
    for door in doors:
        assert client.ask("GET", door)["Id"] == third["Id"]
        assert client.send("PUT", door, order).status_code == 400
        client.ask("PATCH", door, {"Description": "third"})
        assert client.ask("GET", f"{door}/ProvisioningSchemes")["Items"] == []
        pools = {"ImageVersionResourcePools": [{"ResourcePool": "AHV-A", "CustomProperties": []}]}
        client.job("PUT", f"{door}/$UpdateResourcePools", pools)
    _be_on_a_version(client, third)
    assert client.job("DELETE", doors[0])["Type"] == "DeleteImageVersion"
    assert client.send("DELETE", doors[1]).status_code == 404
    assert client.send("DELETE", own).status_code == 409


def _be_on_a_version(client: Client, version: dict[str, Any]) -> None:
    pool = "/MachineCatalogs/Prod|Pool"
    assigned = {"ImageDefinition": version["ImageDefinition"]["Name"], "ImageVersion": str(version["Number"])}
    update = {"AssignImageVersionToProvisioningScheme": {**assigned, "ImageAssignmentNote": "third"}}
    assert client.job("POST", f"{pool}/$UpdateProvisioningScheme", update)["Status"] == "Complete"
    scheme = client.ask("GET", pool)["ProvisioningScheme"]
    assert scheme["CurrentImageVersion"]["ImageVersion"]["Id"] == version["Id"]
    client.ask("GET", f"{pool}/MasterImageHistory")
    assert client.send("DELETE", f"/ImageVersions/{version['Id']}").status_code == 409
    client.job("POST", f"{pool}/$RollbackProvisioningScheme", {})
    assert client.ask("GET", pool)["ProvisioningScheme"]["CurrentImageVersion"] is None


def _read_machines(client: Client, machines: list[dict[str, Any]]) -> None:
    client.ask("GET", "/MachinesV2", limit=2, sessionSupport="SingleSession")
    client.ask("GET", "/Machines/" + machines[0]["Name"].replace("\\", "|"))
    client.ask("HEAD", f"/Machines/{machines[0]['Id']}")
    filters = [
        {"Property": "MachineCatalog", "Operator": "Equals", "Value": "Pool"},
        {"Property": "SessionSupport", "Operator": "Equals", "Value": "SingleSession"},
    ]
    body = {
        "BasicSearchString": "",
        "SearchFilters": filters,
        "SortCriteria": {"Property": "MachineName", "SortDirection": "Ascending"},
    }
    assert client.ask("POST", "/Machines/$search", body, limit=250)["TotalItems"] == 3
    client.job("GET", "/Machines", fields="Id,Name")


def _browse(client: Client) -> None:
    hypervisor = client.ask("GET", "/hypervisors")["Items"][0]
    own = f"/hypervisors/{hypervisor['Id']}"
    pool = client.ask("GET", f"{own}/resourcePools")["Items"][0]
    pools = f"{own}/resourcePools/{pool['Id']}"
    for path in (
        "/hypervisors/supportedPlugins",
        own,
        pools,
        f"{own}/machineCatalogs",
        f"{pools}/machineCatalogs",
        f"{own}/jobs",
        f"{pools}/jobs",
        "/hypervisorsAndResourcePools",
    ):
        client.ask("GET", path)
    client.ask("HEAD", "/hypervisors/conn a")
    client.ask("HEAD", f"{own}/resourcePools/AHV-A")
    found = client.ask("GET", f"{pools}/resources", children=1, noCache="true")
    assert IMAGE in [child["Name"] for child in found["Children"] if child["ResourceType"] == "Template"]
    job = client.job("GET", f"{pools}/resources", children=1, noCache="true")
    assert client.ask("GET", f"/Jobs/{job['Id']}/Results") == found
    client.ask("GET", f"{pools}/resources", path=f"{IMAGE}.template", detail="true")
    client.ask("GET", f"{own}/allResources", children=1)
    assert len(client.ask("POST", f"{pools}/resources/$search", {"ResourceType": "Template"})["Items"]) == 1
    client.ask("POST", f"{pools}/resources/$validate", {"Path": PATH})
    client.ask("PATCH", own, {"ConnectionType": "Custom", "InMaintenanceMode": False})
    client.ask("POST", f"{own}/$resetConnection")
    group = client.ask("GET", "/DeliveryGroups")["Items"][0]["Id"]
    client.ask("GET", f"/DeliveryGroups/{group}")
    client.ask("GET", f"/DeliveryGroups/{group}/Machines")
    assert (
        client.send("POST", f"/DeliveryGroups/{group}/$StartRebootCycle", {"RebootDurationMinutes": 600}).status_code
        == 204
    )
    zone = next(zone for zone in client.ask("GET", "/Zones")["Items"] if not zone["IsPrimary"])
    client.ask("GET", f"/Zones/{zone['Name']}")
    item = {"Id": hypervisor["Id"], "Name": hypervisor["Name"], "ItemType": "HypervisorConnection"}
    client.ask("POST", f"/Zones/{zone['Id']}/$moveItems", {"Items": [item]})
    client.ask("POST", f"/Zones/{zone['Id']}/$addItems", {"Items": [item]})


def _change_catalog(client: Client, pool: str) -> None:
    own = f"/MachineCatalogs/{pool}"
    order = {
        "MasterImagePath": PATH,
        "StoreOldImage": True,
        "MasterImageNote": "ü",
        "MinimumFunctionalLevel": "L7_20",
        "RebootOptions": {"RebootDuration": 0, "WarningDuration": 5},
    }
    started = client.ask("POST", f"{own}/$UpdateProvisioningScheme", order)
    assert started["Type"] == "UpdateMachineCatalogProvisioningScheme"
    client.lab.skip(200)
    assert client.ask("GET", own)["JobsInProgress"][0]["Id"] == started["Id"]
    actions = client.ask("GET", f"{own}/actions")["Items"]
    client.ask("GET", f"{own}/actions/{actions[0]['ActionId']}")
    client.ask("GET", "/machineCatalogActions")
    client.lab.skip(3600)
    assert client.ask("GET", own)["ProvisioningScheme"]["MasterImage"]["XDPath"] == PATH
    failed = client.job(
        "POST", f"{own}/$UpdateProvisioningScheme", {"MasterImagePath": "XDHyp:\\HostingUnits\\AHV-A\\none.template"}
    )
    assert (failed["Status"], failed["ErrorCode"]) == ("Failed", "PathNotFound")
    assert client.job("POST", f"{own}/$RollbackProvisioningScheme", {"RebootDuration": -1})["Status"] == "Complete"
    client.ask("POST", f"{own}/$RebootMachines", {"RebootDuration": 0})
    client.ask("PATCH", own, {"Description": "described", "Zone": "Primary", "MachineProfilePath": PATH})
    client.lab.skip(3600)


def _change_machines(client: Client, machines: dict[str, dict[str, Any]]) -> None:
    desk, pooled = machines["Desks"]["Id"], machines["Pool"]["Id"]
    vm = client.lab.state()["endpoints"]["cluster-a"]["vms"][0]["uuid"]
    assert (
        client.send("PATCH", f"/Machines/{desk}", {"HostedMachineId": vm, "HypervisorConnection": "conn a"}).status_code
        == 204
    )
    assert client.send("PATCH", f"/Machines/{pooled}", {"HostedMachineId": vm}).status_code == 400
    client.job("PATCH", f"/Machines/{pooled}", {"InMaintenanceMode": True})
    for action in ("$reboot", "$shutdown", "$start"):
        client.ask("POST", f"/Machines/{pooled}/{action}")
        client.lab.skip(600)


def _batch(client: Client, pool: str) -> None:
    authorization = [{"Name": "Authorization", "Value": client.session.headers["Authorization"]}]
    items = [
        {
            "Reference": "read",
            "Method": "GET",
            "RelativeUrl": f"/MachineCatalogs/{pool}?fields=Id,Name",
            "Headers": authorization,
        },
        {
            "Reference": "write",
            "Method": "PATCH",
            "RelativeUrl": f"/MachineCatalogs/{pool}",
            "Headers": authorization,
            "Body": json.dumps({"Description": "ü"}),
        },
        {"Reference": "missing", "RelativeUrl": "/MachineCatalogs/none", "Headers": authorization},
    ]
    codes = {item["Reference"]: item["Code"] for item in client.ask("POST", "/$batch", {"Items": items})["Items"]}
    assert codes == {"read": 200, "write": 200, "missing": 404}
    job = client.job("POST", "/$batch", {"Items": items})
    assert len(client.ask("GET", f"/Jobs/{job['Id']}/Results")["Items"]) == len(job["SubJobs"]) == 3


@pytest.mark.parametrize("name", ["daas", "cvad"])
def test_every_route_and_its_traffic_keep_to_the_models(lab: RunningLab, name: str) -> None:
    lab.reset()
    client = Client(lab, name)
    drive(client)
    recorded = lab.requests()
    assert violations(recorded) == []
    assert lab.violations() == []
    used = {
        (entry["method"], _shape(entry["method"], entry["raw_path"]))
        for entry in recorded
        if ROOTS[0].match(entry["raw_path"])
    }
    assert {
        (route.method, _shape(route.method, "/cvad/manage" + route.template)) for route in routes_of(lab, name)
    } - used == set()


def _shape(method: str, raw_path: str) -> str:
    known = operation(method, ROOTS[0].sub("", raw_path))
    assert known is not None, f"{method} {raw_path}"
    return str(known["shape"])


@pytest.mark.parametrize("name", ["daas", "cvad"])
def test_routes_and_request_bodies_are_those_of_the_models(lab: RunningLab, name: str) -> None:
    for route in routes_of(lab, name):
        known = operation(route.method, route.template)
        assert known is not None, f"{route.method} {route.template} is no operation"
        assert (route.body is None) == (known["request"] is None), f"{route.method} {route.template}"
        if route.body is not None:
            assert list(_body_problems(route.body, known["request"], f"{route.method} {route.template}")) == []


def test_operations_that_only_the_contract_knows_are_few() -> None:
    assert set(UNLISTED_OPERATIONS) == {("GET", "/machinecatalogactions")}


@pytest.mark.parametrize("shape", ["a", "b", "c"])
def test_errors_keep_to_their_shape(lab: RunningLab, shape: str) -> None:
    lab.reset()
    client = Client(lab, "daas")
    lab.change([{"endpoint": "daas", "kind": "behaviour", "error_shape": shape}])
    for path in ("/MachineCatalogs/none", "/Machines/none", "/Jobs/none", "/hypervisors/none"):
        assert client.send("GET", path).status_code == 404
    assert violations(lab.requests()) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "answer", "problem"),
    [
        ("GET", "/Zones", None, {"Items": [{"Id": "1", "Name": "x"}]}, "IsPrimary is missing"),
        ("GET", "/Zones", None, {"Items": [{"Id": "1", "Name": "x", "IsPrimary": "yes"}]}, "is no bool"),
        (
            "GET",
            "/Zones",
            None,
            {"Items": [{"Id": "1", "Name": "x", "IsPrimary": True, "Colour": 1}]},
            "Colour is unknown",
        ),
        ("GET", "/Zones", None, {"Items": None}, "Items is null"),
        ("GET", "/Jobs/1", None, {"Id": "1", "Type": "Cleaning"}, "is no JobType"),
        ("PATCH", "/Machines/1", {"HostedMachineId": 7}, None, "is no string"),
        ("GET", "/Nonsense", None, None, "no such operation"),
        ("GET", "/Zones", {"Items": []}, None, "the request has a body"),
    ],
)
def test_a_breach_is_found(method: str, path: str, body: Any, answer: Any, problem: str) -> None:
    path = "/cvad/manage" + path
    entry = {
        "n": 1,
        "endpoint": "daas",
        "method": method,
        "path": path,
        "raw_path": path,
        "query": {},
        "body": body,
        "status": 200,
        "response": answer,
        "fault": None,
    }
    found = violations([entry])
    assert len(found) >= 1
    assert any(problem in each for each in found)


def _body_problems(schema: Any, kind: str, where: str) -> Iterator[str]:
    """Compare what a route accepts with a type of the vendor's client."""
    if isinstance(schema, (required, optional)):
        yield from _body_problems(schema.schema, kind, where)
    elif isinstance(schema, either):  # the first is the model's, the others the documentation's
        yield from _body_problems(schema.schemas[0], kind, where)
    elif isinstance(schema, nullable):
        yield from _body_problems(schema.schema, _not_null(kind), where)
    elif isinstance(schema, dict):
        yield from _object_problems(schema, kind, where)
    elif isinstance(schema, list):
        if not kind.startswith("[]"):
            yield f"{where} is {kind}, not a list"
        else:
            yield from _body_problems(schema[0], kind[2:], f"{where}[]")
    elif isinstance(schema, (set, frozenset)) and kind == "string":
        return  # the contract tells the values, the client does not
    elif isinstance(schema, (set, frozenset)):
        yield from (f"{where}: {member} is no {kind}" for member in sorted(schema - set(ENUMS.get(kind, []))))
    elif _not_null(kind) not in SCALAR_TYPES[schema]:
        yield f"{where} is {kind}, not {schema.__name__}"


def _object_problems(schema: dict[str, Any], kind: str, where: str) -> Iterator[str]:
    fields = MODELS[kind]
    for name, inner in schema.items():
        if name not in fields:
            yield f"{where}.{name} is unknown to {kind}"
        else:
            yield from _body_problems(inner, fields[name]["type"], f"{where}.{name}")
    for name, facts in fields.items():
        if facts["required"] and schema and not isinstance(schema.get(name), required):
            yield f"{where}.{name} must be required"
        if not facts["required"] and isinstance(schema.get(name), required):
            yield f"{where}.{name} is not required"


def _not_null(kind: str) -> str:
    inner = kind.removeprefix("Nullable")
    return kind if inner == kind else inner[0].lower() + inner[1:]
