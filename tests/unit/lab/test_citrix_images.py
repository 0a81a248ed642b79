# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image updates and rollbacks of simulated machine catalogs."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from conformance.citrix_client import IMAGE, PATH, Client, estate
from conformance.citrix_models import violations
from lab.running import RunningLab

UPDATE = "/MachineCatalogs/Pool/$UpdateProvisioningScheme"
ROLLBACK = "/MachineCatalogs/Pool/$RollbackProvisioningScheme"


@pytest.fixture
def daas(running: RunningLab) -> Client:
    running.reset(estate())
    return Client(running, "daas")


def image_of(client: Client, catalog: str = "Pool") -> str:
    return str(client.catalog(catalog)["ProvisioningScheme"]["MasterImage"]["Name"])


def state_of(client: Client, catalog: str = "Pool") -> list[tuple[str, str, bool]]:
    return [
        (machine["PowerState"], machine["RegistrationState"], machine["Hosting"]["ImageOutOfDate"])
        for machine in client.machines(catalog)
    ]


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        PATH.replace("\\", "\\\\"),
        PATH.lower().replace("zürich", "Zürich"),
        f"XDHyp:\\Connections\\conn a\\{IMAGE}.template",
        f"hypervisors/conn a/resourcePools/AHV-A/resources/{IMAGE}.template",
        f"{IMAGE}.template",
    ],
)
def test_every_form_of_path_is_understood(daas: Client, path: str) -> None:
    assert daas.job("POST", UPDATE, {"MasterImagePath": path})["Status"] == "Complete"
    assert daas.catalog("Pool")["ProvisioningScheme"]["MasterImage"]["XDPath"] == PATH


@pytest.mark.parametrize("name", ["back\\slash", "it's 50% off #1", "dots.in.names.template", "ÄÖÜß 日本語", "a/b"])
def test_awkward_image_names(running: RunningLab, name: str) -> None:
    topology = estate()
    topology["prism_elements"][0]["snapshots"].append({"name": name, "vm": "Gold"})
    running.reset(topology)
    client = Client(running, "cvad")
    pool = client.ask("GET", "/hypervisors/conn%20a/resourcePools/AHV-A/resources", children=1)
    [path] = [child["XDPath"] for child in pool["Children"] if child["Name"] == name]
    assert client.job("POST", UPDATE, {"MasterImagePath": path})["Status"] == "Complete"
    assert image_of(client) == name


def test_a_job_goes_through_its_phases_for_all_to_see(daas: Client) -> None:
    job = daas.ask("POST", UPDATE, {"MasterImagePath": PATH})
    assert (job["Status"], job["StartTime"], job["IsCancellable"]) == ("NotStarted", "0001-01-01T00:00:00+00:00", True)
    daas.lab.skip(2)
    seen = []
    for _turn in range(9):
        daas.lab.skip(100)
        catalog, job = daas.catalog("Pool"), daas.ask("GET", f"/Jobs/{job['Id']}")
        if catalog["ProvisioningProgress"]:
            seen.append((catalog["ProvisioningProgress"]["ProgressMessage"], job["OverallProgressPercent"]))
            assert catalog["ImageUpdateStatus"] == "PreparingImage"
    assert [percent for _phase, percent in seen] == sorted(percent for _phase, percent in seen)
    assert list(dict(seen)) == ["ConsolidatingMasterImage", "PreparingMasterImage", "ReplicatingMasterImage"]
    assert (job["Status"], job["OverallProgressPercent"]) == ("Complete", 100)
    [action] = daas.ask("GET", "/MachineCatalogs/Pool/actions")["Items"]
    assert (action["State"], action["MasterImage"]) == ("Completed", PATH)


def test_the_path_is_looked_up_when_the_job_runs(daas: Client) -> None:
    daas.lab.change([{"endpoint": "cluster-a", "kind": "delete_snapshot", "snapshot": IMAGE}])
    job = daas.job("POST", UPDATE, {"MasterImagePath": PATH})
    assert (job["Status"], job["ErrorCode"]) == ("Failed", "PathNotFound")
    assert image_of(daas) == "old"
    assert daas.catalog("Pool")["Errors"] == [job["ErrorString"]]


