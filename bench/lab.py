# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab to be measured on."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[1]
START_SECONDS = 120


@contextlib.contextmanager
def running_lab(topology: Path, time_scale: float, directory: Path) -> Iterator[dict[str, Any]]:
    """Run a lab in a process of its own, so that its work is not counted as the controller's."""
    described = directory / "lab.json"
    described.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "lab",
        "up",
        "--topology",
        str(topology),
        "--time-scale",
        str(time_scale),
        "--directory",
        str(directory),
    ]
    with (
        (directory / "lab.log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT / "tests", stdout=log, stderr=log) as process,
    ):
        try:
            yield _description(process, described)
        finally:
            process.terminate()


def _description(process: subprocess.Popen[bytes], described: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError, requests.ConnectionError):
            url = json.loads(described.read_text())["control_url"]
            answer = requests.get(f"{url}/lab/endpoints", timeout=5)
            description: dict[str, Any] = answer.json()
            return description
        time.sleep(0.1)
    sys.exit(f"The lab did not start, see {described.with_name('lab.log')}")
