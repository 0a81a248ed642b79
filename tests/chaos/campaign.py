# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many trials, several at a time, each worker with a lab of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any

import pytest

from chaos.disturbances import ALL_OF_A_MOVE, Disturbance, disturbances_of
from chaos.job import Job
from chaos.points import Point
from chaos.trial import TIME_SCALE, Trial, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

Task = tuple[Point, Disturbance]
Baseline = tuple[RunningLab, Undisturbed]


def undisturbed(job: Job) -> Undisturbed:
    """The requests and deeds of a job that nothing disturbs."""
    with lab_of(job) as (_lab, baseline):
        return baseline


@contextmanager
def lab_of(job: Job) -> Iterator[Baseline]:
    """A lab for a job, and what the job does there when nothing disturbs it."""
    with serve(job.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(job, lab)


def assert_same_end(baseline: Baseline, task: Task) -> None:
    """That a job which is disturbed once ends as if it were not, after one further run at most."""
    point, disturbance = task
    trial = disturb(baseline[0], point, disturbance, baseline[1])
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals


def everything(baseline: Undisturbed) -> list[Task]:
    """Every point of a job with every disturbance that makes sense there: writes first, then reads, and repeated looks
    at the same thing last."""
    kinds = baseline.job.disturbances
    most_telling_first = sorted(baseline.points, key=lambda point: (not point.is_write, point.nth > 1))
    return [(point, disturbance) for point in most_telling_first for disturbance in disturbances_of(point, kinds)]


def sample(tasks: Sequence[Task], size: int, seed: int) -> list[Task]:
    """A choice spread over products, reads and writes and kinds of disturbance, the same for the same seed; only first
    hits, which every run has."""
    chance = random.Random(seed)
    heaps: dict[tuple[str, bool, str], list[Task]] = {}
    for point, disturbance in sorted(tasks, key=lambda task: (task[0], task[1].name)):
        if point.nth == 1:
            product = next((kind for kind in ("cluster", "pc-") if point.endpoint.startswith(kind)), "site")
            heaps.setdefault((disturbance.name, point.is_write, product), []).append((point, disturbance))
    kinds = sorted(heaps)
    chance.shuffle(kinds)
    chosen: list[Task] = []
    while len(chosen) < size and any(heaps.values()):
        for kind in kinds:
            if heaps[kind] and len(chosen) < size:
                chosen.append(heaps[kind].pop(chance.randrange(len(heaps[kind]))))
    return chosen


def numbers(size: int, by_day: int) -> list[Any]:
    """The numbers of a sample as parameters of a test; all but the first are left to the night."""
    return [pytest.param(number, marks=[] if number < by_day else pytest.mark.night) for number in range(size)]


def carry_out(
    tasks: Sequence[Task],
    baseline: Undisturbed,
    workers: int,
    third_run_each: int = 0,
    told: Callable[[Trial], None] = lambda trial: None,
) -> list[Trial]:
    """All trials. Every `third_run_each`-th is followed by a run that must change nothing. A point that was not reached
    is tried once more."""
    queue: Queue[tuple[int, Task]] = Queue()
    for number, task in enumerate(tasks, 1):
        queue.put((number, task))

    def work() -> list[Trial]:
        trials = []
        with serve(baseline.job.estate(), time_scale=TIME_SCALE) as lab:
            for number, (point, disturbance) in _taken(queue):
                third = bool(third_run_each) and number % third_run_each == 0
                trial = disturb(lab, point, disturbance, baseline, third)
                if not trial.reached and not trial.failed:
                    trial = disturb(lab, point, disturbance, baseline, third)
                told(trial)
                trials.append(trial)
        return trials

    with ThreadPoolExecutor(workers) as pool:
        done = [pool.submit(work) for _turn in range(workers)]
        return [trial for worker in done for trial in worker.result()]


def _taken(queue: Queue[tuple[int, Task]]) -> Iterator[tuple[int, Task]]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return


def table(trials: Sequence[Trial]) -> list[str]:
    """The figures by kind of disturbance."""
    columns = ("disturbance", "points", "reached", "absorbed", "one repeat", "more repeats", "failed")
    rows = [columns]
    groups = [(kind.name, [trial for trial in trials if trial.disturbance.name == kind.name]) for kind in ALL_OF_A_MOVE]
    for name, group in [*groups, ("all", list(trials))]:
        if group:
            reached = [trial for trial in group if trial.reached]
            absorbed = [trial for trial in reached if trial.absorbed]
            repeated = [trial for trial in reached if not trial.absorbed]
            figures = (
                len(group),
                len(reached),
                len(absorbed),
                sum(1 for trial in repeated if trial.repeats == 1),
                sum(1 for trial in repeated if trial.repeats > 1),
            )
            rows.append((name, *map(str, figures), str(sum(1 for trial in group if trial.failed))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
