# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of orders. Keys count in any case (contract image_portability addition A); where the real name was never
read, several candidates count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a job reads, and what a prepare makes, by every name that is known or likely
SOURCES = (
    "targetDiskName",
    "targetSnapshotName",
    "targetImageName",
    "targetSnapshotId",
    "awsTargetSnapshotId",
    "targetDiskUuid",
    "sourceDiskName",
    "sourceDiskUuid",
)
OUTPUTS = ("outputDiskName", "outputSnapshotName", "outputImageName")
PLATFORM_WORDS = {"xenserver": "xen", "xen": "xen"}
# Where no platform is told, one of these keys tells it
SIGNS = {
    "subscriptionId": "azure",
    "securityGroupIds": "aws",
    "subnetId": "aws",
    "awsRegion": "aws",
    "zone": "gcp",
    "prismHost": "ahv",
    "targetDiskUuid": "xen",
    "sourceDiskUuid": "xen",
}


class Order(dict[str, Any]):
    """A body whose keys are found in any case."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__({key.casefold(): value for key, value in body.items()})

    def any_of(self, *names: str) -> Any:
        """Return the first value that is there under one of these names."""
        return next((self[name.casefold()] for name in names if self.get(name.casefold()) not in (None, "")), None)

    def part(self, name: str) -> Order:
        """Return an object inside."""
        value = self.any_of(name)
        return Order(value if isinstance(value, dict) else {})

    @property
    def platform(self) -> str | None:
        """The platform it is for."""
        word = self.any_of("platform", "platformType")
        if word is not None:
            return PLATFORM_WORDS.get(str(word).lower(), str(word).lower())
        return next((platform for key, platform in SIGNS.items() if key.casefold() in self), None)

    @property
    def source(self) -> str | None:
        """The disk, image or snapshot that the job reads."""
        return self.any_of(*SOURCES)

    @property
    def output(self) -> str | None:
        """What a prepare makes."""
        return self.any_of(*OUTPUTS)
