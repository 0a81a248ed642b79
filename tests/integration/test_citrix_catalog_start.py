# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_catalog_image among other hosts: catalogs that start when a note says so, and what was faulty right before a
move."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_image import OPERATION
from harness.citrix import CitrixEstate

UPDATE = r"\$UpdateProvisioningScheme"
READY = {"ready": True}


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path / "board")


def move(estate: CitrixEstate, board: Board, *catalogs: dict[str, Any], **arguments: Any) -> dict[str, dict[str, Any]]:
    """Catalog -> what became of it, as the action plugin runs the module."""
    given = {**estate.daas.options, "image": "img-3", "catalogs": list(catalogs), **arguments}
    validated = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given)
    assert not validated.error_messages
    result = execute(OPERATION, validated.validated_parameters, Reporter(board=board), show_diff=False)
    return {catalog["full_name"]: catalog for catalog in result["catalogs"]}


def updated(estate: CitrixEstate, within: float = 20) -> None:
    """Wait until the site was asked for an update."""
    end = time.monotonic() + within
    while not estate.asked("POST", UPDATE):
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def test_each_catalog_starts_when_its_own_note_is_there_and_takes_no_place_before(
    estate: CitrixEstate, board: Board
) -> None:
    def later() -> None:
        # With one place for all, the catalog that may start is moved though the other one, first in the list, waits.
        updated(estate)
        board.leave("b", READY)

    helper = threading.Thread(target=later)
    helper.start()
    done = move(estate, board, {"name": "Stable", "start_when": ["b"]}, {"name": "Pool"}, concurrency=1)
    helper.join()
    assert {name: catalog["action"] for name, catalog in done.items()} == {
        "Stable": "published",
        "Prod/Pool": "published",
    }
    assert done["Prod/Pool"]["started"] < done["Stable"]["started"]


def test_an_image_that_appears_while_waiting_is_found(estate: CitrixEstate, board: Board) -> None:
    def later() -> None:
        updated(estate)
        estate.change("snapshot", "cluster-b", name="late", vm="Gold")
        board.leave("b", READY)

    helper = threading.Thread(target=later)
    helper.start()
    done = move(
        estate, board, {"name": "Pool", "image": "img-1"}, {"name": "Stable", "image": "late", "start_when": ["b"]}
    )
    helper.join()
    assert done["Stable"]["after"]["name"] == "late"


def test_a_note_that_is_not_ready_leaves_only_its_own_catalogs(estate: CitrixEstate, board: Board) -> None:
    board.leave("a", READY)
    board.leave("b", {"ready": False, "reason": "cluster-b lacks the image"})
    done = move(
        estate,
        board,
        {"name": "Pool", "start_when": ["a"]},
        {"name": "Stable", "start_when": ["never", "b"]},
        {"name": "Twin", "folder": "Prod", "hold": "no"},
    )
    told = {name: (catalog["action"], catalog["msg"]) for name, catalog in done.items()}
    assert told == {
        "Prod/Pool": ("published", None),
        "Stable": ("not_ready", "cluster-b lacks the image"),
        "Prod/Twin": ("not_ready", "no"),
    }
    assert estate.image_of("Stable") == "img-2"


def test_notes_that_do_not_come_in_time_are_a_failure_of_their_catalogs(estate: CitrixEstate, board: Board) -> None:
    done = move(estate, board, {"name": "Pool"}, {"name": "Stable", "start_when": ["b"]}, start_timeout=0)
    assert done["Prod/Pool"]["action"] == "published"
    assert (done["Stable"]["action"], "nothing from b yet" in done["Stable"]["msg"]) == ("failed", True)


def test_the_window_ends_the_wait(estate: CitrixEstate, board: Board) -> None:
    late = {"start_before": "2026-01-01T00:00:00Z"}
    done = move(
        estate,
        board,
        {"name": "Stable", "start_when": ["b"]},
        {"name": "Pool", "image": "img-2", "start_when": ["b"]},
        **late,
    )
    assert {name: catalog["action"] for name, catalog in done.items()} == {
        "Stable": "window_over",
        "Prod/Pool": "unchanged",
    }


def test_a_module_that_travels_is_told_what_the_notes_say(board: Board) -> None:
    board.leave("a", READY)
    board.leave("b", {"ready": False, "reason": "no image"})
    assert OPERATION.before_travel
    given = {
        "catalogs": [{"name": "A", "start_when": ["a"]}, {"name": "B", "start_when": ["b"]}, {"name": "C"}],
        "image": "i",
    }
    sent = OPERATION.before_travel(given, Reporter(board=board))
    assert sent == {
        "catalogs": [{"name": "A", "hold": ""}, {"name": "B", "hold": "no image"}, {"name": "C", "hold": ""}],
        "image": "i",
    }
    assert OPERATION.before_travel({"catalogs": "{{ oops"}, Reporter(board=board)) == {"catalogs": "{{ oops"}


def test_without_a_controller_nothing_that_waits_is_moved(estate: CitrixEstate) -> None:
    told = estate.daas.fails("citrix_catalog_image", catalogs=[{"name": "Pool", "start_when": ["a"]}], image="img-3")
    assert "on the controller" in told
    assert estate.writes() == []


def sick(estate: CitrixEstate, name: str = "P-001") -> None:
    estate.change(
        "machine", machine=name, registration_state="Unregistered", fault_state="Unregistered", registers=False
    )


def test_who_was_faulty_before_a_move_is_told_once_and_never_of_a_catalog_that_has_the_image(
    estate: CitrixEstate, board: Board
) -> None:
    sick(estate)
    first = move(estate, board, {"name": "Pool"}, look_before=True)["Prod/Pool"]
    assert (first["action"], [name.rpartition("\\")[2] for name in first["faulty_before"]]) == ("published", ["P-001"])
    again = move(estate, board, {"name": "Pool"}, look_before=True)["Prod/Pool"]
    assert (again["action"], "faulty_before" in again) == ("unchanged", False)


def test_nobody_saw_a_before_where_the_image_had_been_and_went_back(estate: CitrixEstate, board: Board) -> None:
    move(estate, board, {"name": "Pool"}, look_before=True)
    sick(estate)
    estate.daas("citrix_catalog_rollback", catalogs=[{"name": "Pool"}], from_image="img-3")
    again = move(estate, board, {"name": "Pool"}, look_before=True)["Prod/Pool"]
    assert (again["action"], "faulty_before" in again) == ("published", False)


def test_a_catalog_of_the_well_has_a_clean_before_wherever_it_was(estate: CitrixEstate, board: Board) -> None:
    assert move(estate, board, {"name": "Pool"}, look_before=True)["Prod/Pool"]["faulty_before"] == []
    assert "faulty_before" not in move(estate, board, {"name": "Stable"})["Stable"]
