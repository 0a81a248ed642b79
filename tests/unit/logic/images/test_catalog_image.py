# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    CatalogStep,
    plan_rollback,
    plan_update,
    rollback_target,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, HostingUnit, RunningTask
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    MasterImage,
)

UNIT = HostingUnit("unit-1", "AHV-01", "XDHyp:\\HostingUnits\\AHV-01", "conn-1", "conn", "AcropolisFactory")


def image(name: str) -> MasterImage:
    return MasterImage(name, UNIT.path_of(name), "Template", f"id-{name}")


def path(name: str) -> str:
    return image(name).path


def past(name: str, date: str, status: str = "Prepared") -> HistoricalImage:
    return HistoricalImage(name, path(name), date, status)


CATALOG = Catalog("c1", "W11", "Prod/W11", ("Prod",), hosting_unit=UNIT, master_image=image("old"), can_roll_back=True)
VISIBLE = [image("old"), image("older"), image("new")]
HISTORY = [
    past("old", "2026-10-01T00:00:00Z", "Current"),
    past("oldest", "2026-08-01T00:00:00Z"),
    past("older", "2026-09-01T00:00:00Z"),
]
TO_NEW = RunningTask("image update", (path("new"),), "job-1")
TO_OTHER = RunningTask("image update", (path("other"),), "job-2")
SOMEBODY = RunningTask("image update", ("NEW.template",))
ADDING = RunningTask("provisioning task")
ROLLBACK = RunningTask("rollback", (), "job-3")


@pytest.mark.parametrize(
    ("catalog", "wanted", "task", "action", "told"),
    [
        (CATALOG, "new", None, "publish", path("new")),
        (CATALOG, path("new").upper(), None, "publish", path("new")),
        (CATALOG, "old", None, "unchanged", path("old")),
        (CATALOG, "OLD", None, "refuse", "it uses 'old', which Citrix cannot tell from 'OLD'"),
        (CATALOG, path("old").lower(), None, "unchanged", path("old")),
        (CATALOG, "old", ADDING, "unchanged", path("old")),
        (CATALOG, "old", TO_NEW, "refuse", "another task is running: image update to"),
        (CATALOG, "new", TO_NEW, "adopt", path("new")),
        (CATALOG, "new", SOMEBODY, "adopt", path("new")),
        (CATALOG, "new", TO_OTHER, "refuse", f"image update to '{path('other')}' (job job-2)"),
        (CATALOG, "new", ADDING, "refuse", "provisioning task (started by somebody else)"),
        (CATALOG, "new", ROLLBACK, "refuse", "rollback (job job-3)"),
        (CATALOG, "missing", None, "refuse", "hosting unit 'AHV-01' shows no image 'missing'"),
        (
            replace(CATALOG, broken=True, errors=("no hypervisor",)),
            "new",
            None,
            "refuse",
            "it is broken: no hypervisor",
        ),
        (replace(CATALOG, broken=True), "old", None, "unchanged", path("old")),
        (
            replace(CATALOG, provisioning_type="Manual", hosting_unit=None),
            "new",
            None,
            "refuse",
            "not provisioned by MCS but Manual",
        ),
        (replace(CATALOG, hosting_unit=None), "new", None, "refuse", "names no hosting unit"),
        (replace(CATALOG, master_image=None), "new", None, "refuse", "the site tells no image of it"),
    ],
)
def test_update(catalog: Catalog, wanted: str, task: RunningTask | None, action: str, told: str) -> None:
    step = plan_update(catalog, wanted, VISIBLE, task)
    assert step.action == action
    assert told in (step.reason if action == "refuse" else step.path)


def test_an_image_still_to_come_is_planned_only_when_asked() -> None:
    assert plan_update(CATALOG, "coming", VISIBLE, None).action == "refuse"
    assert plan_update(CATALOG, "coming", VISIBLE, None, assume_visible=True) == CatalogStep(
        CATALOG, "publish", path("coming")
    )


