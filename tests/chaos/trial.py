# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trial: a job is disturbed at one point, the same command is run again, and the end is judged."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.disturbances import ANOTHER_ID, ELSEWHERE, Disturbance
from chaos.job import Job
from chaos.judge import contract_problems, deeds, excess
from chaos.points import Point, pattern_of, points_of
from harness.modules import writes, written
from harness.playbooks import Outcome, outcome_of, start_playbook
from lab.killing import descendants, kill_alone
from lab.running import RunningLab

TIME_SCALE = 1200.0
REPEATED = 3
QUIET_SECONDS = 1.5
SILENT_SECONDS = 15.0
LONGEST_RUN = 300.0
ADVICE = ("same task again", "same command again", "run again", "run this later")


@dataclass(frozen=True)
class Undisturbed:
    """What a job does when nothing disturbs it: its requests as points, and its deeds by kind."""

    job: Job
    points: tuple[Point, ...]
    deeds: Mapping[str, int]


@dataclass(frozen=True)
class Trial:
    """How one disturbance ended. `reached` is False when the run never made that request; `repeats` counts the runs
    after the disturbed one."""

    point: Point
    disturbance: Disturbance
    reached: bool
    absorbed: bool
    repeats: int
    problems: tuple[str, ...]
    refusals: tuple[str, ...]
    seconds: float
    outputs: tuple[str, ...] = field(repr=False, default=())
    requests: tuple[dict[str, Any], ...] = field(repr=False, default=())

    @property
    def failed(self) -> bool:
        return bool(self.problems)


