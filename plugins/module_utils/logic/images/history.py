# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image history of a catalog: what was there before an image came, and how far back the others are.

Whether a site keeps one slot for each time that an image came, or one for each image with the time it came last, is
unknown, and so is the order (contract citrix 8.6). So dates decide, and a roll-back leaves a mark in its note: an image
that was withdrawn is no image to go back to, until it comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    image_name,
    same_path,
)

_MARK = "[back from "
# No two images come to a catalog within that time
NEARLY_THEN = timedelta(minutes=10)
NO_IMAGE_BEFORE = "its history holds no image before the current one"


@dataclass(frozen=True)
class _Coming:
    """One time that an image came to the catalog."""

    image: HistoricalImage
    moment: datetime

    @property
    def path(self) -> str:
        """In lower case, to be compared."""
        return self.image.path.casefold()


def return_note(note: str, images: Iterable[str]) -> str:
    """The note on an image that a catalog goes back to, with marks that name the images that it leaves behind."""
    return f"{note} {''.join(f'{_MARK}{name}]' for name in images)}".strip()


def withdrawn_by(note: str) -> tuple[str, ...]:
    """The images that a catalog left behind when it got the image with this note, none when it was no return."""
    names: list[str] = []
    while note.endswith("]") and _MARK in note:
        note, _mark, name = note.rpartition(_MARK)
        names.insert(0, name[:-1])
    return tuple(names)


def left_behind(current: str, target: str, history: Sequence[HistoricalImage]) -> list[str]:
    """The names of the images that a catalog leaves behind when it goes back to `target`: the current one, and those
    that came in between and are not withdrawn yet."""
    comings = _comings(history)
    came = _came(comings, target)
    names = [image_name(current)]
    for coming in comings:
        since = came and coming.moment > max(came)
        if since and not same_path(coming.path, target) and not _is_withdrawn(coming.image, comings):
            names.append(image_name(coming.image.path))
    return list(dict.fromkeys(names))


def image_before(current: str, history: Sequence[HistoricalImage]) -> HistoricalImage:
    """What the catalog had before the image at the path `current` came. Raises Refusal where there is none or it
    cannot be told."""
    return _before(current, history, frozenset({current.casefold()}))


def just_left(current: str, history: Sequence[HistoricalImage]) -> str:
    """The path of the image that the catalog had last besides the current one, withdrawn or not, '' where dates do not
    tell."""
    others = [coming for coming in _comings(history) if not same_path(coming.image.path, current)]
    newest = _newest(others, None)
    if newest:
        return newest.path
    return ""


def source_in_doubt(
    target: HistoricalImage, history: Sequence[HistoricalImage], sources: Mapping[str, str]
) -> Refusal | None:
    """Why an entry may be no image that the catalog had: a prepared image that came at nearly that moment was made from
    it, and whether a site lists that among the master images is unknown (contract citrix 8.3). `sources`: address of a
    prepared image -> name of what it was made from."""
    moment = parse_moment(target.date)
    for entry in history:
        came = parse_moment(entry.date)
        is_near = moment is None or came is None or abs(moment - came) < NEARLY_THEN
        if is_near and sources.get(entry.path, "").casefold() == image_name(target.path).casefold():
            return Refusal(
                f"its history lists '{target.name}', of which {entry.name} was made, at nearly the same moment: whether"
                " it was ever its image cannot be told",
                "Name the image to go back to.",
                options=("image",),
            )
    return None


def ranks(current: str, history: Sequence[HistoricalImage]) -> dict[str, int]:
    """How far back each image of a history is, by its path in lower case: 1 for the one that the next roll-back leads
    to.

    The nearer of two counts: how many roll-backs lead to it, and how many newer ones there are. Empty when dates do not
    tell.
    """
    others = [entry for entry in history if entry.path and not same_path(entry.path, current)]
    comings = sorted(_comings(others), key=lambda coming: (coming.moment, coming.path), reverse=True)
    paths = [entry.path.casefold() for entry in others]
    if len(comings) < len(others) and len(set(paths)) > 1:
        return {}
    newest_first = list(dict.fromkeys(coming.path for coming in comings)) or paths
    back = _roll_backs(current, history)
    nearest = {}
    for path in newest_first:
        nearest[path] = min(order.index(path) + 1 for order in (newest_first, back) if path in order)
    return nearest


def _roll_backs(current: str, history: Sequence[HistoricalImage]) -> list[str]:
    """Where one roll-back after the other leads to: paths in lower case."""
    back: list[str] = []
    try:
        while True:
            now = back[-1] if back else current
            back.append(_before(now, history, frozenset({current.casefold(), *back})).path.casefold())
    except Refusal:
        return back


def _before(current: str, history: Sequence[HistoricalImage], withdrawn: frozenset[str]) -> HistoricalImage:
    """The newest that came before `current`, without the `withdrawn` images, by their paths in lower case."""
    others = [entry for entry in history if entry.path and entry.path.casefold() not in withdrawn]
    paths = {entry.path.casefold() for entry in others}
    if not paths:
        raise Refusal(NO_IMAGE_BEFORE, "Name an image of its hosting unit in citrix_catalog_image.")
    comings = _comings(history)
    dated = [coming for coming in comings if coming.path in paths]
    if len(dated) < len(others):
        if len(paths) == 1:
            return others[0]
        raise Refusal(
            f"which image came before cannot be determined from the dates in its history ({quoted(all_names(others))})",
            "Name the image.",
        )
    came = _came(comings, current)
    eligible = [coming for coming in dated if not _is_withdrawn(coming.image, comings)]
    first = _newest(eligible, min(came, default=None))
    last = _newest(eligible, max(came, default=None))
    if last is None:
        raise Refusal(NO_IMAGE_BEFORE, "Name an image of its hosting unit in citrix_catalog_image.")
    if first is None or not same_path(first.path, last.path):
        raise Refusal(
            f"the current image came more than once, with '{last.name}' in between", "Name the image to go back to."
        )
    return last


def _comings(history: Iterable[HistoricalImage]) -> list[_Coming]:
    """What of a history has a date."""
    return [_Coming(entry, moment) for entry in history if entry.path and (moment := parse_moment(entry.date))]


def _came(comings: Sequence[_Coming], path: str) -> list[datetime]:
    """When an image came. Going back to it is no coming of it, but all that is known of one where nothing else is."""
    own = [coming for coming in comings if same_path(coming.path, path)]
    return [coming.moment for coming in own if not withdrawn_by(coming.image.note)] or [coming.moment for coming in own]


def _newest(comings: Iterable[_Coming], before: datetime | None) -> HistoricalImage | None:
    earlier = [coming for coming in comings if before is None or coming.moment < before]
    if earlier:
        return max(earlier, key=lambda coming: coming.moment).image
    return None


def _is_withdrawn(image: HistoricalImage, comings: Sequence[_Coming]) -> bool:
    """Whether the catalog left the image by a roll-back and did not get it again since."""
    moments = [coming.moment for coming in comings if image_name(image.path) in withdrawn_by(coming.image.note)]
    return bool(moments) and max(moments) >= max(
        coming.moment for coming in comings if same_path(coming.image.path, image.path)
    )