def test_two_images_of_one_name_are_never_assumed_away() -> None:
    assert plan_update(CATALOG, "new", [*VISIBLE, image("new")], None, assume_visible=True).action == "refuse"


TASKS = st.sampled_from([None, TO_NEW, TO_OTHER, SOMEBODY, ADDING, ROLLBACK])


@given(st.sampled_from(["old", "older", "new", "missing"]), TASKS, st.booleans(), st.booleans())
def test_after_a_planned_update_nothing_is_left_to_do(
    wanted: str, task: RunningTask | None, broken: bool, assume: bool
) -> None:
    step = plan_update(replace(CATALOG, broken=broken), wanted, VISIBLE, task, assume)
    if step.action == "refuse":
        assert step.reason
        return
    after = replace(CATALOG, master_image=MasterImage(wanted, step.path))
    assert plan_update(after, wanted, VISIBLE, None, assume).action == "unchanged"


@pytest.mark.parametrize(
    ("catalog", "from_image", "wanted", "task", "action", "told"),
    [
        (CATALOG, "old", None, None, "roll back", path("older")),
        (CATALOG, path("OLD"), None, None, "roll back", path("older")),
        (CATALOG, "new", None, None, "unchanged", path("old")),
        (CATALOG, "new", None, TO_OTHER, "unchanged", path("old")),
        (CATALOG, "new", None, TO_NEW, "refuse", "another task is running"),
        (CATALOG, None, "older", None, "publish", path("older")),
        (CATALOG, "old", "older", None, "publish", path("older")),
        (CATALOG, "new", "older", None, "unchanged", path("old")),
        (CATALOG, None, "old", None, "unchanged", path("old")),
        (CATALOG, None, "old", TO_NEW, "refuse", "another task is running"),
        (CATALOG, "old", None, ROLLBACK, "adopt", path("older")),
        (CATALOG, "old", None, RunningTask("image update", ("older",)), "adopt", path("older")),
        (CATALOG, "old", None, TO_NEW, "refuse", "another task is running"),
        (CATALOG, None, "older", RunningTask("image update", (path("older"),), "j"), "adopt", path("older")),
        (CATALOG, None, "new", None, "refuse", "its history holds no image 'new'"),
        (CATALOG, None, "oldest", None, "refuse", "shows no image"),
        (replace(CATALOG, provisioning_type="PVS"), "old", None, None, "refuse", "not provisioned by MCS"),
    ],
)
def test_rollback(
    catalog: Catalog, from_image: str | None, wanted: str | None, task: RunningTask | None, action: str, told: str
) -> None:
    step = plan_rollback(catalog, from_image, wanted, HISTORY, VISIBLE, task)
    assert step.action == action
    assert told in (step.reason if action == "refuse" else step.path)


@given(st.permutations(HISTORY))
def test_the_image_before_does_not_depend_on_the_order_of_the_history(history: list[HistoricalImage]) -> None:
    assert rollback_target(CATALOG, None, history).name == "older"


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ([], "holds no image before the current one"),
        (HISTORY[:1], "holds no image before the current one"),
        ([past("a", "yesterday"), past("b", "2026-09-01T00:00:00Z")], "cannot be determined from the dates"),
        ([past("a", "2026-09-01T00:00:00Z", "Deleted")], "was deleted"),
    ],
)
def test_no_image_before(history: list[HistoricalImage], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        rollback_target(CATALOG, None, history)


def test_the_only_other_image_needs_no_date() -> None:
    assert rollback_target(CATALOG, None, [*HISTORY[:1], past("a", "yesterday")]).name == "a"


@given(st.permutations(HISTORY), st.sampled_from([None, "older"]))
def test_a_second_rollback_goes_back_no_further(history: list[HistoricalImage], wanted: str | None) -> None:
    step = plan_rollback(CATALOG, "old", wanted, history, VISIBLE, None)
    after = replace(CATALOG, master_image=MasterImage("older", step.path))
    assert plan_rollback(after, "old", wanted, history, VISIBLE, None).action == "unchanged"
