# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import ancestries, rows

CATALOG: dict[str, Any] = {
    "id": "1",
    "name": "A1",
    "full_name": "Prod/A1",
    "hosting_unit": "euc1-a",
    "total_count": 3,
    "machines_take_image": True,
    "master_image": {"name": "W11-2026.11", "path": "p"},
    "image_version": {
        "id": "v",
        "number": 3,
        "definition": {"id": "d", "name": "W11"},
        "name": "version 3 of W11",
        "description": "r1 [euc.nutanix_citrix]",
        "release": "r1",
    },
}


def test_a_prepared_image_tells_its_release_by_the_mark() -> None:
    (told,) = ancestries({"daas": {"catalogs": [CATALOG], "out_of_date": ["1"]}}, {}, "ctx_")
    assert (told["image"], told["release"], told["marked"], told["machines_up_to_date"]) == (
        "version 3 of W11",
        "r1",
        True,
        2,
    )
    assert told["image_version"] == {"id": "v", "number": 3, "definition": "W11", "made_from": "W11-2026.11"}
    assert rows([told])[0][2:7] == ("version 3 of W11", "r1", "", "W11-2026.11", "euc1-a")


def test_one_by_hand_is_not_verified() -> None:
    version = {**CATALOG["image_version"], "description": "march", "release": "march"}
    (told,) = ancestries({"daas": {"catalogs": [{**CATALOG, "image_version": version}]}}, {}, "ctx_")
    row = rows([told])[0]
    assert (row[3], "does not bear the mark" in row[5]) == ("not verified as march", True)
