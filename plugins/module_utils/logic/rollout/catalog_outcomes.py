# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each catalog, put together as a module's result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import cannot_testify
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    MasterImage,
    image_name,
    same_path,
)

# What to do about those that have no advice of their own
UNSETTLED = {
    "failed": "Look at the catalog in Studio, and run the same task again when this reason is gone.",
    "window_over": "Run the same task again in the next window.",
    "not_ready": "Run the same task again when this reason is gone: catalogs that have the image are left alone.",
}


@dataclass(frozen=True)
class CatalogOutcome:
    """One catalog's result. `catalog` is as it was observed at first, None when none was found for `wanted`; `after` is
    the path of the image it has now.
    `started` and `finished` (ISO 8601, UTC) are empty when there was nothing to do.

    `impact` is whom it concerns, as seen before; None when there is nothing to do or it could not be read.
    `action` is unchanged, planned, published, rolled_back, adopted, failed, window_over or not_ready. `faulty_before`
    names the machines that were faulty
    before it was moved, None when nobody can say.
    """

    wanted: str
    catalog: Catalog | None
    action: str
    after: str = ""
    after_name: str = ""
    changed: bool = False
    job_id: str = ""
    job_status: str = ""
    seconds: float = 0.0
    started: str = ""
    finished: str = ""
    warning: str = ""
    msg: str = ""
    impact: Mapping[str, Any] | None = None
    faulty_before: tuple[str, ...] | None = None
    advice: str = ""
    options: tuple[str, ...] = ()

    @property
    def error(self) -> dict[str, Any]:
        """Message and advice apart, and the options that the advice names."""
        more = {"options": list(self.options)} if self.options else {}
        return {"message": self.msg, "advice": self.what_to_do, **more}

    @property
    def what_to_do(self) -> str:
        return self.advice or UNSETTLED.get(self.action, "")

    @property
    def told(self) -> str:
        """What went wrong and what to do about it, in one text."""
        return in_one(self.msg, self.advice)


def results(outcomes: Sequence[CatalogOutcome]) -> dict[str, Any]:
    """{changed, catalogs, failures, diff}; before and after map each catalog's full name to the path of its image."""
    failures, before, after = [], {}, {}
    for outcome in outcomes:
        catalog = outcome.catalog
        if catalog:
            before[catalog.full_name] = _shown(catalog.image)
            after[catalog.full_name] = _shown(_image_after(outcome))
        if outcome.action in UNSETTLED:
            failures.append({"id": catalog.id if catalog else "", "name": outcome.wanted, "reason": outcome.told})
    return {
        "changed": any(outcome.changed for outcome in outcomes),
        "catalogs": [_facts(outcome) for outcome in outcomes],
        "failures": failures,
        "diff": {"before": before, "after": after},
    }


def failure(outcomes: Sequence[CatalogOutcome]) -> Refusal | None:
    """All catalogs that failed, came too late or were not touched, None when none did."""
    unsettled = [outcome for outcome in outcomes if outcome.action in UNSETTLED]
    if not unsettled:
        return None
    reasons = "; ".join(f"{outcome.wanted}: {outcome.msg.rstrip('.')}" for outcome in unsettled)
    return Refusal(
        f"{len(unsettled)} of {len(outcomes)} catalogs failed: {reasons}" if len(outcomes) > 1 else reasons,
        " ".join(dict.fromkeys(outcome.what_to_do for outcome in unsettled)),
        options=tuple(dict.fromkeys(chain.from_iterable(outcome.options for outcome in unsettled))),
    )


def _facts(outcome: CatalogOutcome) -> dict[str, Any]:
    return {
        **_catalog_facts(outcome),
        "after": _image(_image_after(outcome)),
        "action": outcome.action,
        "changed": outcome.changed,
        "job_id": outcome.job_id or None,
        "job_status": outcome.job_status or None,
        "seconds": round(outcome.seconds, 1),
        "started": outcome.started or None,
        "finished": outcome.finished or None,
        **({} if outcome.faulty_before is None else {"faulty_before": list(outcome.faulty_before)}),
        "impact": outcome.impact,
        "warning": "; ".join(filter(None, (outcome.warning, _remark(outcome)))) or None,
        "msg": outcome.told or None,
        "error": outcome.error if outcome.action in UNSETTLED else None,
    }


def _catalog_facts(outcome: CatalogOutcome) -> dict[str, Any]:
    """A wish that is no catalog of the site has a name only."""
    catalog = outcome.catalog
    if catalog is None:
        unknown = ("id", "folder", "full_name", "hosting_unit", "before", "machines_take_image")
        return {"name": outcome.wanted, **dict.fromkeys(unknown)}
    unit = catalog.hosting_unit
    return {
        "id": catalog.id,
        "name": catalog.name,
        "folder": "/".join(catalog.folder),
        "full_name": catalog.full_name,
        "hosting_unit": unit.name if unit else None,
        "before": _image(catalog.image),
        "machines_take_image": catalog.machines_take_image,
    }


def _remark(outcome: CatalogOutcome) -> str:
    """That a catalog has the image does not mean that its machines have it, or ever will."""
    catalog = outcome.catalog
    if catalog is None or outcome.action == "failed":
        return ""
    return cannot_testify(catalog.machines_take_image, catalog.total_count)


def _image_after(outcome: CatalogOutcome) -> MasterImage | None:
    before = outcome.catalog.image if outcome.catalog else None
    if before and same_path(before.path, outcome.after):
        return MasterImage(before.name, outcome.after)
    if outcome.after:
        return MasterImage(outcome.after_name or image_name(outcome.after), outcome.after)
    return None


def _shown(image: MasterImage | None) -> str:
    if image:
        return image.shown
    return ""


def _image(image: MasterImage | None) -> dict[str, str] | None:
    if image:
        return {"name": image.name, "path": image.path}
    return None
