# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images to upload, with holes, and uploads that are killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.modules import run_module
from lab.clouds.gate import Gate
from lab.running import RunningLab

MIB = 1024 * 1024
TESTS = Path(__file__).parents[1]
RUN = "import json, sys; from harness.modules import run_module; run_module('ips_upload', json.load(sys.stdin))"


def disk_image(path: Path, size: int = 24 * MIB, data: tuple[tuple[int, int], ...] = ((0, 3), (9, 4))) -> Path:
    """A file of a disk with data at these places, {first MiB, MiB}, holes between; its format is its extension.
    Returns the raw content, beside it."""
    raw = path.with_suffix(".content")
    generator = random.Random(path.name)
    with raw.open("wb") as file:
        file.truncate(size)
        for start, length in data:
            # Neither begins nor ends at the border of a block
            file.seek(start * MIB + 4096)
            file.write(generator.randbytes(length * MIB - 8192))
    options = {".vhd": ["-O", "vpc", "-o", "force_size=on"], ".vhdx": ["-O", "vhdx"], ".raw": ["-O", "raw"]}
    subprocess.run(["qemu-img", "convert", "-f", "raw", *options[path.suffix], str(raw), str(path)], check=True)
    return raw


def same_content(raw: Path, read: Path) -> bool:
    """Block by block; what is behind the end of the first one must be zeros."""
    size = raw.stat().st_size
    with raw.open("rb") as one, read.open("rb") as other:
        for position in (*range(0, size, MIB), *_data_behind(other.fileno(), size)):
            one.seek(position)
            other.seek(position)
            if other.read(MIB).rstrip(b"\0") != one.read(MIB).rstrip(b"\0"):
                return False
    return read.stat().st_size >= size


def _data_behind(descriptor: int, position: int) -> Iterator[int]:
    """Where there may be data; holes are left out."""
    end = os.fstat(descriptor).st_size
    while position < end:
        try:
            position = os.lseek(descriptor, position, os.SEEK_DATA)
        except OSError:
            return
        yield position
        position += MIB


def killed(arguments: dict[str, Any], gate: Gate, rule: dict[str, Any]) -> None:
    """Run the upload in a process of its own, which this request kills."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, cwd=TESTS, text=True) as process:
        gate.rules = [{**rule, "kill": process.pid}]
        process.communicate(json.dumps(arguments))
    assert process.returncode == -9, process.returncode
    gate.forget()


def killed_by_lab(arguments: dict[str, Any], lab: RunningLab, rule: dict[str, Any], drop: str) -> None:
    """The same, where the lab itself is the platform: the request takes effect ('after') or not ('before')."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, cwd=TESTS, text=True) as process:
        lab.faults([{**rule, "nth": 1, "then": {"drop": drop, "kill": process.pid}}])
        process.communicate(json.dumps(arguments))
    assert process.returncode == -9, process.returncode
    lab.clear_faults()


@contextlib.contextmanager
def started(arguments: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """Run the upload in a process of its own, until the end of the block."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, cwd=TESTS, text=True) as process:
        assert process.stdin
        process.stdin.write(json.dumps(arguments))
        process.stdin.close()
        yield process


class Uploads:
    """Calls modules with the options of one platform."""

    def __init__(self, platform: str, options: dict[str, Any], directory: Path, **more: Any) -> None:
        self.more = more
        self.platform = {"platform": platform, platform: options}
        self.work = directory / "work"

    def arguments(self, image: Path, **more: Any) -> dict[str, Any]:
        return {
            **self.platform,
            "name": "w11-2026-11-20-1",
            "release": "2026.11.20-1",
            "source": {"path": str(image)},
            "work_directory": str(self.work),
            **self.more,
            **more,
        }

    def upload(self, image: Path, check: bool = False, **more: Any) -> dict[str, Any]:
        result = run_module("ips_upload", self.arguments(image, **more), check)
        assert not result.get("failed"), result
        return result

    def refused(self, image: Path, **more: Any) -> str:
        result = run_module("ips_upload", self.arguments(image, **more))
        assert result.get("failed"), result
        return str(result["msg"])

    def disks(self, **more: Any) -> list[dict[str, Any]]:
        result = run_module("ips_disk_info", {**self.platform, **more})
        assert not result.get("failed"), result
        disks: list[dict[str, Any]] = result["disks"]
        return disks
