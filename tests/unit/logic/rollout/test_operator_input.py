# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import (
    is_meant,
    unfit_catalogs,
)

ROOT = "XDHyp:\\HostingUnits\\AHV-A"
POOL = {
    "full_name": "Prod/Pool",
    "provisioning_type": "MCS",
    "master_image": {"name": "ctx_Gold_rc1", "path": f"{ROOT}\\ctx_Gold_rc1.template"},
    "history": [{"name": "ctx_Gold_1", "path": f"{ROOT}\\ctx_Gold_1.template"}],
}
ASKED = {"daas": {"catalogs": [POOL]}, "cvad": {"message": "cannot be reached"}}


@pytest.mark.parametrize(
    ("from_image", "to_image"),
    [
        ("", ""),
        ("ctx_Gold_rc1", ""),
        ("ctx_Gold_1", "ctx_Gold_1"),
        ("", "ctx_Gold_rc1"),
        (f"{ROOT}\\CTX_Gold_rc1.template", ""),
        ("", f"{ROOT}\\ctx_gold_1.template".replace("XDHyp", "xdhyp")),
    ],
)
def test_images_that_some_catalog_has_or_had_are_wishes(from_image: str, to_image: str) -> None:
    assert unfit_catalogs(ASKED, from_image, to_image) == []


@pytest.mark.parametrize(
    ("from_image", "to_image", "words"),
    [
        ("ctx_Gold_RC1", "", "'ctx_Gold_RC1', so that there is nothing to take back. Near names are 'ctx_Gold_rc1'"),
        ("ctx_Gold_rc1", "ctx_gold_1", "'ctx_gold_1', so that none can go there. Near names are 'ctx_Gold_1'"),
        ("ctx_Gold_rc1", "nonsense", "'nonsense', so that none can go there"),
        ("", f"{ROOT}\\ctx_Gold_2.template", "so that none can go there"),
    ],
)
def test_an_image_that_none_has_or_had_is_told_before_all_catalogs_are_left_as_they_are(
    from_image: str, to_image: str, words: str
) -> None:
    (told,) = unfit_catalogs(ASKED, from_image, to_image)
    assert words in told


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        (
            {"daas": {"message": "", "machines": ["CORP\\W11-001"]}, "cvad": {"message": ""}},
            [
                "catalog_rollout_known_faults names 'CORP\\W11-01', and no site has a machine of this name"
                " (DOMAIN\\HOST). Near names are 'CORP\\W11-001'."
            ],
        ),
        ({"daas": {"message": ""}, "cvad": {"message": "", "machines": ["corp\\w11-01", "CORP\\W11-001"]}}, []),
        ({"daas": {"message": "", "machines": ["CORP\\W11-001"]}, "cvad": {"message": "cannot be reached"}}, []),
    ],
)
def test_a_known_fault_of_a_machine_that_no_site_has_is_told(asked: dict[str, Any], problems: list[str]) -> None:
    assert unfit_catalogs(asked, known_faults=["CORP\\W11-001", "CORP\\W11-01"]) == problems


def test_a_catalog_behind_a_prism_central_is_refused_where_no_templates_are_made() -> None:
    asked = {"daas": {"catalogs": [{"full_name": "W11", "provisioning_type": "MCS", "plugin": "AcropolisPCFactory"}]}}
    (told,) = unfit_catalogs(asked, templates=False)
    assert "daas: catalog 'W11' needs a template" in told
    assert unfit_catalogs(asked) == []


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ({"name": "w11", "folder": "prod"}, True),
        ({"name": "W11", "folder": "\\Prod\\"}, True),
        ({"name": "W11"}, True),
        ({"name": "W11", "folder": ""}, False),
        ({"name": "W12"}, False),
        ({"id": "id-w11"}, True),
        ({"id": "other", "name": "W11"}, False),
        ({"id": "W11"}, True),
    ],
)
def test_whether_an_entry_means_a_catalog(entry: dict[str, Any], meant: bool) -> None:
    assert is_meant(entry, {"id": "ID-W11", "name": "W11", "folder": "Prod"}) is meant


def test_a_result_without_a_catalog_bears_what_was_looked_for() -> None:
    assert is_meant({"id": "1-2"}, {"name": "1-2"})
    assert is_meant({"name": "W11", "folder": "Prod"}, {"name": "W11"})
