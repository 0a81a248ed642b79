# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which version of an image definition a release has, what is to be done for it, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import is_path, same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageVersion,
    VersionUser,
    versions_of_release,
)

# What a version is prepared with, by the names of the options
SCHEME_OPTIONS = ("machine_profile", "service_offering", "cpu_count", "memory_mb")
# Connections whose images need a machine profile (contract citrix addition A)
NEED_PROFILE = ("AmazonWorkSpacesCore",)

Action = Literal["keep", "follow", "retry", "make"]


@dataclass(frozen=True)
class ReleaseVersion:
    """What is to be done for a release: keep the version that is ready, follow one under way, retry one that failed,
    or make one. `leftovers` are versions of it whose preparation failed and that nobody needs."""

    action: Action
    version: ImageVersion | None = None
    leftovers: tuple[ImageVersion, ...] = ()


def version_for(release: str, versions: Sequence[ImageVersion]) -> ReleaseVersion:
    """What is to be done for a release. Raises Refusal when two versions of it are ready."""
    ready, failed, under_way = [], [], []
    for version in versions_of_release(release, versions):
        if version.is_ready:
            ready.append(version)
        elif version.has_failed:
            failed.append(version)
        else:
            under_way.append(version)
    if len(ready) > 1:
        numbers = " and ".join(str(version.number) for version in ready)
        raise Refusal(
            f"release '{release}' has several versions of {ready[0].definition}: {numbers}",
            "Delete those that no catalog is on, by their number.",
        )
    if ready:
        return ReleaseVersion("keep", ready[0], tuple(failed))
    if under_way:
        return ReleaseVersion("follow", under_way[-1], tuple(failed))
    if failed:
        return ReleaseVersion("retry", failed[-1], tuple(failed[:-1]))
    return ReleaseVersion("make")


def obstacle_to_adopting(
    version: ImageVersion, image: str | None, unit: HostingUnit | None, scheme: Mapping[str, Any]
) -> Refusal | None:
    """Why a version that bears the release is not the one wished for: it was made from something else, or otherwise.
    `scheme` are the options of that name; one that is not given, or that the site does not tell, is no difference."""
    made_from = version.image
    if image and made_from:
        is_same = same_path(made_from.path, image) if is_path(image) else made_from.name == image
        if not is_same:
            return Refusal(
                f"{version} bears this release, but was made from '{made_from.path}' instead of '{image}'",
                "Give another release, or delete the version first.",
            )
    if unit and version.primary_id and version.primary_id.casefold() != unit.id.casefold():
        return Refusal(
            f"{version} bears this release, but was not prepared in hosting unit {unit.name}",
            "Share it with that hosting unit, give another release, or delete the version first.",
        )
    differences = _differences(version, scheme)
    if differences:
        return Refusal(
            f"{version} bears this release, but has {', '.join(differences)}, and a version cannot be changed",
            "Give what it has, give another release, or delete the version first.",
            options=tuple(name for name in SCHEME_OPTIONS if scheme.get(name)),
        )
    return None


def _differences(version: ImageVersion, scheme: Mapping[str, Any]) -> list[str]:
    spec = version.prepared
    if spec is None or version.has_failed:
        return []
    differences = []
    for name in SCHEME_OPTIONS:
        told, wanted = getattr(spec, name), scheme.get(name)
        if told and wanted and not _is_same(told, wanted):
            differences.append(f"{name.replace('_', ' ')} {told} instead of {wanted}")
    return differences


def _is_same(told: Any, wanted: Any) -> bool:
    """Whether a site tells a service offering by its path or its name is unknown."""
    if not isinstance(wanted, str):
        return bool(told == wanted)
    last = wanted.rpartition("\\")[2]
    return told.casefold() in (wanted.casefold(), last.casefold(), last.rpartition(".")[0].casefold())


def obstacle_to_preparing(
    definition: ImageDefinition,
    versions: Sequence[ImageVersion],
    unit: HostingUnit,
    connection_type: str,
    machine_profile: str | None,
) -> Refusal | None:
    """Why no version can be prepared in a hosting unit (contract citrix addition A, D)."""
    bound = {connection.id.casefold() for connection in definition.connections}
    if bound and unit.connection_id.casefold() not in bound:
        names = quoted(all_names(definition.connections))
        return Refusal(
            f"hosting unit {unit.name} belongs to connection '{unit.connection}', and image definition"
            f" '{definition.name}' is bound to {names}",
            "Give a hosting unit of that connection.",
        )
    if connection_type in NEED_PROFILE and not machine_profile:
        return Refusal(
            f"an image on {connection_type} needs a machine profile, and machine_profile is missing",
            "Give the launch template or machine that is its profile.",
        )
    for version in versions:
        spec = version.prepared
        if spec and not version.has_failed and bool(spec.machine_profile) != bool(machine_profile):
            with_profile = "no machine profile" if machine_profile else "a machine profile"
            return Refusal(
                f"{version} has {with_profile}; either all versions of an image definition have one or none has",
                "Give machine_profile accordingly, or make another image definition.",
            )
    return None


def has_further_shares(version: ImageVersion) -> bool:
    """Whether hosting units besides the primary one have it, or are just losing it."""
    return bool(_further_shares(version))


def obstacle_to_deleting(version: ImageVersion, users: Sequence[VersionUser], unshare: bool) -> Refusal | None:
    """What keeps a version: catalogs on it, other hosting units that have it unless it is to be taken away from them
    first, or its preparation (contract citrix 13.8)."""
    if users:
        return Refusal(
            f"{version} cannot be deleted, because catalogs are on it: {quoted(user.catalog for user in users)}",
            "Move the catalogs to another image first.",
        )
    others = _further_shares(version)
    if others and not unshare:
        return Refusal(
            f"{version} cannot be deleted, because it is shared with hosting units {quoted(others)}",
            "Take it away from them first, or set unshare.",
            options=("unshare",),
        )
    if not (version.is_ready or version.has_failed):
        return Refusal(f"{version} cannot be deleted while it is in state {version.state}", "Wait for its end.")
    return None


def _further_shares(version: ImageVersion) -> list[str]:
    return [share.name for share in version.shares if share.id.casefold() != version.primary_id.casefold()]
