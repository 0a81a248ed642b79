# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m chaos` (from tests/): every request of a job disturbed in every way. Exit status 1 when a trial fails."""

from __future__ import annotations

import argparse
import json
import logging
import re
import threading
import time
from pathlib import Path

from chaos.campaign import carry_out, everything, sample, table, undisturbed
from chaos.failover import PLANNED, UNPLANNED
from chaos.portability import PORTABILITY
from chaos.prepared import PREPARED
from chaos.release import BY_RECOVERY_POINTS, OF_TEMPLATE_VERSIONS, RELEASE
from chaos.trial import Trial
from chaos.xenserver import XENSERVER

JOBS = {
    "release": RELEASE,
    "recovery-points": BY_RECOVERY_POINTS,
    "template-versions": OF_TEMPLATE_VERSIONS,
    "prepared": PREPARED,
    "xenserver": XENSERVER,
    "portability": PORTABILITY,
    "planned": PLANNED,
    "unplanned": UNPLANNED,
}


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--job", choices=JOBS, default="release", help="a release of one kind or another, a failover")
    parser.add_argument("--sample", type=int, default=0, help="so many trials only, spread over kinds (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--workers", type=int, default=2, help="trials at a time")
    parser.add_argument(
        "--third-run-each",
        type=int,
        default=10,
        help="after every n-th trial a further run must change nothing (0: never)",
    )
    parser.add_argument(
        "--only", default="", help="regular expression: trials whose 'disturbance: point' it is found in"
    )
    parser.add_argument("--list", action="store_true", help="list the trials and try none")
    parser.add_argument(
        "--keep", type=Path, default=Path(".chaos"), help="where outputs and requests of failed trials go"
    )
    arguments = parser.parse_args()
    # The lab's server complains of every connection that a fault cuts.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    started = time.monotonic()
    baseline = undisturbed(JOBS[arguments.job])
    tasks = [task for task in everything(baseline) if re.search(arguments.only, f"{task[1].name}: {task[0]}")]
    if arguments.sample:
        tasks = sample(tasks, arguments.sample, arguments.seed)
    print(f"{len(baseline.points)} requests undisturbed, {dict(baseline.deeds)}; {len(tasks)} trials", flush=True)
    if arguments.list:
        print("\n".join(f"{disturbance.name}: {point}" for point, disturbance in tasks))
        return 0
    count, lock = 0, threading.Lock()

    def tell(trial: Trial) -> None:
        nonlocal count
        with lock:
            count += 1
            end = (
                "FAILED"
                if trial.failed
                else (
                    "not reached"
                    if not trial.reached
                    else "absorbed"
                    if trial.absorbed
                    else f"repeats: {trial.repeats}"
                )
            )
            print(
                f"[{count}/{len(tasks)}] {trial.disturbance.name}: {trial.point}: {end}, {trial.seconds:.0f} s",
                flush=True,
            )
            for line in (*trial.problems, *(f"refused: {words}" for words in trial.refusals)):
                print(f"    {line}", flush=True)
            if trial.failed:
                _keep(trial, arguments.keep / f"{count:04d}")

    trials = carry_out(tasks, baseline, arguments.workers, arguments.third_run_each, tell)
    print("", *table(trials), sep="\n")
    failed = sum(1 for trial in trials if trial.failed)
    print(
        f"{len({trial.point for trial in trials})} points, {len(trials)} trials, {failed} failed,"
        f" {time.monotonic() - started:.0f} s"
    )
    return 1 if failed else 0


def _keep(trial: Trial, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    facts = {
        "point": str(trial.point),
        "disturbance": trial.disturbance.name,
        "problems": trial.problems,
        "requests": trial.requests,
    }
    (directory / "trial.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    for number, output in enumerate(trial.outputs, 1):
        (directory / f"run{number}.txt").write_text(output, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
