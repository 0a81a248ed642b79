# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the lab, release an image to its clusters and sites, do it again to show that nothing changes, and stop the
lab.

The exit status is that of the first playbook run that failed, or 1 when the second run wrote anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import requests

LAB = Path(".lab")
TOPOLOGY = "lab/topologies/mixed.yml"
RELEASE = "demo-1"
START_SECONDS = 30


@contextlib.contextmanager
def running_lab() -> Iterator[str]:
    """Run the lab and yield the address of its control interface."""
    shutil.rmtree(LAB, ignore_errors=True)
    LAB.mkdir()
    log = LAB / "lab.log"
    command = [sys.executable, "-m", "lab", "up", "--topology", TOPOLOGY, "--directory", str(LAB.resolve())]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd="tests", stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield control_url(process, log)
        finally:
            process.terminate()


def control_url(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the lab answers; exit with its own words if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError, requests.ConnectionError):
            url = json.loads((LAB / "lab.json").read_text(encoding="utf-8"))["control_url"]
            requests.get(f"{url}/lab/endpoints", timeout=5).raise_for_status()
            return str(url)
        time.sleep(0.1)
    sys.exit(f"The lab did not start:\n{log.read_text(encoding='utf-8')}")


def release_image() -> None:
    """Run the playbook as a user would; exit when it fails."""
    variables = f"image_release_id={RELEASE} image_release_report_path={LAB}/report.json"
    command = [
        "ansible-playbook",
        "-i",
        str(LAB / "inventory.yml"),
        "euc.nutanix_citrix.image_release",
        "-e",
        variables,
    ]
    print(f"\n$ {shlex.join(command)}", flush=True)
    settings = {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false", "ANSIBLE_FORKS": "10"}
    status = subprocess.run(command, check=False, env=os.environ | settings).returncode
    if status:
        sys.exit(status)


def count_writes(control: str) -> int:
    """The number of recorded requests that could have changed something."""
    recorded = requests.get(f"{control}/lab/requests", timeout=30).json()
    return sum(request["writes"] for request in recorded)


def main() -> None:
    with running_lab() as control:
        release_image()
        first = count_writes(control)
        requests.delete(f"{control}/lab/requests", timeout=30).raise_for_status()
        print("\nThe same release once more:")
        release_image()
        second = count_writes(control)
    print(f"\nRequests that write: {first} in the first run, {second} in the second.")
    print(f"What was done, as a page to look at: {(LAB / 'report.html').resolve()}")
    sys.exit(1 if second else 0)


if __name__ == "__main__":
    main()
