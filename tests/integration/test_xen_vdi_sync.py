# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vdi_sync: an image comes to another pool by rsync between real control domains, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pyvhdi

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import Answer, Shell
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import uuid_for
from harness.control_domains import MOMENT, ControlDomains, Killed, killed_at, shell_of, with_hook
from harness.pools import Pools
from lab.dom0.hosts import Dom0, dom0, found
from lab.xenserver.state import vhd

pytestmark = pytest.mark.newest

MIB = 1024 * 1024
NEW = "11111111-2222-4333-8444-000000000001"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dom0, Dom0]]:
    directory = tmp_path_factory.mktemp("dom0")
    with dom0(directory / "master-1") as master, dom0(directory / "slave-1") as slave:
        yield master, slave


@pytest.fixture
def sync(pools: Pools, hosts: tuple[Dom0, Dom0]) -> ControlDomains:
    return ControlDomains(pools, *hosts)


def raw_of(path: Path, directory: Path) -> tuple[bytes, bytes]:
    """What libvhdi and qemu-img read from a file."""
    with path.open("rb") as opened:
        file = pyvhdi.file()
        file.open_file_object(opened)
        by_libvhdi = file.read(file.get_media_size())
        file.close()
    raw = directory / "disk.raw"
    call = [found("qemu-img"), "convert", "-f", "vpc", "-O", "raw", str(path), str(raw)]
    subprocess.run(call, check=True, timeout=60)
    return by_libvhdi, raw.read_bytes()


@pytest.mark.parametrize("direction", ["pull", "push"])
def test_an_image_comes_to_another_pool_byte_for_byte(sync: ControlDomains, tmp_path: Path, direction: str) -> None:
    before = sync.files("master"), sync.pools.state("master")["vdis"]
    others = sync.files("slave")
    result = sync(direction=direction)
    assert (result["changed"], result["resumed"], result["virtual_size_bytes"]) == (True, False, 8 * MIB)
    assert result["size_bytes"] < result["transferred_bytes"] < result["size_bytes"] * 1.02
    uuid = result["vdi_uuid"]
    (disk,) = sync.pools.vdis("slave", name_label="W11-1")
    assert (disk["uuid"], disk["managed"], disk["read_only"], disk["sm_config"]) == (uuid, True, False, {})
    assert sync.content("slave", uuid) == sync.content("master", sync.current())
    path = sync.directory("slave") / f"{uuid}.vhd"
    for raw in raw_of(path, tmp_path):
        assert hashlib.sha256(raw).hexdigest() == sync.content("slave", uuid)
    assert (sync.files("master"), sync.pools.state("master")["vdis"]) == before
    assert sync.files("slave") == {**others, path.name: hashlib.sha256(path.read_bytes()).hexdigest()}

    sync.pools.lab.forget()
    again = sync(direction=direction)
    assert (again["changed"], again["transferred_bytes"], again["vdi_uuid"]) == (False, 0, uuid)
    assert again["sha256"] == result["sha256"]
    assert sync.pools.writes() == []


def test_check_mode_writes_nothing_anywhere(sync: ControlDomains) -> None:
    before = sync.files("slave"), sync.files("master"), sync.notes()
    result = sync(check=True)
    assert (result["changed"], result["vdi_uuid"], result["sha256"]) == (True, "", "")
    assert (sync.files("slave"), sync.files("master"), sync.notes()) == before
    assert sync.pools.writes() == []


@pytest.mark.bad_day
def test_only_what_is_new_travels_although_all_behind_it_has_moved(sync: ControlDomains) -> None:
    """The disk of before has become the parent of a snapshot, so that its file has another name."""
    blocks = {number: os.urandom(vhd.BLOCK) for number in range(0, 12, 2)}
    old = sync(source={"vdi_uuid": sync.image(NEW, blocks)})["vdi_uuid"]
    sync.pools.slave("xen_vm_wrapper", name="W11-image", vdi_uuid=old, snapshot="W11-1")
    files = sync.files("slave")
    other = sync.image(NEW.replace("1", "2"), {**blocks, 1: os.urandom(vhd.BLOCK)})
    result = sync(name="W11-2", source={"vdi_uuid": other})
    assert result["basis_vdi_uuid"] not in ("", old)
    assert vhd.BLOCK < result["transferred_bytes"] < 1.1 * vhd.BLOCK
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", other)
    assert sync.files("slave") == {**files, **sync.only(f"{result['vdi_uuid']}.vhd")}
    third = sync.image(NEW.replace("1", "3"), {**blocks, 1: os.urandom(vhd.BLOCK)})
    whole = sync(name="W11-3", source={"vdi_uuid": third}, basis_vdi_uuid="")
    assert whole["transferred_bytes"] > whole["size_bytes"]


