# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_template"""

from __future__ import annotations

from typing import Any

import pytest

from harness.central_images import IMAGE, POINT, TEMPORARY, Images
from harness.centrals import API_KEY, Centrals
from harness.modules import run_module

MODULE, INFO = "pc_template", "pc_template_info"
RELEASES = ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"]
FAULTS = [{"drop": "after"}, {"drop": "before"}, {"status": 503}]


@pytest.fixture
def images(centrals: Centrals) -> Images:
    return Images(centrals)


@pytest.mark.parametrize("version", RELEASES)
def test_made_as_predicted_and_then_adopted(centrals: Centrals, version: str) -> None:
    images = Images(centrals, version=version)
    predicted = images(check=True)
    assert centrals.writes() == []
    made = images()
    assert len(centrals.writes()) == 1
    template = made["template"]
    assert (made["changed"], template["name"], template["source_vm_name"]) == (True, IMAGE, TEMPORARY)
    assert template["lineage"] == {
        "base_vm": "Gold",
        "release": "r1",
        "protection_domain_snapshot_id": None,
        "recovery_point_id": POINT,
        "proven": True,
        "doubt": "",
    }
    (first,) = template["versions"]
    assert (first["name"], first["active"], first["lineage"]) == (IMAGE, True, template["lineage"])
    assert first["cluster_uuids"] == (None if version == "pc.2024.3.1" else [centrals.cluster("a")])
    assert images.contents(template["ext_id"]) == [["golden"]]
    same = ("name", "description", "lineage", "source_vm_name")
    assert {key: predicted["template"][key] for key in same} == {key: template[key] for key in same}
    centrals.lab.forget()
    again = images()
    assert (again["changed"], again["template"], centrals.writes()) == (False, template, [])
    assert centrals.east(INFO, name=IMAGE)["templates"] == [template]
    centrals.change("delete_vm", "a", vm=images.vm_uuid)
    for options in ({}, {"vm_name": None}, {"vm_uuid": None}):
        assert images(**options)["changed"] is False


@pytest.mark.parametrize("check", [True, False])
def test_a_temporary_vm_that_somebody_started_is_no_true_copy(images: Images, check: bool) -> None:
    images.centrals.change("power", "a", vm=images.vm_uuid, state="on")
    for options in ({}, {"vm_name": None}, {"vm_uuid": None}):
        assert "no true copy of the golden VM" in images.fails(check=check, **options)
    assert images.centrals.writes() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_answer_makes_no_second_template(images: Images, fault: dict[str, Any]) -> None:
    images.centrals.fault("/templates", fault, method="POST", nth=1)
    images()
    assert [template["name"] for template in images.templates] == [IMAGE]


@pytest.mark.parametrize("lag", [0, 60])
@pytest.mark.parametrize("later", [0, 100])
def test_a_killed_run_s_template_is_adopted(images: Images, lag: int, later: int) -> None:
    """Nothing shows a template before its task has ended, so that the order is sent again under its request id."""
    images.centrals.behave(task_entities_lag_seconds=lag)
    images.centrals.lab.run_at(0)
    assert images(wait=False)["template"]["ext_id"] == ""
    images.centrals.lab.skip(later)
    images.centrals.lab.run_at(600)
    made = images()
    assert [template["ext_id"] for template in images.templates] == [made["template"]["ext_id"]]


def test_one_that_was_removed_is_made_again(images: Images) -> None:
    """The server still remembers the first order."""
    first = images()["template"]["ext_id"]
    images(state="absent")
    assert images.templates == []
    second = images()["template"]["ext_id"]
    assert [template["ext_id"] for template in images.templates] == [second] != [first]


@pytest.mark.parametrize("tells", ["error_messages", "legacy_message", "sub_task"])
def test_a_failed_task_says_why_and_the_next_run_makes_it(images: Images, tells: str) -> None:
    images.centrals.behave(failed_task_tells=tells)
    images.centrals.fault("/templates", {"fail_task": "no space left"}, method="POST")
    assert "no space left" in images.fails()
    images.centrals.lab.clear_faults()
    assert images()["changed"] is True
    assert len(images.templates) == 1


def test_a_running_vm_may_be_refused(images: Images) -> None:
    images.centrals.behave(template_of_running_vm=False)
    assert "is running" in images.fails(vm_uuid=None, vm_name="On")
    assert images.templates == []