def run_undisturbed(job: Job, lab: RunningLab) -> Undisturbed:
    """Do the job once and record; raises AssertionError when that is not as it should be."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as directory:
        before = job.begin(lab)
        outcome = _finished(_start(job, lab, Path(directory)), Path(directory))
        assert outcome.status == 0, outcome.output
        recorded = lab.requests()
        found = job.problems(before, lab.state()) + contract_problems(recorded)
        assert found == [], found
        return Undisturbed(job, tuple(points_of(recorded)), deeds(job, recorded))


def disturb(
    lab: RunningLab, point: Point, disturbance: Disturbance, undisturbed: Undisturbed, third_run: bool = False
) -> Trial:
    """Do the job with one disturbance, then again until it is done, and judge. With `third_run` a further run must
    change nothing."""
    job = undisturbed.job
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        directory = Path(name)
        before = job.begin(lab)
        process = _start(job, lab, directory)
        (rule,) = lab.faults([disturbance.rule(point, process.pid)])
        workers = _watch(process) if disturbance.orphans else set()
        outcomes = [_finished(process, directory)]
        struck = [entry["n"] for entry in lab.requests() if entry["fault"] == rule]
        first_was_good = outcomes[0].status == 0
        disturbed_until = len(lab.requests())
        found = []
        if disturbance.repeated and struck:
            outcomes.append(_repeated_otherwise(job, lab, directory, disturbance))
            found += _left_without_a_word(job.in_need(before, lab.state()), outcomes[1])
        while len(outcomes) == 1 or (outcomes[-1].status != 0 and len(outcomes) < 3):
            process = _start(job, lab, directory)
            if disturbance.at_once and struck:
                _let_time_go_on_when_quiet(lab, process)
            outcomes.append(_finished(process, directory))
        recorded = lab.requests()
        lost = struck if dict(disturbance.then).get("drop") == "after" else []
        found += job.problems(before, lab.state()) + contract_problems(recorded)
        found += excess(job, deeds(job, recorded, lost), undisturbed.deeds)
        refused = [outcome for outcome in outcomes[1:] if outcome.status != 0]
        refusals = [_last_words(outcome) for outcome in refused]
        found += _unclear(refused, disturbance)
        if outcomes[-1].status != 0:
            found.append(f"not done after {len(outcomes) - 1} repeats: {_last_words(outcomes[-1])}")
        if first_was_good and written(recorded[disturbed_until:]):
            found.append(f"the run was good, yet its repeat wrote: {written(recorded[disturbed_until:])}")
        if third_run and not found:
            lab.forget()
            outcome = _finished(_start(job, lab, directory), directory)
            outcomes.append(outcome)
            if outcome.status != 0 or outcome.changed or writes(lab):
                found.append(
                    f"a further run ended with {outcome.status}, changed {outcome.changed} and wrote {writes(lab)}"
                )
        _bury(lab, workers)
        return Trial(
            point,
            disturbance,
            bool(struck),
            first_was_good,
            len(refusals) + 1,
            tuple(found),
            tuple(refusals),
            time.monotonic() - started,
            tuple(outcome.output for outcome in outcomes),
            tuple(recorded) if found else (),
        )


def _repeated_otherwise(job: Job, lab: RunningLab, directory: Path, disturbance: Disturbance) -> Outcome:
    """The end of the job given again with another id, or in another directory. It may refuse, but must say what to do:
    the next run is the first command again, where that was given."""
    if disturbance.repeated == ELSEWHERE:
        directory = directory / "elsewhere"
        directory.mkdir()
    variables = job.another_id if disturbance.repeated == ANOTHER_ID else {}
    return _finished(_start(job, lab, directory, variables), directory)


def _left_without_a_word(in_need: list[str], outcome: Outcome) -> list[str]:
    if in_need and outcome.status == 0:
        return [f"all is well, it says, while this is not: {', '.join(in_need)}"]
    return [f"not a word of {name}" for name in in_need if name not in outcome.output]


def _unclear(refused: list[Outcome], disturbance: Disturbance) -> list[str]:
    """The refusals that do not say what to do; one of a command that was given otherwise may say it anywhere."""
    found = []
    for outcome in refused:
        words = _last_words(outcome)
        if not _says_what_to_do(outcome.output if disturbance.repeated else words):
            found.append(f"refused without a clear sentence: {words}")
    return found


def _says_what_to_do(words: str) -> bool:
    return any(advice in " ".join(words.lower().split()) for advice in ADVICE)


def _start(
    job: Job, lab: RunningLab, directory: Path, otherwise: Mapping[str, Any] | None = None
) -> subprocess.Popen[str]:
    variables = {**job.variables, **(otherwise or {})}
    return start_playbook(job.playbook, lab.inventory_path, directory, "-e", json.dumps(variables))


def _finished(process: subprocess.Popen[str], directory: Path) -> Outcome:
    output = process.communicate(timeout=LONGEST_RUN)[0]
    return outcome_of(process, output, directory)


def _let_time_go_on_when_quiet(lab: RunningLab, process: subprocess.Popen[str]) -> None:
    """Let simulated time go on when the run only repeats questions that it has asked before, or asks nothing for a long
    time."""
    seen: set[tuple[str, str, str]] = set()
    after = max((entry["n"] for entry in lab.requests()), default=0)
    repeated, last_news, last_request = 0, time.monotonic(), time.monotonic()
    while process.poll() is None:
        for entry in lab.requests(after):
            after, last_request = entry["n"], time.monotonic()
            kind = (entry["endpoint"], entry["method"], pattern_of(entry["path"]))
            repeated += 1
            if kind not in seen:
                seen.add(kind)
                repeated, last_news = 0, time.monotonic()
        if (
            repeated >= REPEATED and time.monotonic() - last_news > QUIET_SECONDS
        ) or time.monotonic() - last_request > SILENT_SECONDS:
            break
        time.sleep(0.1)
    lab.run_at(TIME_SCALE)


def _watch(process: subprocess.Popen[str]) -> set[int]:
    """The workers that a controller started until it ended."""
    seen: set[int] = set()
    while process.poll() is None:
        seen.update(descendants(process.pid))
        time.sleep(0.05)
    return seen


def _bury(lab: RunningLab, workers: set[int]) -> None:
    """End the workers that outlived their controller, or they would ask the lab of the next trial; this lab's inventory
    proves that they are ours."""
    for pid in workers:
        shown = subprocess.run(
            ["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
        ).stdout
        if f"-i {lab.inventory_path} " in shown:
            kill_alone(pid)


def _last_words(outcome: Outcome) -> str:
    """What the run said was missing, else its last failure."""
    failed = [task["result"] for task in outcome.tasks if task["status"] in ("failed", "unreachable")]
    report = next((result["problems"] for result in failed if result.get("problems")), [])
    words = report or [str(result.get("msg", "")) for result in failed[-1:]] or outcome.output.splitlines()[-3:]
    return json.dumps(words, ensure_ascii=False)