def test_the_same_content_is_known_again_in_another_file(sync: ControlDomains) -> None:
    """MCS makes the first machine of a new image: the disk becomes an empty leaf on a hidden parent."""
    image = sync.image(NEW, {0: os.urandom(vhd.BLOCK)})
    first = sync(source={"vdi_uuid": image})
    path = sync.directory("master") / f"{image}.vhd"
    base = path.with_name(f"{NEW.replace('1', '4')}.vhd")
    path.rename(base)
    vhd.set_hidden(base, 1)
    vhd.write(path, 32 * MIB, {}, MOMENT, parent=base.name)
    again = sync(source={"vdi_uuid": image})
    assert (again["changed"], again["transferred_bytes"], again["vdi_uuid"]) == (False, 0, first["vdi_uuid"])


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def processes(word: str) -> list[int]:
    """Those that have a word on their command line, which no test beside this one has."""
    mine = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            line = (directory / "cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in line and int(directory.name) != os.getpid():
            mine.append(int(directory.name))
    return mine


@pytest.mark.bad_day
@pytest.mark.parametrize("shells_too", [False, True], ids=["rsync", "all"])
def test_rsync_that_is_killed_leaves_no_disk_and_goes_on(sync: ControlDomains, shells_too: bool) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(4)})
    before = sync.files("slave")
    killed_with: list[int] = []

    def after(script: str, answer: Answer) -> None:
        parts = list(sync.directory("slave").glob(".*.euc-part"))
        if answer.out.startswith("running") and parts and parts[0].stat().st_size > 3 * MIB and not killed_with:
            killed_with.append(parts[0].stat().st_size)
            pids = processes(parts[0].name)
            kill(pids if shells_too else [pid for pid in pids if Path(f"/proc/{pid}/comm").read_text() == "rsync\n"])

    near = with_hook(shell_of(sync.slave), after=after)
    message = sync.fails(shell=near, source={"vdi_uuid": image}, bandwidth_kib=4096, attempts=1)
    assert "it was killed" in message or "the connection broke" in message
    (part,) = set(sync.files("slave")) - set(before)
    assert part.endswith(".euc-part")
    sync.scan()
    result = sync(source={"vdi_uuid": image})
    assert result["resumed"] is True
    assert result["transferred_bytes"] < result["size_bytes"] - killed_with[0] + MIB
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", image)
    assert set(sync.files("slave")) == {*before, f"{result['vdi_uuid']}.vhd"}


@pytest.mark.bad_day
def test_what_an_interrupted_transfer_brought_joins_what_it_started_from(sync: ControlDomains) -> None:
    old = {number: os.urandom(vhd.BLOCK) for number in range(3)}
    sync(source={"vdi_uuid": sync.image(NEW, old)})
    new = sync.image(NEW.replace("1", "2"), {0: os.urandom(vhd.BLOCK), 1: old[0], 2: old[1], 3: old[2]})
    file = sync.directory("master") / f"{new}.vhd"
    # What came until the kill: all that is new, and not yet what both have
    sync.part_of(new).write_bytes(file.read_bytes()[: vhd.BLOCK + 64 * 1024])
    result = sync(source={"vdi_uuid": new}, name="W11-2")
    assert (result["resumed"], result["transferred_bytes"] < 256 * 1024) == (True, True)
    assert [name for name in sync.files("slave") if "euc" in name] == []


