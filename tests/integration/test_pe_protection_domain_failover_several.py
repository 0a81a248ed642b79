# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: several protection domains at once"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_failover import (
    OPERATION,
)
from harness.failover_pair import DESKS, NAME, Pair, several
from harness.modules import writes


def test_all_are_ordered_before_one_has_ended_and_each_is_switched_on_when_it_has_arrived(pair: Pair) -> None:
    *names, slow = several(pair, 6)
    # Of one domain the other side does not tell for a while whether it has arrived.
    silent = {"status": 500, "body": {"message": "internal error"}}
    pair.lab.faults([{"endpoint": "cluster-b", "path": f"names={slow}", "nth": 2, "times": 12, "then": silent}])
    pair.change("cluster-a", "durations", migrate=200)
    moved = pair("cluster-a", "migrated", name=None, names=[slow, *names], power_on="all")
    assert moved["changed"] is True
    assert list(moved["domains"]) == [slow, *names]
    posts = [entry["path"].rpartition("/")[2] for entry in pair.lab.requests() if entry["method"] == "POST"]
    assert posts[: len(names) + 1] == ["migrate"] * (len(names) + 1)
    powers = {name: result["power"] for name, result in moved["domains"].items()}
    assert {name: [vm["power_state"] for vm in power["vms"]] for name, power in powers.items()} == {
        name: ["on"] for name in [slow, *names]
    }
    last = next(piece for piece in moved["domains"][slow]["timeline"] if piece["phase"] == "migrate")
    assert all(powers[name]["timeline"][0]["started"] < last["finished"] for name in names)


def told_others(pair: Pair, board: Board, state: str, names: list[str], **options: Any) -> dict[str, dict[str, Any]]:
    """The notes that a run on the controller leaves."""
    cluster = "cluster-a" if state == "migrated" else "cluster-b"
    check = options.pop("check", False)
    given = pair.arguments(cluster, state, {"name": None, "names": names, **options})
    validated = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given)
    assert not validated.error_messages
    execute(OPERATION, validated.validated_parameters, Reporter(check=check, board=board), show_diff=False)
    return board.read([f"protection domain {name}" for name in names])


@pytest.mark.parametrize("state", ["migrated", "activated"])
def test_others_are_told_of_each_that_arrived_with_its_vms_on_and_of_each_that_failed(
    pair: Pair, state: str, tmp_path: Path
) -> None:
    (other,) = several(pair, 1)
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    board, names = Board(tmp_path), [NAME, other, "PD-Typo"]
    assert told_others(pair, board, state, names, check=True) == {}
    notes = told_others(pair, board, state, names, power_on="all")
    here = pair.vms("cluster-b")
    assert notes["protection domain PD-Typo"] == {"name": "PD-Typo", "arrived": False, "vms": []}
    assert notes[f"protection domain {NAME}"] == {
        "name": NAME,
        "arrived": True,
        "vms": [{"name": desk, "uuid": here[desk]} for desk in DESKS],
    }
    assert [vm["name"] for vm in notes[f"protection domain {other}"]["vms"]] == [f"vm-{other}"]


def test_nobody_is_told_before_a_slow_one_has_arrived(pair: Pair, tmp_path: Path) -> None:
    assert told_others(pair, Board(tmp_path), "migrated", [NAME], wait=False) == {}
    assert told_others(pair, Board(tmp_path), "migrated", [NAME])[f"protection domain {NAME}"]["arrived"] is True


def test_without_a_place_for_notes_the_failover_goes_on(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert told_others(pair, Board(tmp_path / "file"), "migrated", [NAME]) == {}
    assert pair.active() == ["cluster-b"]


def test_some_come_up_from_an_older_snapshot(pair: Pair) -> None:
    (other,) = several(pair, 1)
    listed = pair.hosts["cluster-b"]("pe_protection_domain_info", name=NAME)["protection_domains"][0]["snapshots"]
    newest, oldest = [
        snapshot["id"] for snapshot in sorted(listed, key=lambda snapshot: snapshot["created"], reverse=True)
    ]
    pair.change("cluster-a", "lost", lost=True)
    for check in (True, False):
        made = pair("cluster-b", "activated", check=check, name=None, names=[NAME, other], snapshot_ids={NAME: oldest})[
            "domains"
        ]
        assert made[NAME]["snapshot"]["id"] == oldest != newest
        assert made[NAME]["data_age_seconds"] > 24 * 3600 > made[other]["data_age_seconds"]
    message = pair.call("cluster-b", "activated", snapshot_ids={"PD-Typo": oldest})["msg"]
    assert "snapshot_ids names protection domains that are not among those to be activated: PD-Typo" in message


def test_one_that_fails_holds_up_no_other(pair: Pair) -> None:
    first, second = several(pair, 2)
    pair.lab.faults(
        [
            {
                "endpoint": "cluster-a",
                "method": "POST",
                "path": f"{first}/migrate",
                "then": {"status": 422, "body": {"message": "no"}},
            }
        ]
    )
    result = pair.call("cluster-a", "migrated", name=None, names=[first, second, "PD-Typo"])
    assert result["failed"] is True
    assert "2 of 3 protection domains could not be migrated" in result["msg"]
    assert result["domains"][second]["changed"] is True
    assert result["domains"][first]["error"]["message"]
    assert "has no protection domain 'PD-Typo'" in result["domains"]["PD-Typo"]["msg"]
    assert f"vm-{second}" in pair.vms("cluster-b")


def test_the_screen_shows_one_that_fails(pair: Pair) -> None:
    lines: list[str] = []
    given = pair.arguments("cluster-a", "migrated", {"name": None, "names": [NAME, "PD-Typo"]})
    params = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given).validated_parameters
    execute(OPERATION, params, Reporter(progress=lines.append), show_diff=False)
    (failed,) = [line for line in lines if "PD-Typo" in line]
    assert failed.startswith("'PD-Typo' could not be migrated: ")


def test_several_as_predicted_and_then_unchanged(pair: Pair) -> None:
    names = [*several(pair, 2), NAME]
    predicted = pair("cluster-a", "migrated", check=True, name=None, names=names, power_on="all")
    assert writes(pair.lab) == []
    moved = pair("cluster-a", "migrated", name=None, names=names, power_on="all")
    assert moved["diff"] == predicted["diff"]
    assert {name: result["vms"] for name, result in moved["domains"].items()} == {
        name: result["vms"] for name, result in predicted["domains"].items()
    }
    pair.lab.forget()
    again = pair("cluster-a", "migrated", name=None, names=names, power_on="all")
    assert (again["changed"], writes(pair.lab)) == (False, [])