def test_an_image_of_another_hosting_unit_is_not_found(daas: Client) -> None:
    job = daas.job("POST", UPDATE, {"MasterImagePath": PATH.replace("AHV-A", "AHV-B")})
    assert (job["Status"], job["ErrorCode"]) == ("Failed", "PathNotFound")


def test_a_cluster_that_is_down_fails_the_job(daas: Client) -> None:
    daas.lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": False}])
    assert daas.job("POST", UPDATE, {"MasterImagePath": PATH})["ErrorCode"] == "HypervisorNotContactable"


def test_a_connection_in_maintenance_mode_fails_the_job(daas: Client) -> None:
    daas.change("hypervisor", hypervisor="conn a", in_maintenance_mode=True)
    assert daas.job("POST", UPDATE, {"MasterImagePath": PATH})["ErrorCode"] == "HypervisorInMaintenanceMode"


def test_pooled_machines_take_the_image_when_they_come_up(daas: Client) -> None:
    daas.job("POST", UPDATE, {"MasterImagePath": PATH})
    assert state_of(daas) == [("On", "Registered", True)] * 3
    assert daas.catalog("Pool")["ImageUpdateStatus"] == "PendingUpdate"
    daas.ask("POST", f"/Machines/{daas.machines('Pool')[0]['Id']}/$reboot")
    assert state_of(daas)[0] == ("TurningOff", "Unregistered", True)
    daas.lab.skip(40)
    assert state_of(daas)[0] == ("On", "Initializing", False)
    daas.lab.skip(60)
    assert state_of(daas)[0] == ("On", "Registered", False)
    assert daas.catalog("Pool")["ImageUpdateStatus"] == "PartiallyUpdated"


def test_a_reboot_cycle_warns_and_spreads(daas: Client) -> None:
    daas.ask("POST", UPDATE, {"MasterImagePath": PATH, "RebootOptions": {"RebootDuration": 30, "WarningDuration": 10}})
    daas.lab.skip(902)
    assert sorted(machine["ScheduledReboot"] for machine in daas.machines("Pool")) == ["Draining", "Pending", "Pending"]
    daas.lab.skip(10 * 60)
    assert [up_to_date for _power, _registration, up_to_date in state_of(daas)] == [True] * 3
    daas.lab.skip(100)
    assert sum(out_of_date for _power, _registration, out_of_date in state_of(daas)) == 2
    daas.lab.skip(20 * 60)
    assert state_of(daas) == [("On", "Registered", False)] * 3
    assert [machine["SessionCount"] for machine in daas.machines("Pool")] == [0, 0, 0]


def test_machines_without_a_forced_cycle_wait_for_their_natural_end(daas: Client) -> None:
    daas.ask("POST", "/MachineCatalogs/Pool/$RebootMachines", {})
    daas.lab.skip(3600)
    assert [(machine["PowerState"], machine["ScheduledReboot"]) for machine in daas.machines("Pool")] == [
        ("On", "Natural")
    ] * 3
    daas.ask("POST", f"/Machines/{daas.machines('Pool')[0]['Id']}/$shutdown")
    daas.lab.skip(60)
    assert daas.machines("Pool")[0]["ScheduledReboot"] == "None"


def test_persistent_machines_stay_as_they_are(running: RunningLab) -> None:
    running.reset(
        estate(catalogs=[{"name": "Pool", "hosting_unit": "AHV-A", "image": "old", "machines": 2, "persistent": True}])
    )
    client = Client(running, "cvad")
    client.job("POST", UPDATE, {"MasterImagePath": PATH, "RebootOptions": {"RebootDuration": 0}})
    assert image_of(client) == IMAGE
    assert state_of(client) == [("On", "Registered", False)] * 2


def test_machines_that_are_off(running: RunningLab) -> None:
    catalog = {"name": "Pool", "hosting_unit": "AHV-A", "image": "old", "machines": 1, "power_state": "off"}
    running.reset(estate(catalogs=[catalog]))
    client = Client(running, "cvad")
    client.job("POST", UPDATE, {"MasterImagePath": PATH, "RebootOptions": {"RebootDuration": 0}})
    assert state_of(client) == [("Off", "Unregistered", True)]
    client.ask("POST", f"/Machines/{client.machines('Pool')[0]['Id']}/$start")
    running.skip(100)
    assert state_of(client) == [("On", "Registered", False)]


