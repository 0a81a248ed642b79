# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_image_file_info: a file that cannot be uploaded is known by a few of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.work_files import WorkFiles
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_sources import locate
from harness.modules import run_module
from harness.uploads import MIB, disk_image


def info(path: Path, **more: Any) -> dict[str, Any]:
    result = run_module("ips_image_file_info", {"source": {"path": str(path)}, **more})
    assert not result.get("failed"), result
    return result


@pytest.mark.parametrize("extension", [".vhd", ".vhdx"])
def test_a_file_is_found_without_its_extension_and_hashed_on_demand(tmp_path: Path, extension: str) -> None:
    # An odd number of sectors, and a size that the geometry of a VHD cannot express
    raw = disk_image(tmp_path / f"w11{extension}", size=24 * MIB + 512 * 3)
    told = info(tmp_path / "w11", sha256=True, work_directory=str(tmp_path / "work"))
    assert (told["exists"], told["name"], told["format"]) == (True, f"w11{extension}", extension[1:])
    assert (told["virtual_size_bytes"], told["problems"]) == (24 * MIB + 512 * 3, [])
    assert told["sha256"] == hashlib.sha256(raw.read_bytes()).hexdigest()
    assert told["md5"] == hashlib.md5(raw.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(("extension", "cut"), [(".vhd", 512), (".vhd", 1), (".vhdx", 1)])
def test_a_cut_file_is_seen(tmp_path: Path, extension: str, cut: int) -> None:
    path = tmp_path / f"w11{extension}"
    disk_image(path)
    path.write_bytes(path.read_bytes()[:-cut])
    assert info(path)["problems"] == ["its end is missing"]


def test_what_is_no_image_or_not_there_is_said(tmp_path: Path) -> None:
    assert info(tmp_path / "w11")["exists"] is False
    (tmp_path / "w11.vhdx").write_bytes(b"")
    assert info(tmp_path / "w11")["problems"] == ["it is empty"]
    (tmp_path / "w11.vhdx").write_bytes(b"vhdxfile".ljust(300 * 1024, b"\0"))
    assert info(tmp_path / "w11")["problems"] == ["its table of regions cannot be read"]
    (tmp_path / "w11.vhdx").write_bytes(b"x" * 700)
    assert "no multiple of 512" in info(tmp_path / "w11")["problems"][0]
    (tmp_path / "w11.vhd").write_bytes(b"x" * 1024)
    result = run_module("ips_image_file_info", {"source": {"path": str(tmp_path / "w11")}})
    assert "w11.vhd, w11.vhdx" in result["msg"]


def test_an_image_is_converted_once_and_removed_by_the_last_who_uses_it(tmp_path: Path) -> None:
    disk_image(tmp_path / "w11.vhdx")
    work = tmp_path / "work"

    def files() -> WorkFiles:
        source = locate({"path": str(tmp_path / "w11"), "smb": None})
        assert source is not None
        return WorkFiles(work, source)

    one, other = files(), files()
    told: list[str] = []
    with one.image(told.append) as image, other.image(told.append) as same:
        assert image == same
        assert len([line for line in told if line.startswith("converting")]) == 1
        sent = [of.sent_path(what) for of, what in ((one, "a"), (other, "b"))]
        for path in sent:
            path.touch()
        one.remove(sent[0])
        # The other one reads on, and its notes stay
        assert (image.path.exists(), sent[0].exists(), sent[1].exists()) == (True, False, True)
    with other.image(told.append):
        other.remove(sent[1])
    assert list(work.iterdir()) == []