def test_a_transfer_that_goes_on_is_waited_for_and_not_started_again(sync: ControlDomains) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(3)})
    started: list[str] = []

    def after(script: str, answer: Answer) -> None:
        if answer.out == "started\n" and "rsync --inplace" in script:
            started.append(script)
        elif answer.out == "running\n" and len(started) == 1:
            started.append("killed")
            still(sync, image, signal.SIGSTOP)
            raise Killed
        elif answer.out == "running\n":
            # It is seen to be under way, however slow this machine is
            still(sync, image, signal.SIGCONT)

    near = with_hook(shell_of(sync.slave), after=after)
    with pytest.raises(Killed):
        sync(shell=near, source={"vdi_uuid": image}, bandwidth_kib=3000)
    result = sync(shell=near, source={"vdi_uuid": image})
    assert (len(started), result["transferred_bytes"] > result["size_bytes"]) == (2, True)


def still(sync: ControlDomains, image: str, order: signal.Signals) -> None:
    """Let the rsync that brings an image stand still, or go on."""
    for pid in processes(sync.part_of(image).name):
        with suppress(ProcessLookupError):
            os.kill(pid, order)


def test_what_is_left_of_other_transfers_for_a_day_is_named_and_goes(sync: ControlDomains) -> None:
    directory = sync.directory("slave")
    old, young = directory / ".old.euc-part", directory / ".young.euc-part"
    for path in (old, young):
        path.write_bytes(b"part")
    place = directory / ".old.euc-basis"
    place.mkdir()
    for path in (old, place):
        os.utime(path, (MOMENT, MOMENT))
    (warning,) = sync(check=True)["warnings"]
    assert ".old.euc-basis, .old.euc-part" in warning
    assert old.exists()
    assert sync()["warnings"] == [warning]
    assert [path.exists() for path in (old, place, young)] == [False, False, True]


def test_a_wait_that_is_too_short_cancels_nothing(sync: ControlDomains) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(2)})
    options = {"source": {"vdi_uuid": image}, "bandwidth_kib": 3000}
    assert "is still running" in sync.fails(wait_timeout=0, **options)
    assert sync(**options)["changed"] is True


# Some by day, the others by night
POINTS = [pytest.param(number, marks=[] if number in (3, 9, 13) else pytest.mark.night) for number in range(1, 16)]


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_is_killed_after_any_command_is_finished_by_the_next(sync: ControlDomains, point: int) -> None:
    before = sync.files("slave")
    with pytest.raises(Killed):
        sync(shell=killed_at(shell_of(sync.slave), point))
    new = [name for name in sync.files("slave") if name.endswith((".vhd", ".raw", ".cbtlog")) and name not in before]
    assert [vhd.problem_with(sync.directory("slave") / name) for name in new] == [""] * len(new)
    sync.scan()
    result = sync()
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", sync.current())
    assert set(sync.files("slave")) == {*before, f"{result['vdi_uuid']}.vhd"}
    assert len(sync.pools.vdis("slave", name_label="W11-1")) == 1
    assert sync()["changed"] is False


LOST = ["SR.scan", *(pytest.param(name, marks=pytest.mark.night) for name in ("VDI.set_name_label", "VDI.add_to"))]


@pytest.mark.parametrize("path", LOST)
def test_an_order_whose_answer_is_lost_is_finished_by_the_next_run(sync: ControlDomains, path: str) -> None:
    before = sync.files("slave")
    sync.pools.lab.faults([{"endpoint": "slave", "path": path, "times": 1, "then": {"drop": "after"}}])
    sync.fails()
    result = sync()
    assert (result["transferred_bytes"], len(sync.pools.vdis("slave", name_label="W11-1"))) == (0, 1)
    assert set(sync.files("slave")) == {*before, f"{result['vdi_uuid']}.vhd"}


def known_uuid(sync: ControlDomains, number: int = 0) -> str:
    """The uuid that the image gets, or would get after others."""
    state = sync.pools.state("slave")
    taken: set[str] = set()
    for _number in range(number + 1):
        uuid = uuid_for(state["srs"]["NFS"]["uuid"], sync.current(), sync.payload_hash(sync.current()), taken)
        taken.add(uuid)
    return uuid


def test_a_uuid_that_the_pool_knows_on_another_sr_is_passed_over(sync: ControlDomains) -> None:
    sync.pools.change("slave", "vdi", name="clash", sr="LVM", size_mib=8, uuid=known_uuid(sync))
    assert sync()["vdi_uuid"] == known_uuid(sync, 1)
    sync.scan()