@pytest.mark.parametrize("check", [True, False])
def test_a_name_that_somebody_else_took_is_refused(images: Images, check: bool) -> None:
    images.by_hand(IMAGE)
    assert "is there already and was not made of the VM that is meant" in images.fails(check=check)
    images.by_hand("CTX_gold_r2")
    assert "differs from 'ctx_Gold_r2' in case only" in images.fails(check=check, name="ctx_Gold_r2")
    assert images.centrals.writes() == []


def test_two_of_one_name_are_told_apart_by_their_ids(images: Images) -> None:
    first = images()["template"]["ext_id"]
    body = {
        "templateName": IMAGE,
        "templateVersionSpec": {
            "versionSource": {"$objectType": "vmm.v4.content.TemplateVmReference", "extId": images.vm_uuid}
        },
    }
    images.centrals.client().order("POST", "vmm", "/content/templates", body)
    images.centrals.lab.skip(100)
    assert "2 times there is a template called" in images.fails()
    (other,) = [template["ext_id"] for template in images.templates if template["ext_id"] != first]
    remove = {"name": None, "ext_id": other, "state": "absent"}
    assert "does not bear the mark" in images.fails(**remove)
    images(**remove, force=True)
    assert images()["template"]["ext_id"] == first


def test_the_vm_may_not_exist_yet_in_check_mode_only(images: Images) -> None:
    unknown = {"vm_uuid": None, "vm_name": f"ctx_r1_{POINT}_Silver"}
    planned = images(check=True, **unknown)["template"]
    # Nobody can say yet of what was not restored yet where it comes from.
    assert (planned["ext_id"], planned["lineage"], planned["versions"][0]["lineage"]) == ("", None, None)
    assert "has no VM" in images.fails(**unknown)
    assert "no VM is named to make it of" in images.fails(vm_uuid=None, vm_name=None)
    assert "2 VMs called 'Twin'" in images.fails(vm_uuid=None, vm_name="Twin")
    assert "is called" in images.fails(vm_name="Gold")
    assert images.centrals.writes() == []


@pytest.mark.parametrize(
    "options",
    [
        {"version_name": "v2"},
        {"name": None, "ext_id": "9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55"},
        {"version_ext_id": "9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55"},
    ],
)
def test_half_a_name_is_refused(images: Images, options: dict[str, Any]) -> None:
    assert "Give name alone, or ext_id and version_name" in images.fails(**options)


