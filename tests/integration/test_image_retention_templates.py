# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retention of templates and of versions of templates: what the modules read of a site and of a Prism Central, and what
the plan makes of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from harness.modules import Site, run_module
from lab.running import RunningLab

POINT = "4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11"
LONG_LIVED = "W11 pool"


def temporary(release: str) -> str:
    return f"ctx_{release}_{POINT}_Gold"


def unit(name: str, plugin: str) -> dict[str, Any]:
    return {
        "name": name,
        "cluster": "cluster-a",
        "prism_central": "pc",
        "plugin": plugin,
        "hosting_units": [{"name": f"{name} unit"}],
    }


TOPOLOGY: dict[str, Any] = {
    "seed": 7,
    "prism_elements": [
        {"name": "cluster-a", "vms": [{"name": "Gold"}, *({"name": temporary(str(number))} for number in range(1, 7))]}
    ],
    "prism_centrals": [{"name": "pc", "clusters": ["cluster-a"], "templates": [{"name": LONG_LIVED, "vm": "Gold"}]}],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "hypervisors": [unit("flat", "AcropolisPCFactory"), unit("deep", "AcropolisHypervisorPCFactory")],
            "catalogs": [],
        }
    ],
}


class House:
    """Templates of the releases 1 to 4, and versions 5 and 6 of a template that lives long."""

    def __init__(self, lab: RunningLab, host: Callable[[str], Site]) -> None:
        lab.reset(deepcopy(TOPOLOGY))
        self.lab, self.pc, self.daas = lab, host("pc"), host("daas")
        for number in range(1, 5):
            self.pc("pc_template", name=f"ctx_Gold_{number}", vm_name=temporary(str(number)))
        (self.long_lived,) = self.pc("pc_template_info", name=LONG_LIVED)["templates"]
        for number in (5, 6):
            self.pc(
                "pc_template",
                ext_id=self.long_lived["ext_id"],
                version_name=f"ctx_Gold_{number}",
                vm_name=temporary(str(number)),
            )

    def catalog(self, name: str, unit_name: str, image: str, **more: Any) -> None:
        catalog = {"name": name, "hosting_unit": f"{unit_name} unit", "image": image, **more}
        self.lab.change([{"endpoint": "daas", "kind": "catalog", **catalog}])

    def plan(self, **more: Any) -> dict[str, Any]:
        usage = self.daas("citrix_image_usage_info")
        templates = self.pc("pc_template_info")["templates"]
        arguments = {
            "clusters": {"cluster-a": {"message": "", "snapshots": []}},
            "sites": {"daas": {"message": "", "references": usage["references"], "catalogs": usage["catalogs"]}},
            "prism_centrals": {"pc": {"message": "", "templates": templates}},
            "templates": True,
            "keep": 1,
            "minimum_age": 0,
        }
        return run_module("image_retention_plan", {**arguments, **more})

    def going(self, **more: Any) -> list[str]:
        return [each["name"] for each in self.plan(**more)["delete"]["pc"]]


@pytest.fixture
def house(lab: RunningLab, host: Callable[[str], Site]) -> House:
    return House(lab, host)


def reasons(plan: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["reason"] for each in plan["decisions"]}


def test_templates_go_unless_a_catalog_or_a_machine_profile_is_one(house: House) -> None:
    assert house.going() == ["ctx_Gold_4", "ctx_Gold_3", "ctx_Gold_2", "ctx_Gold_1"]
    house.catalog("Flat", "flat", "ctx_Gold_1")
    house.catalog("Deep", "deep", "ctx_Gold_2", machine_profile="ctx_Gold_3")
    plan = house.plan()
    assert [each["name"] for each in plan["delete"]["pc"]] == ["ctx_Gold_4"]
    told = reasons(plan)
    assert "master image of Flat on daas" in told["ctx_Gold_1"]
    assert "master image of Deep on daas" in told["ctx_Gold_2"]
    assert "machine profile of Deep on daas" in told["ctx_Gold_3"]
    assert told["ctx_Gold_6"] == f"it is the active version of the template '{LONG_LIVED}'"
    (decision,) = plan["delete"]["pc"]
    house.pc("pc_template", name=decision["name"], ext_id=decision["id"], state="absent")
    assert house.going() == []


def test_a_version_goes_and_its_template_stays(house: House) -> None:
    house.pc(
        "pc_template",
        ext_id=house.long_lived["ext_id"],
        version_name="ctx_Gold_1",
        vm_name=temporary("1"),
    )
    version = next(each for each in house.plan()["delete"]["pc"] if each["kind"] == "template version")
    assert (version["name"], version["template"]) == ("ctx_Gold_5", house.long_lived["ext_id"])
    house.pc("pc_template", ext_id=version["template"], version_ext_id=version["id"], state="absent")
    (left,) = house.pc("pc_template_info", ext_id=version["template"])["templates"]
    assert version["id"] not in [each["ext_id"] for each in left["versions"]]
    # The plug-in that shows no versions names the template alone.
    house.catalog("Flat", "flat", LONG_LIVED)
    assert "in which version is not told" in reasons(house.plan())["ctx_Gold_6"]


@pytest.mark.parametrize(
    "more",
    [
        {"templates": False},
        {"minimum_age": 100_000},
        {"keep": 5},
        {"base_vms": ["Gold-Finance"]},
        {"prism_centrals": {"pc": {"message": "no answer"}}},
    ],
)
def test_doubt_keeps_them(house: House, more: dict[str, Any]) -> None:
    assert house.going(**more) == []


def test_a_silent_prism_central_is_to_blame(house: House) -> None:
    doubts = house.plan(prism_centrals={"pc": {"message": "no answer"}})["doubts"]
    assert [(doubt["name"], doubt["reason"]) for doubt in doubts] == [
        ("pc", "Prism Central pc cannot be asked: no answer")
    ]


def test_lineage_leads_from_a_catalog_over_its_template_to_the_recovery_point(house: House) -> None:
    house.catalog("Flat", "flat", "ctx_Gold_1")
    house.catalog("Deep", "deep", "ctx_Gold_2")
    house.pc("pc_template", name="ctx_Gold_0", vm_name="Gold")
    house.catalog("By hand", "deep", "ctx_Gold_0")
    variables = house.lab.endpoint("pc")["inventory"]
    templates = house.pc("pc_template_info")["templates"]
    told = run_module(
        "image_lineage_info",
        {
            "clusters": {"cluster-a": {"message": "", "snapshots": []}},
            "prism_centrals": {
                "pc": {
                    "message": "",
                    "templates": templates,
                    "address": variables["nutanix_host"],
                    "port": variables["nutanix_port"],
                }
            },
            "sites": {
                "daas": {
                    "message": "",
                    "catalogs": house.daas("citrix_catalog_info")["catalogs"],
                    "hosting_units": house.daas("citrix_hosting_unit_info")["hosting_units"],
                }
            },
        },
    )
    lineages = {each["name"]: each for each in told["catalogs"]}
    for name, release in (("Flat", "1"), ("Deep", "2")):
        own = lineages[name]
        assert (own["cluster"], own["release"], own["marked"]) == ("pc", release, True)
        assert own["recovery_points"] == [POINT]
    assert lineages["By hand"]["doubts"] != []


def test_a_template_made_by_hand_stays(house: House) -> None:
    house.pc("pc_template", name="ctx_Gold_0", vm_name="Gold")
    assert "nothing shows that the collection made it" in reasons(house.plan())["ctx_Gold_0"]
