# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosting units are to have a version of a prepared image, and why they cannot (contract citrix 13.6, 16.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import Named
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
        return [unit_id for unit_id in self.wanted if unit_id not in self.bystanders]

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
    primary = version.primary_id
    if not version.is_ready:
        raise Refusal(
            f"{version} is not ready ({version.state or 'state unknown'})",
            "Wait until citrix_image_version has prepared it.",
        )
    if not primary:
        raise Refusal(
            f"the site does not tell in which hosting unit {version} was prepared", "Prepare another version."
        )
    if state == UNSHARED and primary in named:
        home = next((share.name for share in version.shares if share.id == primary), primary)
        raise Refusal(
            f"{version} was prepared in hosting unit '{home}' and stays there",
            "Leave it out, or delete the version with citrix_image_version.",
        )
    shares = {share.id: share for share in version.shares}
    removed = set() if state == EXACT or there is None else set(shares) - set(there) - {primary, *named}
    staying = [share.id for share in version.shares if share.state != LEAVING and share.id not in removed]
    others = {
        EXACT: named,
        SHARED: [*staying, *named],
        UNSHARED: [unit_id for unit_id in staying if unit_id not in named],
    }
    wanted = list(dict.fromkeys([primary, *others[state]]))
    wishes = {primary} if state == UNSHARED else {primary, *named}
    state_of = {unit_id: share.state for unit_id, share in shares.items()}
    arriving = [unit_id for unit_id in wanted if unit_id in wishes and state_of.get(unit_id) != READY]
    return Sharing(
        wanted=tuple(wanted),
        arriving=tuple(arriving),
        # One that is just leaving has to be ordered anew, and one where it failed as well
        ordered=tuple(each for each in arriving if state_of.get(each) not in (None, FAILED, LEAVING)),
        leaving=tuple(share for share in version.shares if share.id not in wanted and share.id not in removed),
        bystanders=tuple(unit_id for unit_id in wanted if unit_id not in wishes),
    )


def version_to_come(definition: str, place: Named) -> ImageVersion:
    """A version as it will be when it has been prepared in a hosting unit."""
    share = ImageShare(place.id, place.name, is_primary=True, state=READY)
    return ImageVersion("", 0, "", definition, state=READY, specs=(ImageSpec("", "Mcs", state=READY, shares=(share,)),))


def obstacle_to_leaving(leaving: Sequence[ImageShare], users: Sequence[VersionUser]) -> Refusal | None:
    """Why a version cannot be taken away from hosting units: catalogs there are on it, or may be."""
    gone = {share.id for share in leaving}
    if not gone:
        return None
    staying = [user for user in users if user.hosting_unit_id in gone or not user.hosting_unit_id]
    if not staying:
        return None
    return Refusal(
        f"catalogs are still on it in {quoted(share.name for share in leaving)}:"
        f" {quoted(user.catalog for user in staying)}",
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