def test_history_and_rollback(daas: Client) -> None:
    daas.job("POST", UPDATE, {"MasterImagePath": PATH, "MasterImageNote": "new"})
    history = daas.ask("GET", "/MachineCatalogs/Pool/MasterImageHistory")["Items"]
    assert [(image["Image"]["Name"], image["ImageStatus"]) for image in history] == [
        (IMAGE, "Current"),
        ("old", "Prepared"),
        ("older", "Prepared"),
    ]
    assert daas.job("POST", ROLLBACK, {})["Type"] == "RollbackMachineCatalogProvisioningScheme"
    assert image_of(daas) == "old"
    assert daas.ask("GET", "/MachineCatalogs/Pool/LastMasterImage")["Image"]["Name"] == "old"


def test_an_image_that_is_not_stored_cannot_be_gone_back_to(running: RunningLab) -> None:
    running.reset(estate(catalogs=[{"name": "Pool", "hosting_unit": "AHV-A", "image": "old"}]))
    client = Client(running, "daas")
    client.job("POST", UPDATE, {"MasterImagePath": PATH, "StoreOldImage": False})
    assert not client.catalog("Pool")["CanRollbackVMImage"]
    assert client.send("POST", ROLLBACK, {}).status_code == 409


def test_one_task_per_catalog(daas: Client) -> None:
    first = daas.ask("POST", UPDATE, {"MasterImagePath": PATH})
    assert daas.send("POST", UPDATE, {"MasterImagePath": PATH}).status_code == 409
    daas.change("behaviour", busy_catalog="job_failed")
    second = daas.job("POST", UPDATE, {"MasterImagePath": PATH})
    assert (second["Status"], second["ErrorCode"]) == ("Failed", "TaskActive")
    assert daas.ask("GET", f"/Jobs/{first['Id']}")["Status"] == "Complete"


def test_the_job_of_another_administrator(daas: Client) -> None:
    job = daas.change("image_update", catalog="Pool", image=IMAGE)["job"]
    daas.lab.skip(100)
    assert daas.ask("GET", "/Jobs")["Items"] == []
    assert daas.send("GET", f"/Jobs/{job}").status_code == 404
    assert [each["Id"] for each in daas.catalog("Pool")["JobsInProgress"]] == [job]
    [action] = daas.ask("GET", "/machineCatalogActions")["Items"]
    assert (action["IsRunning"], action["State"]) == (True, "Running")
    assert daas.send("POST", UPDATE, {"MasterImagePath": PATH}).status_code == 409


@pytest.mark.parametrize(
    ("outcome", "status", "image"),
    [
        ({"fail_task": "the disk is full"}, "Failed", "old"),
        ({"job_status": "CompleteWithWarning"}, "CompleteWithWarning", IMAGE),
        ({"job_status": "NonTerminatingError"}, "NonTerminatingError", IMAGE),
        ({"job_status": "Canceled"}, "Canceled", "old"),
        ({"job_status": "InProgress"}, "InProgress", "old"),
    ],
)
def test_faults_decide_how_a_job_ends(daas: Client, outcome: dict[str, Any], status: str, image: str) -> None:
    daas.lab.faults([{"method": "POST", "path": "UpdateProvisioningScheme", "then": outcome}])
    job = daas.job("POST", UPDATE, {"MasterImagePath": PATH})
    assert job["Status"] == status
    assert outcome.get("fail_task", "") in (job["ErrorString"] or "")
    assert image_of(daas) == image


def test_a_lost_answer_leaves_the_job_running(daas: Client) -> None:
    daas.lab.faults([{"method": "POST", "path": "UpdateProvisioningScheme", "nth": 1, "then": {"drop": "after"}}])
    with pytest.raises(requests.ConnectionError):
        daas.send("POST", UPDATE, {"MasterImagePath": PATH})
    [job] = daas.ask("GET", "/Jobs")["Items"]
    assert {"Name": "MasterImageXDPath", "Value": PATH} in job["Parameters"]
    daas.lab.skip(1000)
    assert image_of(daas) == IMAGE


