# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that lie on a share: looked at there, and brought by the upload itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import run_module
from harness.uploads import MIB, disk_image
from lab.clouds.share import PASSWORD, SambaShare, samba_share


@pytest.fixture(scope="session")
def share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaShare]:
    directory = tmp_path_factory.mktemp("share")
    with samba_share(directory, tmp_path_factory.mktemp("samba")) as samba:
        yield samba


def info(share: SambaShare, path: str, **more: Any) -> dict[str, Any]:
    smb = {**share.options, "path": path, **more.pop("smb", {})}
    return run_module("ips_image_file_info", {"source": {"smb": smb}, **more})


def test_an_image_on_a_share_is_looked_at_fetched_and_hashed(share: SambaShare, tmp_path: Path) -> None:
    folder = share.directory / "store"
    folder.mkdir()
    raw = disk_image(folder / "w11.vhdx", size=40 * MIB, data=((0, 3), (21, 9)))
    told = info(share, "/store/w11")
    assert (told["name"], told["format"], told["virtual_size_bytes"]) == ("w11.vhdx", "vhdx", 40 * MIB)
    assert (told["problems"], told["sha256"]) == ([], "")
    assert info(share, "store\\w12.vhdx")["exists"] is False

    work = tmp_path / "work"
    hashed = info(share, "store/w11", sha256=True, work_directory=str(work))
    assert hashed["sha256"] == hashlib.sha256(raw.read_bytes()).hexdigest()
    # What was fetched is gone, what it was converted to is for the upload
    assert {path.suffix for path in work.iterdir()} == {".raw", ".json", ".lock"}

    # One of which the end is missing, and one that was interrupted when it was fetched
    whole = (folder / "w11.vhdx").read_bytes()
    (folder / "cut.vhdx").write_bytes(whole[:-MIB])
    assert info(share, "store/cut")["problems"] == ["its end is missing"]
    (name,) = [path.stem for path in work.glob("*.raw")]
    for path in work.iterdir():
        path.unlink()
    (work / f"{name}.vhdx").write_bytes(whole[: 9 * MIB])
    again = info(share, "store/w11", sha256=True, work_directory=str(work))
    assert again["sha256"] == hashed["sha256"]


def test_a_share_that_refuses_or_is_away_is_named(share: SambaShare) -> None:
    wrong = info(share, "w11", smb={"password": "not-the-password"})
    assert "the account was refused" in wrong["msg"]
    assert PASSWORD not in str(wrong)
    assert "not-the-password" not in str(wrong)
    away = info(share, "w11", smb={"port": 1})
    assert "127.0.0.1/images" in away["msg"]
    assert "//127.0.0.1/nowhere" in info(share, "w11", smb={"share": "nowhere"})["msg"]
