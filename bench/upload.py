# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upload an image with holes to the lab's Azure, in a process of its own, and say how long it took and how much memory.

Run from the repository: ``make bench-upload``, or ``PYTHONPATH=tests python -m bench.upload --size 8 --data 256``.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab.clouds.azure import azure_cloud

ROOT = Path(__file__).parents[1]
MIB = 1024 * 1024
RUN = """
import json, resource, sys
from harness.modules import run_module
result = run_module("ips_upload", json.load(sys.stdin))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({**result, "memory": used.ru_maxrss / 1024, "cpu": used.ru_utime + used.ru_stime}))
"""


def main() -> int:
    """Run the command line; 0 when the upload succeeded."""
    parser = argparse.ArgumentParser(prog="bench.upload", description=__doc__)
    parser.add_argument("--size", type=int, default=40, help="GiB that the disk has")
    parser.add_argument("--data", type=int, default=512, help="MiB of it that hold data")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, azure_cloud(Path(name)) as azure:
        directory = Path(name)
        image = directory / "image.raw"
        with image.open("wb") as file:
            file.truncate(arguments.size * 1024 * MIB)
            generator = random.Random(0)
            for number in range(arguments.data // 4):
                file.seek(number * (arguments.size * 1024 * MIB // (arguments.data // 4)) // MIB * MIB)
                file.write(generator.randbytes(4 * MIB))
        options = {
            "platform": "azure",
            "azure": azure.options,
            "name": "bench",
            "release": "1",
            "source": {"path": str(image)},
            "work_directory": str(directory / "work"),
        }
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", RUN], input=json.dumps(options), capture_output=True, text=True, cwd=ROOT / "tests"
        )
        elapsed = time.monotonic() - start
    result = json.loads(done.stdout or "{}")
    sent = result.get("sent_bytes", 0) / MIB
    print(f"{arguments.size} GiB with {arguments.data} MiB of data: {elapsed:.0f} s, {sent:.0f} MiB sent")
    for entry in result.get("timeline", []):
        print(f"  {entry['phase']}: {entry['started']} to {entry['finished']}")
    print(f"  the controller: {result.get('memory', 0):.0f} MiB of memory at most, {result.get('cpu', 0):.0f} s of CPU")
    return done.returncode or int(bool(result.get("failed", not result)))


if __name__ == "__main__":
    sys.exit(main())
