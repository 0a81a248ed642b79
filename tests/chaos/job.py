# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that is killed and disturbed: what is run, on which estate, and how its end is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.disturbances import ALL, Disturbance
from lab.running import RunningLab

State = Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """`problems(before, after)` judges the end state. `deeds` names writes by the end of their path; those in `once`
    may happen only once, the others once more than in an undisturbed run: that is the work that was lost. `prepare`
    brings the freshly reset lab where the job begins. `in_need(before, after)` names who must not be left without a
    word. `another_id` are the variables that give the same job another id."""

    name: str
    playbook: str
    variables: Mapping[str, Any]
    estate: Callable[[], dict[str, Any]]
    problems: Callable[[State, State], list[str]]
    deeds: Mapping[str, str]
    once: tuple[str, ...] = ()
    prepare: Callable[[RunningLab], None] = field(default=lambda lab: None)
    disturbances: tuple[Disturbance, ...] = ALL
    in_need: Callable[[State, State], list[str]] = field(default=lambda before, after: [])
    another_id: Mapping[str, Any] = field(default_factory=dict)

    def begin(self, lab: RunningLab) -> State:
        """Reset the lab, bring it where the job begins, and return its state there."""
        lab.reset()
        lab.clear_faults()
        self.prepare(lab)
        lab.forget()
        return lab.state()
