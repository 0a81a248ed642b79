# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator of Image Portability can and cannot mean."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.operator_input import (
    options_of_jobs,
    wrong_wishes,
)

SOURCE = {"platform": "ahv", "resource_location_id": "rl-1", "credential": "prism"}
SHARE = {"location": "smb://files/ips/", "credential": "smb", "path": "/mnt/ips"}
TARGET = {"platform": "azure", "resource_location_id": "rl-2", "credential": "azure"}
STORE = {"share": SHARE}
CATALOGS = {"daas": [{"name": "W11", "target": "weu"}]}
BY_EXPORT = {"image_portability_source": SOURCE, "image_portability_share": SHARE}
BY_FILE = {"image_portability_share": {"path": "/mnt/pvs", "file": "W11"}}
RUN = {"image_portability_release": "2026.11.20-1", "image_portability_name": "W11"}


def refusals(
    workflow: str, target: Any = TARGET, catalogs: dict[str, list[dict[str, Any]]] | None = None, **given: Any
) -> str:
    sides = BY_EXPORT if workflow.startswith("mcs") else BY_FILE
    variables = {**RUN, **sides, "image_portability_workflow": workflow}
    variables |= {f"image_portability_{name}": value for name, value in given.items()}
    return " ".join(
        wrong_wishes(lambda name, default="": variables.get(name, default), {"weu": target}, catalogs or {})
    )


@pytest.mark.parametrize(
    ("workflow", "target", "catalogs"),
    [
        ("mcs_to_mcs", TARGET, CATALOGS),
        ("pvs_to_mcs", TARGET, CATALOGS),
        ("pvs_to_pvs", {**TARGET, "publish": STORE}, {}),
        ("mcs_to_pvs", {**TARGET, "platform": "gcp", "publish": STORE}, {}),
        ("mcs_to_mcs", {**TARGET, "platform": "ahv"}, {}),
        ("mcs_to_mcs", TARGET, {"daas": [{"name": "W11"}]}),
    ],
)
def test_what_can_be_meant(workflow: str, target: Any, catalogs: dict[str, list[dict[str, Any]]]) -> None:
    assert refusals(workflow, target, catalogs) == ""


def test_text_of_a_survey_is_taken() -> None:
    assert refusals("pvs_to_mcs", share="{path: /mnt/pvs, file: W11}") == ""
    assert refusals("mcs_to_mcs", source="platform=ahv resource_location_id=rl-1 credential=prism") == ""


