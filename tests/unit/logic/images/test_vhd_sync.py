# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which file travels, under which uuid it arrives, what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import Standing
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import (
    KILLED,
    RESERVE,
    basis_for,
    bytes_on_the_wire,
    copy_there,
    data_file,
    meaning,
    reason,
    refuse_busy,
    refuse_full,
    refuse_lacking,
    refuse_unready,
    same_disk,
    uuid_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import SrDirectory, VhdFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import (
    OWN,
    SHA256,
    SOURCE,
    SOURCE_POOL,
    SOURCE_STATE,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

MIB = 1024 * 1024
READY = SrDirectory(True, 100 * MIB, (), (), frozenset({"a"}), {})


def file(uuid: str, blocks: int, parent: str = "", *, is_lost: bool = False) -> VhdFile:
    return VhdFile(uuid, 5 * MIB, 1_700_000_000, 7, blocks, parent, is_lost)


def disk(uuid: str, **marks: str) -> VirtualDisk:
    return VirtualDisk(
        uuid, uuid, "", "", "sr", MIB, MIB, "user", True, False, False, "", False, "", (), {OWN: uuid, **marks}
    )


def test_an_empty_leaf_stands_for_its_parent() -> None:
    whole, empty = file("base", 3), file("leaf", 0, "base")
    assert data_file("x", "base", [whole]) == whole
    assert data_file("x", "leaf", [empty, file("middle", 0, "base"), whole]) == whole
    assert data_file("x", "new", [file("new", 0)]).uuid == "new"


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        ([], "has no file"),
        ([file("leaf", 1, "base"), file("base", 3)], "no single file"),
        ([file("leaf", 1, "base"), file("base", 0)], "no single file"),
        ([file("leaf", 0, is_lost=True)], "is not there"),
        ([file("leaf", 0, "base")], "is not there"),
    ],
)
def test_a_disk_without_a_whole_file_is_refused(chain: list[VhdFile], reason: str) -> None:
    with pytest.raises(OperationError, match=reason):
        data_file("x", "leaf", chain)


def test_an_image_has_the_same_uuid_in_every_run_and_another_one_elsewhere() -> None:
    first = uuid_for("sr", "vdi", "hash", ())
    assert first == uuid_for("sr", "vdi", "hash", {"other"})
    others = {uuid_for(*one, ()) for one in (("s2", "vdi", "hash"), ("sr", "v2", "hash"), ("sr", "vdi", "h2"))}
    second = uuid_for("sr", "vdi", "hash", {first})
    assert len({first, second, *others}) == 5
    assert uuid_for("sr", "vdi", "hash", {first, second}) not in (first, second)


def test_a_copy_is_known_by_state_or_by_content() -> None:
    state = file("base", 3).state
    ours = disk("1", **{SOURCE: "vdi", SOURCE_STATE: state, SHA256: "hash"})
    assert copy_there([ours], "vdi", state, "") == ours
    assert copy_there([ours], "vdi", "another", "hash") == ours
    assert copy_there([ours], "vdi", "another", "") is None
    assert copy_there([ours], "v2", state, "hash") is None
    assert copy_there([replace(ours, uuid="clone")], "vdi", state, "hash") is None
    assert copy_there([replace(ours, missing=True)], "vdi", state, "hash") is None
    assert copy_there([disk("2", **{SOURCE: "vdi"})], "vdi", "another", "") is None


