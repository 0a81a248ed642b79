# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.outcomes import (
    catalogs_to_move,
    going_on,
    outcomes,
    ready,
    with_shares,
)

WISHES = [{"name": name, "hosting_unit": "ws-a", "share_with": ["ws-b"]} for name in ("W11", "W10")]


def loop(**results: dict[str, Any]) -> dict[str, Any]:
    return {"results": [{"item": {"name": name}, **result} for name, result in results.items()]}


def version(**facts: Any) -> dict[str, Any]:
    return {"changed": True, "image_version": {"number": 3, "ready": True, **facts}, "timeline": [{"phase": "p"}]}


def test_what_failed_goes_no_further() -> None:
    made = loop(W11={"changed": True}, W10={"failed": True, "msg": "No."})
    assert [wish["name"] for wish in going_on(WISHES, made)] == ["W11"]
    assert going_on(WISHES, made, loop()) == []
    assert going_on(WISHES) == WISHES


def test_the_first_failure_is_told() -> None:
    tasks = {
        "definition": loop(W11={"changed": False}, W10={"failed": True, "msg": "No."}),
        "order": loop(W11=version()),
    }
    good, bad = outcomes(WISHES, tasks)
    assert (good["state"], good["changed"], good["version"]["number"], len(good["timeline"])) == ("ready", True, 3, 1)
    assert (bad["state"], bad["failed_at"], bad["message"], bad["version"]) == ("failed", "definition", "No.", None)
    assert ready(WISHES, [good, bad]) == WISHES[:1]


def test_a_plan_has_no_version_yet() -> None:
    (planned, _other) = outcomes(WISHES, {"order": loop(W11={"changed": True, "image_version": None})})
    assert (planned["state"], planned["version"], planned["changed"]) == ("planned", None, True)


def test_catalogs_of_a_version_that_failed_are_held() -> None:
    failed = {"failed": True, "msg": "No quota."}
    so_far = outcomes(WISHES, {"order": loop(W11=version(), W10=failed)})
    catalogs = [{"name": "A", "definition": "w11", "wave": "canary"}, {"name": "B", "definition": "W10"}]
    good, held = catalogs_to_move(catalogs, so_far, "r1")
    assert good == {"name": "A", "wave": "canary", "image_version": {"definition": "W11", "release": "r1"}}
    assert held["hold"] == "image definition W10 has no version of this release: No quota."
    shared = with_shares(so_far, loop(W11={**failed, **version()}))
    assert "hold" not in catalogs_to_move(catalogs, shared, "r1")[0]
    assert catalogs_to_move([{"name": "A"}], so_far[:1], "r1")[0]["image_version"]["definition"] == "W11"


def test_hosting_units_as_text() -> None:
    (told,) = outcomes([{"name": "W11", "share_with": "ws-b, ws-c"}], {})
    assert told["share_with"] == ["ws-b", "ws-c"]
    assert outcomes([{"name": "W11", "share_with": None}], {})[0]["share_with"] == []


def test_sharing_comes_on_top() -> None:
    so_far = outcomes(WISHES, {"order": loop(W11=version(), W10=version())})
    shared = loop(W11=version(number=4), W10={"failed": True, "msg": "No quota.", **version(number=5)})
    good, bad = with_shares(so_far, shared)
    assert (good["version"]["number"], len(good["timeline"]), good["state"]) == (4, 2, "ready")
    assert (bad["version"]["number"], bad["failed_at"], bad["message"]) == (5, "share", "No quota.")
    assert with_shares(so_far, {}) == so_far
