# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Image Portability service knows: credentials without their secrets, and jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MADE_BY = "euc.nutanix_citrix"
LONGEST_LABEL = 63
NOT_IN_LABELS = re.compile(r"[^a-z0-9_-]")

RUNNING, COMPLETE, FAILED, CANCELLED, UNKNOWN, PLANNED = (
    "running",
    "complete",
    "failed",
    "cancelled",
    "unknown",
    "planned",
)
STATES = (RUNNING, COMPLETE, FAILED, CANCELLED, UNKNOWN)


@dataclass(frozen=True)
class Credential:
    """An entry of the wallet; what is secret in it can never be read."""

    id: str
    type: str
    state: str = ""
    created_at: str = ""
    updated_at: str = ""

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Work:
    """What tells one job from another: what it reads and what it makes. `location` is where, for files on a share."""

    source: str
    output: str
    location: str = ""


@dataclass(frozen=True)
class PortabilityJob:
    """A job as last seen. `work` and `tags` are None where the service does not tell them."""

    id: str
    kind: str
    status: str
    state: str
    percent: int | None = None
    platform: str = ""
    work: Work | None = None
    tags: Mapping[str, str] | None = None
    artifacts: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    disk_hash: str = ""
    message: str = ""

    @property
    def release(self) -> str:
        return (self.tags or {}).get("release", "")

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "platform": self.platform,
            "status": self.status,
            "state": self.state,
            "progress_percent": self.percent,
            "artifacts": dict(self.artifacts),
            "parameters": dict(self.parameters),
            "release": self.release,
            "message": self.message,
        }


@dataclass(frozen=True)
class JobList:
    """The jobs that the service shows. `whole` says that nothing was left out, as far as it tells."""

    jobs: tuple[PortabilityJob, ...]
    whole: bool


def tag_values(tags: Mapping[str, Any], platform: str) -> dict[str, str]:
    """Tags as a platform takes them: labels of Google Cloud know lower case, digits, '_' and '-' only."""
    if platform != "gcp":
        return {str(name): str(value) for name, value in tags.items()}
    return {_label(name): _label(value) for name, value in tags.items()}


def _label(value: Any) -> str:
    return NOT_IN_LABELS.sub("-", str(value).lower())[:LONGEST_LABEL]