def test_the_newest_image_of_the_same_pool_is_what_a_transfer_starts_from() -> None:
    images = {
        "old": disk("old", **{SOURCE: "v", SOURCE_POOL: "p", SOURCE_STATE: "f 1 100"}),
        "new": disk("new", **{SOURCE: "v", SOURCE_POOL: "p", SOURCE_STATE: "f 1 200"}),
        "other": disk("other", **{SOURCE: "v", SOURCE_POOL: "q", SOURCE_STATE: "f 1 300"}),
        "foreign": disk("foreign"),
        "gone": disk("gone", **{SOURCE: "v", SOURCE_POOL: "p", SOURCE_STATE: "f 1 900"}),
    }
    standings = {name: Standing(one, (), f"data-{name}", 1, ()) for name, one in images.items()}
    files = {f"data-{name}" for name in images if name != "gone"}
    assert basis_for(standings, "sr", "p", None, files) == "data-new"
    assert basis_for(standings, "sr", "q", None, files) == "data-other"
    assert basis_for(standings, "s2", "p", None, files) == ""
    assert basis_for(standings, "sr", "p", "", files) == ""
    assert basis_for(standings, "sr", "p", "foreign", files) == "data-foreign"
    with pytest.raises(OperationError, match="no disk nobody"):
        basis_for(standings, "sr", "p", "nobody", files)


def test_a_directory_that_is_not_ready_is_refused() -> None:
    refuse_lacking("x", READY)
    refuse_unready("x", "NFS", READY)
    with pytest.raises(OperationError, match="lacks rsync, flock"):
        refuse_lacking("x", replace(READY, lacks=("rsync", "flock")))
    with pytest.raises(OperationError, match="is no mount point"):
        refuse_unready("x", "NFS", replace(READY, mounted=False))
    with pytest.raises(OperationError, match="cannot be read as VHDs"):
        refuse_unready("x", "NFS", replace(READY, broken=("a.vhd",)))


def test_what_is_there_already_needs_no_room() -> None:
    refuse_full("x", "NFS", READY, 100 * MIB - RESERVE, 0)
    refuse_full("x", "NFS", READY, 1000 * MIB, 1000 * MIB - 36 * MIB)
    with pytest.raises(OperationError, match=r"has 100.0 MiB left, and the image takes 165.0 MiB"):
        refuse_full("x", "NFS", READY, 101 * MIB, 0)


def test_a_flag_makes_no_other_disk() -> None:
    footer = bytes(range(256)) * 2
    hidden = footer[:64] + b"abcd" + footer[68:85] + b"\1" + footer[86:]
    assert same_disk(footer, hidden)
    assert not same_disk(footer, footer[:40] + b"\0" + footer[41:])


@pytest.mark.parametrize("text", ["{} 1234567", "{} 1,234,567"])
def test_the_bytes_of_every_rsync_are_understood(text: str) -> None:
    log = f"Number of files: 1\n{text.format('Total bytes sent:')}\nTotal bytes received: 3\n"
    assert bytes_on_the_wire(log) == 1234570
    assert bytes_on_the_wire("rsync error: unexplained error (code 255)") == 0


def test_every_ending_has_a_meaning() -> None:
    assert (meaning(KILLED), meaning(99)) == ("it was killed", "it ended with 99")


def test_the_reason_why_rsync_stopped_is_no_consequence_of_it() -> None:
    closed = "rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]"
    full = 'rsync: [receiver] write failed on "/x/.a": No space left on device (28)'
    broken = "rsync: [generator] write error: Broken pipe (32)"
    assert reason([full, "rsync error: error in file IO (code 11)", broken, ""]) == full
    assert reason(["Authorized users only", "Host key verification failed.", closed]) == "Host key verification failed."
    assert reason([closed, "rsync error: error in rsync protocol data stream (code 12)"]) == closed
    assert reason([]) == ""


def test_another_host_is_waited_for_unless_a_part_of_our_own_is_there() -> None:
    other = SrDirectory(
        True, 100 * MIB, (), (), frozenset(), {".k.b.euc-part": 3 * MIB}, (), frozenset({".k.b.euc-part"})
    )
    with pytest.raises(OperationError, match=r"another host is bringing this image to the SR 'NFS' \(3.0 MiB"):
        refuse_busy("x", "NFS", 0, [".k.b.euc-part"], other)
    refuse_busy("x", "NFS", MIB, [".k.b.euc-part"], other)
    refuse_busy("x", "NFS", 0, [], other)
    refuse_busy("x", "NFS", 0, [".k.b.euc-part"], READY)
