# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the jobs that a service shows does the work that is wanted. There is no idempotency key, so this is all that
keeps one work from being done twice (contract image_portability 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import (
    COMPLETE,
    MADE_BY,
    RUNNING,
    UNKNOWN,
    PortabilityJob,
    Work,
    tag_values,
)


@dataclass(frozen=True)
class Wanted:
    """The work that is wanted. Jobs of one work have these tags, and read and make the same."""

    kind: str
    platform: str
    work: Work
    release: str

    @property
    def tags(self) -> dict[str, str]:
        return tag_values({"made_by": MADE_BY, "job": self.kind, "release": self.release}, self.platform)


def twin_of(wanted: Wanted, jobs: Iterable[PortabilityJob]) -> PortabilityJob | None:
    """The job that does this work or has done it, one that runs before one that is complete; None when there is
    none."""
    own = [job for job in jobs if job.work == wanted.work and _may_be(wanted, job)]
    for states in ((RUNNING, UNKNOWN), (COMPLETE,)):
        for job in own:
            if job.state in states and (job.tags is not None or job.state != COMPLETE):
                return job
    return None


def rival_of(wanted: Wanted, jobs: Iterable[PortabilityJob]) -> PortabilityJob | None:
    """A job of other work that is about to write where this one would."""
    place = wanted.work.output, wanted.work.location
    for job in jobs:
        if job.state != RUNNING or job.work is None or (job.platform or wanted.platform) != wanted.platform:
            continue
        if (job.work.output, job.work.location) == place:
            return job
    return None


def newcomers(before: Iterable[PortabilityJob], after: Iterable[PortabilityJob]) -> list[PortabilityJob]:
    """Jobs that came since, and of which nobody can tell what work they do."""
    known = set(all_ids(before))
    return [job for job in after if job.id not in known and job.work is None]


def _may_be(wanted: Wanted, job: PortabilityJob) -> bool:
    """Without its tags a complete job is no evidence: another release may have made the same file."""
    if job.platform and job.platform != wanted.platform:
        return False
    return job.tags is None or _bears(job.tags, wanted.tags)


def _bears(tags: Mapping[str, str], marks: Mapping[str, str]) -> bool:
    return all(tags.get(name) == value for name, value in marks.items())
