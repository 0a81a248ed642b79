# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosting units are to have a version of a prepared image, and why they cannot (contract citrix 13.6, 16.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import Named, all_ids, all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    FAILED,
    LEAVING,
    READY,
    ImageShare,
    ImageSpec,
    ImageVersion,
    VersionUser,
)

EXACT, SHARED, UNSHARED = "exact", "shared", "unshared"


@dataclass(frozen=True)
class Place:
    """A hosting unit and what must be the same where an image is shared; '' where the site does not tell."""

    id: str
    name: str
    connection_type: str = ""
    region: str = ""
    account: str = ""


@dataclass(frozen=True)
class Sharing:
    """What a version's hosting units are to be, the primary one first. `arriving` do not have it yet, or it failed
    there; `ordered` of them are on their way already. `bystanders` are in the list only so that they lose nothing:
    whether they have it is nobody's wish."""

    wanted: tuple[str, ...]
    arriving: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    leaving: tuple[ImageShare, ...] = ()
    bystanders: tuple[str, ...] = ()

    @property
    def awaited(self) -> list[str]:
        return list(_but(self.bystanders, self.wanted))

    @property
    def is_as_wished(self) -> bool:
        return not self.arriving and not self.leaving

    @property
    def needs_order(self) -> bool:
        return bool(set(self.arriving) - set(self.ordered)) or any(gone.state != LEAVING for gone in self.leaving)


def plan_sharing(
    version: ImageVersion, state: str, named: Sequence[str], there: Collection[str] | None = None
) -> Sharing:
    """What is to be done so that the hosting units of these ids have the version, or only they, or they no longer. Its
    primary one always keeps it. A hosting unit that is not `there` any more cannot be in a list, and is left to the
    site. Raises Refusal."""
    primary = _primary_of(version)
    if state == UNSHARED and primary in named:
        raise _stays_at_home(version)
    state_of = {share.id: share.state for share in version.shares}
    removed = set() if state == EXACT or there is None else set(state_of) - set(there) - {primary, *named}
    shares = [share for share in version.shares if share.id not in removed]
    wanted = _wanted(state, primary, named, shares)
    wishes = {primary} if state == UNSHARED else {primary, *named}
    arriving = [unit_id for unit_id in wanted if unit_id in wishes and state_of.get(unit_id) != READY]
    return Sharing(
        wanted=wanted,
        arriving=tuple(arriving),
        # One that is just leaving has to be ordered anew, and one where it failed as well
        ordered=tuple(each for each in arriving if state_of.get(each) not in (None, FAILED, LEAVING)),
        leaving=tuple(share for share in shares if share.id not in wanted),
        bystanders=_but(wishes, wanted),
    )


def _primary_of(version: ImageVersion) -> str:
    if not version.is_ready:
        raise Refusal(
            f"{version} is not ready ({version.state or 'state unknown'})",
            "Wait until citrix_image_version has prepared it.",
        )
    if not version.primary_id:
        raise Refusal(
            f"the site does not tell in which hosting unit {version} was prepared", "Prepare another version."
        )
    return version.primary_id


def _stays_at_home(version: ImageVersion) -> Refusal:
    home = next((share.name for share in version.shares if share.id == version.primary_id), version.primary_id)
    return Refusal(
        f"{version} was prepared in hosting unit '{home}' and stays there",
        "Leave it out, or delete the version with citrix_image_version.",
    )


def _but(those: Collection[str], unit_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(unit_id for unit_id in unit_ids if unit_id not in those)


def _wanted(state: str, primary: str, named: Sequence[str], shares: Sequence[ImageShare]) -> tuple[str, ...]:
    """The ids of the hosting units that are to have the version, the primary one first."""
    staying = [share.id for share in shares if share.state != LEAVING]
    others = named
    if state == SHARED:
        others = [*staying, *named]
    elif state == UNSHARED:
        others = _but(named, staying)
    return tuple(dict.fromkeys([primary, *others]))


def version_to_come(definition: str, place: Named) -> ImageVersion:
    """A version as it will be when it has been prepared in a hosting unit."""
    share = ImageShare(place.id, place.name, is_primary=True, state=READY)
    return ImageVersion("", 0, "", definition, state=READY, specs=(ImageSpec("", "Mcs", state=READY, shares=(share,)),))


def obstacle_to_leaving(leaving: Sequence[ImageShare], users: Sequence[VersionUser]) -> Refusal | None:
    """Why a version cannot be taken away from hosting units: catalogs there are on it, or may be."""
    gone = all_ids(leaving)
    if not gone:
        return None
    staying = [user for user in users if user.hosting_unit_id in gone or not user.hosting_unit_id]
    if not staying:
        return None
    return Refusal(
        f"catalogs are still on it in {quoted(all_names(leaving))}: {quoted(user.catalog for user in staying)}",
        "Move these catalogs to another version first. The account must see all of them.",
    )


def obstacle_to_sharing(primary: Place, places: Sequence[Place]) -> Refusal | None:
    """Why an image cannot get to hosting units: it is shared within one kind of connection, one region and one account
    (contract citrix 13.6, 13.9)."""
    for place in places:
        for word, own, there in (
            ("kind of connection", primary.connection_type, place.connection_type),
            ("region", primary.region, place.region),
            ("account", primary.account, place.account),
        ):
            if own and there and own.casefold() != there.casefold():
                return Refusal(
                    f"hosting unit '{place.name}' is of another {word} ({there}) than '{primary.name}' ({own}), where"
                    " the image was prepared",
                    "Prepare an image there as well, with a definition of its own.",
                )
    return None