@pytest.mark.parametrize(("moment", "clash"), [("vhd-util set", False), ("mv -n", True)], ids=["before", "after"])
def test_a_uuid_that_the_pool_gets_to_know_meanwhile_spoils_no_scan(
    sync: ControlDomains, moment: str, clash: bool
) -> None:
    """Before the file has its name another is chosen; after it, the file loses its name again."""
    first, before = known_uuid(sync), sync.files("slave")

    def after(script: str, answer: Answer) -> None:
        if moment in script:
            sync.pools.change("slave", "vdi", name="clash", sr="LVM", size_mib=8, uuid=first)

    near = with_hook(shell_of(sync.slave), after=after)
    if clash:
        assert "SR_BACKEND_FAILURE_1200" in sync.fails(shell=near)
        assert {name for name in sync.files("slave") if name.endswith(".vhd")} == set(before)
        sync.scan()
        near = shell_of(sync.slave)
    result = sync(shell=near)
    assert (result["vdi_uuid"], result["resumed"]) == (known_uuid(sync, 1), clash)
    sync.scan()


def test_a_part_file_that_somebody_changed_is_made_good(sync: ControlDomains) -> None:
    spoilt: list[int] = []

    def after(script: str, answer: Answer) -> None:
        if "Total bytes sent" in answer.out and not spoilt:
            with sync.part_of(sync.current()).open("r+b") as file:
                file.seek(MIB)
                spoilt.append(file.write(b"spoilt"))

    result = sync(shell=with_hook(shell_of(sync.slave), after=after))
    assert spoilt == [6]
    assert result["transferred_bytes"] < 1.1 * result["size_bytes"]
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", sync.current())


@pytest.mark.bad_day
def test_a_source_that_is_written_to_meanwhile_is_not_taken(sync: ControlDomains) -> None:
    image = sync.image(NEW, {0: os.urandom(vhd.BLOCK)})
    before = sync.files("slave")

    near = with_hook(shell_of(sync.slave), before=after_hash(lambda: sync.image(image, {1: os.urandom(vhd.BLOCK)})))
    assert "was written to during the transfer" in sync.fails(shell=near, source={"vdi_uuid": image})
    assert sync.files("slave") == before


def after_hash(change: Callable[[], object]) -> Callable[[str], None]:
    """Let something happen when the transfer is about to start."""

    def before(script: str) -> None:
        if "setsid sh -c" in script and "rsync --inplace" in script:
            change()

    return before


def test_a_source_that_is_coalesced_meanwhile_is_found_again(sync: ControlDomains) -> None:
    """Its data has another name then."""
    directory, image = sync.directory("master"), sync.current()
    base = vhd.chain_of(directory / f"{image}.vhd")[-1].path
    new = base.with_name(f"{NEW}.vhd")

    def coalesce() -> None:
        if base.exists():
            base.rename(new)
            vhd.write(directory / f"{image}.vhd", 8 * MIB, {}, MOMENT, parent=new.name)

    result = sync(shell=with_hook(shell_of(sync.slave), before=after_hash(coalesce)))
    assert not base.exists()
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", image)
    assert f"{base.name} was written to during the transfer, or has another name now; once more" in " ".join(sync.lines)


def test_a_link_that_is_cut_is_tried_again_with_what_has_come(sync: ControlDomains) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(4)})
    cut: list[int] = []
    source = f"{sync.options()['source']['sr_directory']}/"

    def after(script: str, answer: Answer) -> None:
        parts = list(sync.directory("slave").glob(".*.euc-part"))
        if answer.out.startswith("running") and parts and parts[0].stat().st_size > 3 * MIB and not cut:
            pids = [pid for pid in processes(source) if Path(f"/proc/{pid}/comm").read_text() == "ssh\n"]
            cut.extend(pids)
            kill(pids)

    near = with_hook(shell_of(sync.slave), after=after)
    result = sync(shell=near, source={"vdi_uuid": image}, bandwidth_kib=4096, attempts=2)
    assert cut
    assert "attempt 2 of 2" in " ".join(sync.lines)
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", image)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dom0]:
    """Another host of the pool of the slave, which sees its SR as well."""
    with dom0(tmp_path_factory.mktemp("dom0") / "slave-2") as host:
        yield host


