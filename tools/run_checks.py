# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the given make targets two at a time, the given order being the order of their start.

Prints one line for each when it has finished, the whole output of those that failed, and keeps every output in
.venv/log. Seconds on the clock tell how busy the machine was; CPU seconds tell what a part costs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

AT_ONCE = 2
LOGS = Path(".venv/log")


def run(target: str) -> tuple[str, int, float, float, str]:
    """Run one target: its name, exit status, seconds, CPU seconds of all its processes, and output."""
    environment = os.environ | {"MAKEFLAGS": "", "NO_COLOR": "1"}
    log = LOGS / f"{target}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "--no-print-directory", target], stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        # Of this process and what it waited for; the sum of all children would hold the other target's as well.
        _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    told = log.read_text(encoding="utf-8", errors="replace")
    return target, process.returncode, seconds, usage.ru_utime + usage.ru_stime, told


def last_words(output: str) -> str:
    """What a tool said last, pytest's count for example, without the commands that make repeats and its own verdict."""
    lines = [line.strip("= ") for line in output.splitlines() if not line.startswith((".venv/bin/", "make"))]
    return next((line for line in reversed(lines) if line), "")


def main(targets: list[str]) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    failed = []
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, target) for target in targets]):
            target, status, seconds, cpu, output = future.result()
            if status:
                failed.append(target)
                print(f"\n{output.rstrip()}\n")
            verdict = "FAILED" if status else "passed"
            print(f"{target:<13} {verdict} {seconds:5.0f} s {cpu:5.0f} s CPU   {last_words(output)}", flush=True)
    count = f"{len(failed)} failed ({', '.join(failed)}), " if failed else ""
    print(f"{count}{len(targets) - len(failed)} of {len(targets)} parts passed in {time.monotonic() - started:.0f}s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