# Versions.


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("activate", [True, False])
def test_a_version_is_added_as_predicted_and_then_adopted(centrals: Centrals, version: str, activate: bool) -> None:
    images = Images(centrals, version=version)
    ext_id = images.by_hand()
    options = {"name": None, "ext_id": ext_id, "version_name": IMAGE, "activate": activate}
    predicted = images(check=True, **options)["template"]["versions"]
    assert centrals.writes() == []
    made = images(**options)
    assert len(centrals.writes()) == 1
    versions = made["template"]["versions"]
    assert [(each["name"], each["active"]) for each in versions] == [
        (IMAGE, activate),
        ("Initial Version", not activate),
    ]
    assert [(each["name"], each["active"], each["lineage"]) for each in predicted] == [
        (each["name"], each["active"], each["lineage"]) for each in versions
    ]
    assert (versions[0]["lineage"]["proven"], versions[1]["lineage"]) == (True, None)
    assert images.contents(ext_id)[1] == ["golden"]
    assert made["template"]["name"] == "W11"
    centrals.lab.forget()
    assert images(**options)["changed"] is False
    assert centrals.writes() == []
    if not activate:
        assert images(**{**options, "activate": True})["changed"] is True
        assert [each["active"] for each in centrals.east(INFO, ext_id=ext_id)["templates"][0]["versions"]] == [
            True,
            False,
        ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_answer_adds_no_second_version(images: Images, fault: dict[str, Any]) -> None:
    ext_id = images.by_hand()
    images.centrals.fault("/templates", fault, method="PUT", nth=1)
    images(name=None, ext_id=ext_id, version_name=IMAGE)
    assert len(images.contents(ext_id)) == 2


@pytest.mark.parametrize("lag", [0, 60])
@pytest.mark.parametrize("later", [0, 100])
def test_a_killed_run_s_version_is_adopted(images: Images, lag: int, later: int) -> None:
    images.centrals.behave(task_entities_lag_seconds=lag)
    options = {"name": None, "ext_id": images.by_hand(), "version_name": IMAGE}
    images.centrals.lab.run_at(0)
    images(**options, wait=False)
    images.centrals.lab.skip(later)
    images.centrals.lab.run_at(600)
    images(**options)
    assert len(images.contents(options["ext_id"])) == 2


@pytest.mark.parametrize("stale", ["refuse", "task_fails"])
@pytest.mark.parametrize("deletion", ["refuse", "task_fails", "accept"])
def test_the_active_version_goes_after_another_became_it(images: Images, deletion: str, stale: str) -> None:
    images.centrals.behave(active_version_deletion=deletion, stale_etag=stale)
    ext_id = images.by_hand()
    images(name=None, ext_id=ext_id, version_name=IMAGE)
    remove = {"name": "W11", "version_name": IMAGE, "state": "absent"}
    predicted = images(check=True, **remove)
    images.centrals.lab.forget()
    removed = images(**remove)
    assert (removed["changed"], removed["diff"]) == (True, predicted["diff"])
    assert [(each["name"], each["active"]) for each in removed["template"]["versions"]] == [("Initial Version", True)]
    assert len(images.centrals.writes()) == 2
    images.centrals.lab.forget()
    assert images(**remove)["changed"] is False
    assert images.centrals.writes() == []


def test_a_version_that_is_not_active_just_goes(images: Images) -> None:
    ext_id = images.by_hand()
    options = {"name": None, "ext_id": ext_id, "version_name": IMAGE}
    version = images(**options, activate=False)["template"]["versions"][0]
    images.centrals.lab.forget()
    remove = {"name": None, "ext_id": ext_id, "version_ext_id": version["ext_id"], "state": "absent"}
    assert images(**remove)["changed"] is True
    assert len(images.centrals.writes()) == 1
    assert len(images.contents(ext_id)) == 1


def test_the_only_version_and_a_foreign_one_stay(images: Images) -> None:
    images()
    assert "is the only version" in images.fails(version_name=IMAGE, state="absent")
    ext_id = images.by_hand()
    foreign = {"name": None, "ext_id": ext_id, "version_name": "Initial Version", "state": "absent"}
    assert "is no image with the prefix" in images.fails(**foreign)
    assert "refused" in images.fails(name="W11", state="absent")
    assert images.centrals.east(MODULE, name="W11", state="absent", force=True)["template"] is None


def test_a_version_of_a_template_that_is_gone(images: Images) -> None:
    options = {"name": None, "ext_id": "9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55", "version_name": IMAGE}
    assert "has no template" in images.fails(**options)
    assert images(**options, state="absent")["changed"] is False


# Removal.


@pytest.mark.parametrize("fault", FAULTS)
def test_one_of_ours_is_removed_once(images: Images, fault: dict[str, Any]) -> None:
    images()
    predicted = images.centrals.east(MODULE, check=True, name=IMAGE, state="absent")
    assert (predicted["changed"], len(images.templates)) == (True, 1)
    images.centrals.fault("/templates", fault, method="DELETE", nth=1)
    removed = images.centrals.east(MODULE, name=IMAGE, state="absent")
    assert (removed["changed"], removed["template"], images.templates) == (True, None, [])
    assert images.centrals.east(MODULE, name=IMAGE, state="absent")["changed"] is False


def test_one_that_somebody_gave_another_version_is_kept(images: Images) -> None:
    """Its active version is not what the release made."""
    template = images()["template"]
    options = {"name": None, "ext_id": template["ext_id"], "version_name": "by hand"}
    images(**options, vm_uuid=images.centrals.vm("Gold"), vm_name="Gold")
    assert "was taken from the VM 'Gold'" in images.fails(state="absent")


def test_the_name_and_the_id_must_be_of_the_same_template(images: Images) -> None:
    ext_id = images.by_hand()
    assert "is called 'W11' and not" in images.fails(ext_id=ext_id, state="absent")


def test_an_api_key_is_enough(images: Images) -> None:
    assert images(nutanix_api_key=API_KEY)["changed"] is True


def test_a_wait_that_is_over_cancels_nothing(images: Images) -> None:
    images.centrals.lab.run_at(0)
    result = run_module(MODULE, {**images.centrals.east.options, **images.arguments, "wait_timeout": 1})
    assert "still running" in result["msg"]
    images.centrals.lab.run_at(600)
    images()
    assert len(images.templates) == 1