@pytest.mark.parametrize(
    ("workflow", "given", "words"),
    [
        ("", {}, "image_portability_workflow is missing: give one of mcs_to_mcs, pvs_to_mcs, pvs_to_pvs, mcs_to_pvs."),
        ("mcs_to_mcs", {"release": ""}, "image_portability_release is missing, such as 2026.11.20-1."),
        ("mcs_to_mcs", {"release": "a_b"}, "image_portability_release is 'a_b': use letters, digits, '.', '-' and '+'"),
        ("mcs_to_mcs", {"name": None}, "image_portability_name is missing"),
        ("mcs_to_mcs", {"name": "11"}, "beginning with a letter, such as W11."),
        ("mcs_to_mcs", {"name": "W" * 60}, "are too long: 'WWWW"),
        ("mcs_to_mcs", {"source": None}, "image_portability_source lacks platform. image_portability_source lacks"),
        ("mcs_to_mcs", {"source": "["}, "image_portability_source: "),
        ("pvs_to_mcs", {"source": SOURCE}, "begins with a vDisk file: name it as file in image_portability_share."),
        ("pvs_to_mcs", {"share": {"path": "/mnt"}}, "image_portability_share lacks file"),
        ("mcs_to_mcs", {"share": {**SHARE, "file": "W11"}}, "image_portability_share names a file, and the export"),
        ("mcs_to_mcs", {"share": {**SHARE, "path": ""}}, "needs path, where the share is mounted"),
        ("mcs_to_mcs", {"share": {**SHARE, "smb": {"server": "files"}}}, "or smb, how to reach it: one of them."),
        ("mcs_to_mcs", {"share": {**SHARE, "location": "\\\\files\\ips"}}, "which is not like smb://"),
        ("mcs_to_mcs", {"share": {"path": "/mnt/ips"}}, "image_portability_share lacks location."),
        ("mcs_to_mcs", {"share": {**SHARE, "crednetial": "smb"}}, "has no crednetial. Near names are 'credential'."),
        (
            "pvs_to_mcs",
            {"share": {"file": "W11", "smb": {"server": "files", "port": 445, "shar": "pvs"}}},
            "image_portability_share.smb has no shar.",
        ),
        ("mcs_to_mcs", {"source": {**SOURCE, "option": {}}}, "image_portability_source has no option."),
        (
            "mcs_to_mcs",
            {"share": {**SHARE, "path": "", "smb": {"server": "files", "password": "x"}}},
            "image_portability_share.smb holds the secret password: put it into image_portability_smb_account",
        ),
        (
            "mcs_to_mcs",
            {"target": {**TARGET, "upload": {"client_secret": "x"}}},
            "is wrong: upload holds the secret client_secret: put it into image_portability_account",
        ),
        ("mcs_to_mcs", {"target": None}, "image_portability_target of weu is missing"),
        ("mcs_to_mcs", {"target": {"platform": "azure"}}, "weu lacks resource_location_id. image_portability_target"),
        ("mcs_to_mcs", {"target": {**TARGET, "platform": "vsphere"}}, "has the platform vsphere, and mcs_to_mcs leads"),
        ("mcs_to_pvs", {"target": {**TARGET, "platform": "ahv"}}, "mcs_to_pvs leads to azure, aws, gcp."),
        ("mcs_to_pvs", {}, "lacks publish: the share that is the store of Citrix Provisioning"),
        ("mcs_to_mcs", {"target": {**TARGET, "publish": STORE}}, "has publish, and mcs_to_mcs publishes nothing."),
        (
            "pvs_to_pvs",
            {"target": {**TARGET, "publish": {"share": {"path": "/mnt"}}}},
            "is wrong: publish.share lacks location.",
        ),
        (
            "pvs_to_pvs",
            {"target": {**TARGET, "publish": STORE}, "catalogs": CATALOGS},
            "pvs_to_pvs ends with a vDisk, which MCS catalogs do not take",
        ),
        (
            "mcs_to_mcs",
            {"catalogs": {"daas": [{"name": "W11", "target": "wue"}]}},
            "gives 'W11' the target 'wue', which is no host of the group image_portability_targets. Near names are"
            " 'weu'.",
        ),
        (
            "mcs_to_mcs",
            {"target": {**TARGET, "platform": "xenserver"}, "catalogs": CATALOGS},
            "What a prepare leaves on xenserver is no master image yet",
        ),
    ],
)
def test_what_cannot_be_meant(workflow: str, given: dict[str, Any], words: str) -> None:
    assert words in refusals(workflow, **given)


PLATFORMS = {
    "ahv": {"prism_host": {"type": "str", "required": True}, "disk": {"type": "str"}},
    "azure": {"region": {"type": "str", "required": True}},
}


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ({"options": {"prism_host": "p", "disk": "W11"}}, {"prepare": {"region": "weu"}}, []),
        ({}, {"prepare": {"region": "weu"}}, ["image_portability_source.options is wrong for ahv: missing required"]),
        ({"platform": "hyperv"}, {"prepare": {"region": "weu"}}, ["options cannot be for the platform hyperv: give"]),
        (
            {"options": {"prism_host": "p"}},
            {"prepare": {"zone": "a"}, "publish": {"options": {"regoin": "weu"}}},
            [
                "image_portability_target.prepare of weu is wrong for azure: ",
                "publish.options of weu is wrong for azure",
            ],
        ),
        (
            {"options": {"prism_host": "p"}},
            {},
            ["prepare of weu is wrong for azure: missing required arguments: region"],
        ),
    ],
)
def test_options_of_jobs_are_told_before_hours_are_spent(
    source: dict[str, Any], target: dict[str, Any], words: list[str]
) -> None:
    given = {"image_portability_source": {**SOURCE, **source}}
    told = options_of_jobs("mcs_to_mcs", given.get, {"weu": {**TARGET, **target}}, PLATFORMS)
    assert [part for part in words if not any(part in text for text in told)] == []
    assert bool(told) == bool(words)


def test_a_catalog_names_its_target_where_there_are_several() -> None:
    variables = {**RUN, **BY_EXPORT, "image_portability_workflow": "mcs_to_mcs"}
    (told,) = wrong_wishes(
        lambda name, default="": variables.get(name, default),
        {"weu": TARGET, "use1": {**TARGET, "platform": "aws"}},
        {"daas": [{"name": "W11"}]},
    )
    assert told == "image_portability_catalogs of daas gives 'W11' no target."
