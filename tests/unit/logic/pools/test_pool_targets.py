# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image is called in a pool, what became of it there, and which catalogs can have it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import (
    catalogs_to_move,
    going_on,
    outcome,
    targets,
    wishes,
)

NFS, LOCAL = targets(["NFS 1", "Local"], "W11 Pool", "2026.11.20-1")


def result(storage: str, **more: Any) -> dict[str, Any]:
    return {"item": {"storage": storage}, **more}


def loop(*results: dict[str, Any]) -> dict[str, Any]:
    return {"results": list(results)}


def wrapped(storage: str, uuid: str = "s", **more: Any) -> dict[str, Any]:
    return result(storage, snapshot={"uuid": uuid, "path": f"{storage}.vm\\image.snapshot"}, **more)


def test_names_are_such_that_citrix_finds_them() -> None:
    assert NFS == {
        "storage": "NFS 1",
        "image": "W11-Pool_2026-11-20-1",
        "wrapper": "W11-Pool_2026-11-20-1_NFS-1",
        "path": "W11-Pool_2026-11-20-1_NFS-1.vm\\W11-Pool_2026-11-20-1.snapshot",
    }


@pytest.mark.parametrize(
    ("brought", "wrapper", "state"),
    [
        ({"vdi_uuid": "v", "changed": False}, {"changed": False}, "present"),
        ({"vdi_uuid": "v", "changed": True}, {"changed": False}, "made"),
        ({"vdi_uuid": "v", "changed": False}, {"changed": True}, "made"),
        ({"vdi_uuid": "v", "changed": False}, {"changed": True, "uuid": ""}, "planned"),
        ({"vdi_uuid": "v"}, {"failed": True, "msg": "no"}, "failed"),
    ],
)
def test_the_state_of_one_image(brought: dict[str, Any], wrapper: dict[str, Any], state: str) -> None:
    became = outcome([LOCAL], loop(result("Local", **brought)), loop(wrapped("Local", **wrapper)))
    assert (became["state"], became["images"][0]["state"]) == (state, state)


def test_one_failure_leaves_the_other_image_as_it_is() -> None:
    error = {"message": "no room", "advice": "Make room."}
    brought = loop(
        result("NFS 1", failed=True, msg="no room. Make room.", error=error),
        result("Local", vdi_uuid="v", changed=True, transferred_bytes=5, timeline=[{"phase": "import"}]),
    )
    assert going_on([NFS, LOCAL], brought) == [{**LOCAL, "vdi_uuid": "v"}]
    became = outcome([NFS, LOCAL], brought, loop(wrapped("Local", changed=True)))
    assert (became["state"], became["error"], became["transferred_bytes"]) == ("failed", error, 5)
    assert became["timeline"] == [{"phase": "import"}]
    pools = {"xs": became}
    known = [{"name": "A", "hosting_unit": "Unit"}, {"name": "B", "hosting_unit": "Unit"}]
    first, second = catalogs_to_move(
        [{"name": "A", "pool": "xs", "wave": "one"}, {"name": "B", "pool": "xs", "storage": "Local"}], pools, known, "x"
    )
    assert first["hold"] == "xs does not have the image of this release: no room"
    assert second == {"name": "B", "image": "XDHyp:\\HostingUnits\\Unit\\Local.vm\\image.snapshot"}


def test_a_pool_that_was_not_asked_holds_its_catalogs() -> None:
    pools: dict[str, dict[str, Any]] = {"xs": {"state": "not asked", "message": "not part of this run", "images": []}}
    (move,) = catalogs_to_move([{"name": "A", "pool": "xs"}], pools, [], "W11_1")
    assert move == {
        "name": "A",
        "image": "W11_1",
        "hold": "xs does not have the image of this release: not part of this run",
    }


def test_a_plan_names_the_path_that_will_be() -> None:
    became = outcome([NFS], loop(result("NFS 1", vdi_uuid="", changed=True)), loop())
    (move,) = catalogs_to_move([{"id": "1", "pool": "xs"}], {"xs": became}, [{"id": "1", "hosting_unit": "U"}], "x")
    assert move == {"id": "1", "image": f"XDHyp:\\HostingUnits\\U\\{NFS['path']}"}


def test_words_of_reports() -> None:
    assert wishes({"daas": [{"name": "A", "pool": "xs"}]}) == {"daas": [{"name": "A", "pool": "xs", "cluster": "xs"}]}
