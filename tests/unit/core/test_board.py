# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

AWKWARD = "image of clüster/../a: 'x' \n 金"


def test_a_note_is_read_under_its_name_and_the_last_one_counts(tmp_path: Path) -> None:
    board = Board(tmp_path / "board")
    assert board.read([AWKWARD]) == {}
    board.leave(AWKWARD, {"ready": False})
    board.leave(AWKWARD, {"ready": True, "text": "größer"})
    assert Board(tmp_path / "board").read([AWKWARD, "other"]) == {AWKWARD: {"ready": True, "text": "größer"}}
    assert [path.suffix for path in (tmp_path / "board").iterdir()] == [".json"]
    assert (tmp_path / "board").stat().st_mode & 0o077 == 0


def test_another_play_hears_nothing(tmp_path: Path) -> None:
    Board(tmp_path / "one").leave("a", {})
    assert Board(tmp_path / "two").read(["a"]) == {}


def test_waits_until_the_last_note_is_there(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.leave("a", {"n": 1})
    writer = threading.Timer(0.2, board.leave, ("b", {"n": 2}))
    writer.start()
    assert board.wait(["a", "b"], what="Others", timeout=30, progress=lambda line: None, over=lambda: False) == {
        "a": {"n": 1},
        "b": {"n": 2},
    }
    writer.join()


def test_one_is_enough_when_it_is_said_so(tmp_path: Path) -> None:
    board = Board(tmp_path)
    writer = threading.Timer(0.2, board.leave, ("b", {"n": 2}))
    writer.start()
    heard = board.wait(["a", "b"], what="Others", timeout=30, progress=lambda line: None, one_is_enough=True)
    writer.join()
    assert heard == {"b": {"n": 2}}
    with pytest.raises(StillRunning, match="nothing from a, c yet"):
        board.wait(["a", "c"], what="Others", timeout=0, progress=lambda line: None, one_is_enough=True)


def test_is_over_when_the_caller_says_so_or_the_time_is(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.leave("a", {})
    assert board.wait(["a", "b"], what="Others", timeout=30, progress=lambda line: None, over=lambda: True) == {"a": {}}
    with pytest.raises(StillRunning, match="nothing from b yet") as told:
        board.wait(["a", "b"], what="Others", timeout=0, progress=lambda line: None, over=lambda: False)
    assert told.value.details == {"notes": {"a": {}}, "missing": ["b"], "under_way": True}


def test_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationError, match="cannot be written to"):
        Board(tmp_path / "file").leave("a", {})