def test_cancel(daas: Client) -> None:
    job = daas.ask("POST", UPDATE, {"MasterImagePath": PATH})
    daas.lab.skip(400)
    assert daas.ask("POST", f"/Jobs/{job['Id']}/$cancel")["Status"] == "Canceled"
    daas.lab.skip(900)
    assert image_of(daas) == "old"
    assert daas.catalog("Pool")["JobsInProgress"] == []


def test_the_last_phase_cannot_be_cancelled(daas: Client) -> None:
    job = daas.ask("POST", UPDATE, {"MasterImagePath": PATH})
    daas.lab.skip(880)
    assert daas.send("POST", f"/Jobs/{job['Id']}/$cancel").status_code == 409


def test_jobs_vanish_after_two_days(daas: Client) -> None:
    job = daas.job("POST", UPDATE, {"MasterImagePath": PATH})
    daas.lab.skip(47 * 3600 - 3600)
    daas.ask("GET", f"/Jobs/{job['Id']}")
    daas.lab.skip(3 * 3600)
    assert daas.send("GET", f"/Jobs/{job['Id']}").status_code == 404


def test_a_running_job_cannot_be_deleted(daas: Client) -> None:
    job = daas.ask("POST", UPDATE, {"MasterImagePath": PATH})
    assert daas.send("DELETE", f"/Jobs/{job['Id']}").status_code == 409


@pytest.mark.parametrize(
    ("form", "asynchronous", "status", "has_body", "has_location"),
    [
        ("200_body", "false", 200, True, False),
        ("200_body", "true", 202, False, True),
        ("202_location", "false", 202, False, True),
        ("202_body", "true", 202, True, False),
    ],
)
def test_the_forms_of_the_answer(
    daas: Client, form: str, asynchronous: str, status: int, has_body: bool, has_location: bool
) -> None:
    daas.change("behaviour", update_reply=form, location_host="gateway.example")
    answer = daas.send("POST", UPDATE, {"MasterImagePath": PATH}, **{"async": asynchronous})
    assert (answer.status_code, bool(answer.content), "Location" in answer.headers) == (status, has_body, has_location)
    if has_location:
        assert answer.headers["Location"].startswith("https://gateway.example/cvad/manage/Jobs/")


def test_metadata_makes_everything_else_ignored(daas: Client) -> None:
    daas.job("POST", UPDATE, {"Metadata": [{"Name": "release", "Value": "1"}], "MasterImageNote": "x"})
    scheme = daas.catalog("Pool")["ProvisioningScheme"]
    assert scheme["Metadata"] == [{"Name": "release", "Value": "1"}]
    assert scheme["CurrentDiskImage"]["MasterImageNote"] is None
    assert (
        daas.send(
            "POST", UPDATE, {"Metadata": [{"Name": "release", "Value": "1"}], "MasterImagePath": PATH}
        ).status_code
        == 400
    )


@pytest.mark.parametrize(
    "options",
    [
        {"RebootDuration": -2},
        {"RebootDuration": 0, "WarningDuration": -1},
        {"RebootDuration": -1, "WarningDuration": 5},
    ],
)
def test_reboot_options_that_do_not_go_together(daas: Client, options: dict[str, int]) -> None:
    assert daas.send("POST", UPDATE, {"MasterImagePath": PATH, "RebootOptions": options}).status_code == 400


def test_only_mcs_catalogs_have_images(daas: Client) -> None:
    for path in ("MasterImageHistory", "LastMasterImage"):
        assert daas.send("GET", f"/MachineCatalogs/Desks/{path}").status_code == 400
    assert daas.catalog("Desks")["ProvisioningScheme"] is None


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
def test_history_comes_in_any_order(daas: Client, order: str) -> None:
    daas.change("behaviour", history_order=order)
    history = daas.ask("GET", "/MachineCatalogs/Pool/MasterImageHistory")["Items"]
    assert {image["Image"]["Name"] for image in history} == {"old", "older"}
    assert violations(daas.lab.requests()) == []