def grow_old(path: Path) -> None:
    """Nobody has written to a file for a quarter of an hour."""
    moment = path.stat().st_mtime - 900
    os.utime(path, (moment, moment))


@pytest.mark.bad_day
def test_another_host_waits_for_who_is_at_it_and_goes_on_where_that_was_killed(
    sync: ControlDomains, other: Dom0
) -> None:
    sync()
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(4)})
    options = {"source": {"vdi_uuid": image}, "name": "W11-2"}
    before = sync.files("slave")

    def after(script: str, answer: Answer) -> None:
        part = sync.part_of(image)
        if answer.out.startswith("running") and part.exists() and part.stat().st_size > 3 * MIB:
            raise Killed

    with pytest.raises(Killed):
        sync(shell=with_hook(shell_of(sync.slave), after=after), bandwidth_kib=2048, **options)
    part = sync.part_of(image)
    message = sync.fails(shell=shell_of(other), **options)
    assert "another host is bringing this image to the SR 'NFS'" in message
    kill(processes(part.name))
    come, content = part.stat().st_size, part.read_bytes()
    grow_old(part)
    result = sync(shell=shell_of(other), **options)
    assert result["transferred_bytes"] < result["size_bytes"] - come + MIB
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", image)
    assert set(sync.files("slave")) == {*before, f"{result['vdi_uuid']}.vhd", part.name}
    assert part.read_bytes() == content
    # The host that was killed comes back
    assert sync(**options)["changed"] is False


@pytest.mark.bad_day
@pytest.mark.parametrize("moment", ["vhd-util set", "mv -n"])
def test_two_hosts_that_bring_one_image_at_once_make_one_disk(sync: ControlDomains, other: Dom0, moment: str) -> None:
    sync()
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(2)})
    options = {"source": {"vdi_uuid": image}, "name": "W11-2"}
    before, first = sync.files("slave"), []

    def meanwhile(script: str) -> None:
        if moment in script and not first:
            # Neither sees the other: both have begun at the same moment
            grow_old(sync.part_of(image))
            first.append(sync(shell=shell_of(other), **options)["vdi_uuid"])

    second = sync(shell=with_hook(shell_of(sync.slave), before=meanwhile), **options)
    assert [second["vdi_uuid"]] == first
    assert sync.content("slave", first[0]) == sync.content("master", image)
    (disk,) = sync.pools.vdis("slave", name_label="W11-2")
    assert (disk["uuid"], disk["managed"]) == (first[0], True)
    assert set(sync.files("slave")) == {*before, f"{first[0]}.vhd"}
    sync.scan()


def test_the_reading_of_a_file_for_its_hash_tells_how_far_it_is(sync: ControlDomains) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(2)})
    sync(source={"vdi_uuid": image})
    told = [line for line in sync.lines if f"the hash of {image}.vhd: " in line]
    assert " of 4.0 MiB" in told[0]
    assert "done after" in told[-1]
    assert [line for line in sync.lines if ".euc-part: done after" in line]
    assert [note for note in sync.notes() if image in note or "/hash." in note] == []


def test_a_disk_that_was_scanned_while_it_was_hidden_becomes_usable(sync: ControlDomains) -> None:
    """Only a first scan sets whether a disk is managed."""
    child = sync.directory("slave") / f"{NEW}.vhd"

    def after(script: str, answer: Answer) -> None:
        if "mv -n" in script:
            final = sync.directory("slave") / f"{known_uuid(sync)}.vhd"
            vhd.set_hidden(final, 1)
            vhd.write(child, 8 * MIB, {}, MOMENT, parent=final.name)
            sync.scan()
            child.unlink()
            vhd.set_hidden(final, 0)

    result = sync(shell=with_hook(shell_of(sync.slave), after=after))
    (disk,) = sync.pools.vdis("slave", uuid=result["vdi_uuid"])
    assert (disk["managed"], disk["read_only"], disk["name_label"]) == (True, False, "W11-1")


