# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stages of the four workflows of Image Portability, and what the things that they make are called (contract
image_portability 8)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

WORKFLOWS = {
    "mcs_to_mcs": ("export", "upload", "prepare"),
    "pvs_to_mcs": ("upload", "prepare"),
    "pvs_to_pvs": ("upload", "prepare", "publish"),
    "mcs_to_pvs": ("export", "upload", "prepare", "publish"),
}
CLOUDS = ("azure", "aws", "gcp")
# Where an upload leads to (contract image_portability 9)
PLATFORMS = (*CLOUDS, "ahv", "xenserver")
# Google takes 63 characters for an image, Azure 80 for a disk
LONGEST_NAME = 63
MADE_BY = "euc.nutanix_citrix"
_NO_NAME = {"gcp": re.compile(r"[^a-z0-9-]+"), "azure": re.compile(r"[^A-Za-z0-9_.-]+")}
_NO_LABEL = re.compile(r"[^a-z0-9]")


def stages_of(workflow: str) -> list[str]:
    return list(WORKFLOWS[workflow])


def provisioning_type(workflow: str) -> str:
    """What the image is prepared for."""
    return workflow.rsplit("_", 1)[-1]


def names_of(image: str, release: str, platform: str) -> dict[str, str]:
    """{file, uploaded, prepared}: the file in a share, without extension, and the two disks of a target."""
    whole = f"{image}-{release}"
    return {
        "file": whole,
        "uploaded": _fitting(f"{whole}-uploaded", platform),
        "prepared": _fitting(whole, platform),
    }


def _fitting(name: str, platform: str) -> str:
    """Google takes small letters, digits and hyphens, Azure no plus. What has to change bears a hash of what it was, so
    that releases 1.1 and 1-1 stay two."""
    if platform not in _NO_NAME:
        return name
    plain = _NO_NAME[platform].sub("-", name.casefold() if platform == "gcp" else name)
    if plain == name:
        return name
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def marks_of(image: str, release: str) -> dict[str, str]:
    """What uploads and jobs write on what they make, so that it is found by more than its name."""
    return {"made_by": MADE_BY, "image": image, "release": release}


def lacks_marks(tags: Mapping[str, Any], image: str, release: str) -> list[str]:
    """The marks of a release that a disk does not bear. Labels of Google have no dots and no capitals."""
    # Keys that differ in signs only may stand side by side
    own = {(_label(name), _label(value)) for name, value in tags.items()}
    return [name for name, value in marks_of(image, release).items() if (_label(name), _label(value)) not in own]


def _label(text: Any) -> str:
    return _NO_LABEL.sub("-", str(text).casefold())
