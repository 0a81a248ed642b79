# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fake control domains: ssh and rsync are real, the stand-in for vhd-util says what the contract has seen."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.dom0.hosts import Dom0, dom0, found
from lab.dom0.vhd_util import main
from lab.xenserver.state import vhd

MIB = 1024 * 1024
MOMENT = 1_700_000_000.0


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.vhd"
    vhd.write(path, 8 * MIB, {0: b"a" * vhd.BLOCK, 3: b"b" * vhd.BLOCK}, MOMENT)
    return path


@pytest.fixture
def leaf(base: Path) -> Path:
    path = base.with_name("leaf.vhd")
    vhd.write(path, 8 * MIB, {}, MOMENT, parent="base.vhd")
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str]]:
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out.splitlines()


def test_query_answers_in_its_own_order(capsys: pytest.CaptureFixture[str], base: Path, leaf: Path) -> None:
    assert told(capsys, "query", "-n", base, "-a", "-f", "-p", "-v") == (
        0,
        ["8", f"{base} has no parent", "hidden: 0", "2"],
    )
    assert told(capsys, "query", "-n", leaf, "-p", "-d") == (0, [str(base), "chain depth: 2"])
    base.unlink()
    assert told(capsys, "query", "-n", leaf, "-p") == (2, ["query failed"])
    assert told(capsys, "query", "-n", leaf, "-p", "-u") == (0, ["base.vhd"])
    assert told(capsys, "query", "-n", base, "-v") == (2, [f"error opening {base}: -2"])


def test_a_flag_is_written_into_both_footers(capsys: pytest.CaptureFixture[str], base: Path) -> None:
    assert told(capsys, "set", "-n", base, "-f", "hidden", "-v", "1") == (0, [])
    assert (vhd.read(base).hidden, told(capsys, "check", "-n", base)) == (True, (0, [f"{base} is valid"]))
    assert told(capsys, "set", "-n", base, "-f", "managed", "-v", "1") == (22, ["invalid field managed"])
    assert told(capsys, "set", "-n", base, "-f", "hidden", "-v", "256")[0] == 22


def test_only_a_check_finds_a_file_that_was_cut(capsys: pytest.CaptureFixture[str], base: Path, leaf: Path) -> None:
    with base.open("r+b") as file:
        file.truncate(base.stat().st_size - 512)
    assert told(capsys, "query", "-n", base, "-v")[0] == 0
    assert told(capsys, "scan", "-f", "-m", base)[0] == 0
    code, lines = told(capsys, "check", "-n", base)
    assert (code, lines) == (22, ["primary footer invalid", f"{base} appears invalid; dumping metadata"])
    base.unlink()
    assert told(capsys, "check", "-n", leaf)[0] == 2


def test_a_scan_names_every_file_and_fails_for_one(capsys: pytest.CaptureFixture[str], base: Path, leaf: Path) -> None:
    pattern = str(base.parent / "*.vhd")
    size = {path: path.stat().st_size for path in (base, leaf)}
    assert told(capsys, "scan", "-f", "-m", pattern) == (
        0,
        [
            f"vhd={base} capacity=8388608 size={size[base]} hidden=0 parent=none",
            f"vhd={leaf} capacity=8388608 size={size[leaf]} hidden=0 parent=base.vhd",
        ],
    )
    fixed = base.with_name("fixed.vhd")
    footer = bytearray(base.read_bytes()[-512:])
    footer[60:64] = struct.pack(">I", vhd.FIXED)
    fixed.write_bytes(bytes(2 * MIB) + vhd._summed(bytes(footer), vhd.CHECKSUM_AT))
    code, lines = told(capsys, "scan", "-f", "-m", pattern)
    assert (code, lines[1]) == (22, f"vhd={fixed} scan-error=-22 error-message='opening file'")
    assert told(capsys, "scan", "-f", "-c", "-m", pattern)[0] == 0
    assert told(capsys, "check", "-n", fixed) == (0, [])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dom0]:
    with dom0(tmp_path_factory.mktemp("dom0") / "xs-1") as running:
        yield running


def test_rsync_brings_a_file_there_and_vhd_util_finds_it_good(host: Dom0, base: Path) -> None:
    target = host.directory / "sr" / ".copy.vhd.part"
    target.parent.mkdir()
    shell = " ".join([found("ssh"), *host.options])
    call = [found("rsync"), "-e", shell, "--partial", "--sparse", str(base), f"{host.user}@127.0.0.1:{target}"]
    subprocess.run(call, check=True, timeout=60)
    assert target.read_bytes() == base.read_bytes()
    checked = host.run(f"vhd-util check -n {target}")
    assert (checked.returncode, checked.stdout) == (0, f"{target} is valid\n")


def test_a_host_that_is_not_known_is_refused_without_a_question(host: Dom0, tmp_path: Path) -> None:
    strange = Dom0(host.directory, host.port, host.user, host.key, tmp_path / "empty")
    refused = strange.run("true")
    assert (refused.returncode, "Host key verification failed" in refused.stderr) == (255, True)


def test_a_directory_that_is_not_mounted_can_be_told(host: Dom0) -> None:
    directory = host.directory / "sr-mount" / "11111111"
    directory.mkdir(parents=True)
    assert host.run(f"mountpoint -q {directory}").returncode == 0
    host.unmount("11111111")
    assert host.run(f"mountpoint -q {directory}").returncode == 1
