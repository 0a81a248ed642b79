# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read, hashed and sent of a disk, and which blocks count as sent."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core import raw_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.optional_library import library
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import RawImage, hashes_of, send_all
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_blocks import SentBlocks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images import vhd_file
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

KIB = 1024


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    size=st.integers(1, 600 * KIB),
    data=st.lists(st.tuples(st.integers(0, 600 * KIB), st.binary(min_size=1, max_size=64)), max_size=4),
    block=st.sampled_from([512, 64 * KIB, 512 * KIB]),
)
def test_blocks_and_hashes_are_those_of_the_whole_file(
    tmp_path: Path, size: int, data: list[tuple[int, bytes]], block: int
) -> None:
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(size)
        for position, content in data:
            file.seek(min(position, size - 1))
            file.write(content[: size - file.tell()])
    whole = path.read_bytes()
    blocks = list(RawImage(path, size, 0, "", {}).blocks(block))
    sent = bytearray(-(-size // block) * block)
    for one in blocks:
        assert len(one.data) == block
        assert any(one.data)
        sent[one.index * block : one.index * block + block] = one.data
    assert bytes(sent[:size]) == whole
    sha256, md5 = hashes_of(path, (block,), lambda position: None)
    assert sha256 == hashlib.sha256(whole).hexdigest()
    for length in (size, len(sent)):
        assert md5[length] == hashlib.md5(whole.ljust(length, b"\0"), usedforsecurity=False).hexdigest()


def test_the_first_error_ends_the_sending() -> None:
    seen: list[int] = []

    def send(block: raw_image.Block) -> None:
        seen.append(block.index)
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        send_all((raw_image.Block(index, b"x") for index in range(1000)), send, 2)
    assert len(seen) <= 4


def test_only_blocks_of_the_same_disk_and_content_count_as_sent(tmp_path: Path) -> None:
    path = tmp_path / "sent"
    with SentBlocks(path).open("snap-1", "a") as sent:
        sent.note(7, 10)
        sent.note(12, 10)
    assert sent.bytes == 20
    with path.open("a", encoding="ascii") as file:
        file.write("1")
    with SentBlocks(path).open("snap-1", "a") as again:
        assert again.indexes == {7, 12}
    with SentBlocks(path).open("snap-1", "b") as other:
        assert other.indexes == set()
    sent.forget()
    assert not path.exists()


def test_a_missing_library_is_named_with_its_package() -> None:
    with pytest.raises(OperationError) as caught:
        library("boto3_that_is_not_there", "boto3")
    assert "boto3" in caught.value.message
    assert caught.value.advice == "Install it there: pip install boto3"


@pytest.mark.parametrize("mebibytes", [20, 127, 2048, 40 * 1024])
def test_the_footer_of_a_fixed_vhd_is_that_of_qemu_img(tmp_path: Path, mebibytes: int) -> None:
    """Apart from who made it, when, and its uuid."""
    size = mebibytes * 1024 * KIB
    path = tmp_path / "disk.vhd"
    command = ["qemu-img", "create", "-q", "-f", "vpc", "-o", "subformat=fixed,force_size=on", str(path), str(size)]
    subprocess.run(command, check=True)
    with path.open("rb") as file:
        file.seek(size)
        theirs = file.read()
    ours = vhd_file.fixed_footer(size)
    assert len(ours) == len(theirs) == 512
    # Cookie to offset, sizes, and type
    for part in (slice(0, 24), slice(40, 56), slice(60, 64)):
        assert ours[part] == theirs[part]
    assert vhd_file.checksum(ours) == int.from_bytes(ours[64:68], "big")