def test_what_cannot_be_synced_is_refused_before_a_byte_travels(sync: ControlDomains) -> None:
    before = sync.files("slave")
    directory = sync.directory("master")
    assert "which has no files" in sync.fails(storage_repository="LVM")
    assert "has no file" in sync.fails(source={"vdi_uuid": NEW})
    data = {0: os.urandom(vhd.BLOCK)}
    base = sync.image(NEW, data)
    leaf = directory / f"{NEW.replace('1', '5')}.vhd"
    vhd.write(leaf, 32 * MIB, data, MOMENT, parent=f"{base}.vhd")
    assert "no single file holds all data" in sync.fails(source={"vdi_uuid": leaf.stem})
    vhd.write(leaf, 32 * MIB, data, MOMENT, parent="nobody.vhd")
    assert "stands on a file that is not there" in sync.fails(source={"vdi_uuid": leaf.stem})
    leaf.unlink()
    locked = sync.pools.change("master", "vdi", name="locked", sr="NFS", size_mib=8, encrypted=True)["uuid"]
    assert "is encrypted: another pool would need its key" in sync.fails(source={"vdi_uuid": locked})
    whole = (directory / f"{base}.vhd").read_bytes()
    (directory / f"{base}.vhd").write_bytes(whole[:-512])
    assert "cannot be used: primary footer invalid" in sync.fails(source={"vdi_uuid": base})
    (directory / f"{base}.vhd").write_bytes(whole)
    assert "'x; rm'" in sync.fails(source={"vdi_uuid": "x; rm"})
    assert "attempts is 0" in sync.fails(attempts=0)
    assert "has no disk nobody to start from" in sync.fails(basis_vdi_uuid="nobody")
    assert sync.files("slave") == before
    assert sync.pools.writes() == []


def test_a_target_that_is_not_ready_is_refused_before_a_byte_travels(sync: ControlDomains) -> None:
    before = sync.files("slave")
    foreign = sync.directory("slave") / "foreign.vhd"
    foreign.write_text("no VHD", encoding="utf-8")
    assert "foreign.vhd" in sync.fails()
    foreign.unlink()
    sync.slave.unmount(sync.pools.state("slave")["srs"]["NFS"]["uuid"])
    assert "is no mount point" in sync.fails()
    assert sync.files("slave") == before
    assert sync.pools.writes() == []


@pytest.mark.bad_day
@pytest.mark.parametrize("direction", ["pull", "push"])
def test_an_sr_that_is_full_is_told_before_and_while_a_byte_travels(sync: ControlDomains, direction: str) -> None:
    image = sync.image(NEW, {number: os.urandom(vhd.BLOCK) for number in range(4)})
    options = {"source": {"vdi_uuid": image}, "direction": direction}
    before = sync.files("slave")
    sync.slave.fill(free=60 * 1024)
    assert "the SR 'NFS' has 60.0 MiB left, and the image takes 72.0 MiB" in sync.fails(**options)
    assert sync.files("slave") == before
    sync.slave.fill(room=5 * 1024)
    message = sync.fails(**options)
    assert "rsync stopped, because a file could not be written or read" in message
    assert "File too large" in message
    assert "What had come was removed" in message
    assert (sync.files("slave"), sync.pools.writes()) == (before, [])
    sync.scan()
    sync.slave.fill()
    result = sync(**options)
    assert sync.content("slave", result["vdi_uuid"]) == sync.content("master", image)


def with_path(shell: Shell, path: str) -> Shell:
    return lambda script: shell(f"PATH={path}\n{script}")


def test_a_control_domain_that_cannot_be_used_is_told_without_a_question(sync: ControlDomains, tmp_path: Path) -> None:
    def nobody(script: str) -> Answer:
        return Answer(255, "", "ssh: connect to host xs-west-1 port 22: Connection refused")

    message = sync.fails(shell=nobody)
    assert "Connection refused" in message
    assert "SSH is off on new hosts of XenServer" in message
    assert "Host key verification failed" in sync.fails(peer={"known_hosts_path": str(tmp_path / "empty")})
    assert "Permission denied" in sync.fails(peer={"private_key_path": str(tmp_path / "none")})
    assert "Connection refused" in sync.fails(peer={"port": 1})
    for name in ("vhd-util", "mountpoint"):
        (tmp_path / name).symlink_to(sync.slave.directory / "bin" / name)
    message = sync.fails(shell=with_path(shell_of(sync.slave), str(tmp_path)))
    assert "The control domain of the task lacks rsync, flock, setsid, sha256sum, base64, od" in message
