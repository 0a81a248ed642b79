# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each machine of a site, and of the VMs and names that no site knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    Finding,
    Judgement,
    MachineLine,
    ended,
    failed,
    note,
    number,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.machine_words import about
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    DRILL,
    FAIL,
    IGNORE,
    UNDO,
    USUAL_POLICY,
    WARN,
    Move,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Item, Part
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import (
    DONE,
    LEFT_ALONE,
    REGISTERED,
    TROUBLES,
    UNREGISTERED,
    machine_words,
)

KIND = "machines"


def judge_machines(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    """The re-hosting of a site: a row for each catalog, and a line for each machine."""
    hosting = Part.of(parts.get("hosting"), role_options.HOSTING)
    if hosting.skipped:
        return
    if not hosting:
        _not_re_hosted(move, site, parts, judgement)
        return
    labels, registration = _catalog_labels(hosting), _Registration(Part.of(parts.get("proof")))
    lines: dict[str, list[MachineLine]] = {}
    findings: dict[str, list[Finding]] = {}
    for kind, item in _machines(hosting):
        catalog, finding = labels.get(item.catalog, ""), _finding(move, site, hosting, kind, item)
        text, is_settled = "", True
        if finding:
            text, is_settled = finding.text, not finding.fails
            findings.setdefault(catalog, []).append(finding)
        registered = registration.of(kind, item)
        line = MachineLine(site, catalog, item.name, item.vm, item.hosting, kind, text, is_settled, registered)
        lines.setdefault(catalog, []).append(line)
    for catalog in sorted(lines, key=str.casefold):
        _tell_catalog(move, site, catalog, lines[catalog], findings.get(catalog, []), judgement)
    undone = sum(line.action == "would_change" for line in judgement.machines if line.site == site)
    if (undone and not move.check) or (hosting.failed and not _explained(hosting)):
        reason = hosting.reason.or_else(BEFORE)
        finding = failed(site, "", f"{undone or 'Its'} machines were not re-hosted", reason)
        judgement.tell(KIND, site, "machines", "not re-hosted", reason.brief, finding)
    elif not lines:
        judgement.tell(KIND, site, "machines", "none to re-host", "")


def _not_re_hosted(move: Move, site: str, parts: Result, judgement: Judgement) -> None:
    if move.check or move.mode == DRILL:
        return
    if parts.get("stopped") is True:
        judgement.tell_unsettled(KIND, site, "machines", "not begun")
    elif parts.get("message"):
        # The message says why, and is a finding of its own.
        judgement.tell_unsettled(KIND, site, "machines", "not re-hosted")
    else:
        finding = ended(site, "", "Its machines were not re-hosted")
        judgement.tell(KIND, site, "machines", "not re-hosted", BEFORE, finding)


def _tell_catalog(
    move: Move, site: str, catalog: str, lines: list[MachineLine], findings: list[Finding], judgement: Judgement
) -> None:
    happened = Counter(line.action for line in lines)
    words = machine_words(move.mode == UNDO)
    actions = [action for action in (*DONE, *TROUBLES, *LEFT_ALONE) if happened[action]]
    result = ", ".join(f"{happened[action]} {words[action]}" for action in actions)
    kind, what = KIND, "machines"
    if catalog:
        kind, what = "catalog", f"catalog {catalog}"
    judgement.tell(kind, site, what, result, move.would(registered_in_words(lines), ""), *findings)
    judgement.machines += lines


def registered_in_words(lines: list[MachineLine]) -> str:
    """'registered 38 of 40', '' when nobody looked."""
    looked_at = [line.proof for line in lines if line.proof]
    if looked_at:
        return f"registered {looked_at.count(REGISTERED)} of {len(looked_at)}"
    return ""


def _list_of(hosting: Part, kind: str) -> list[Item]:
    if kind == "failed":
        return hosting.failures
    return hosting.items(kind)


def _listed(hosting: Part) -> list[tuple[str, Item]]:
    return [(kind, item) for kind in (*TROUBLES, *LEFT_ALONE) for item in _list_of(hosting, kind)]


def _machines(hosting: Part) -> Iterator[tuple[str, Item]]:
    """(kind, machine), each machine once: what a list says of it goes before what was tried."""
    items = _listed(hosting)
    yield from items
    keys = {item.key for _kind, item in items}
    for item in hosting.items("machines"):
        if item.key not in keys and item.text("action") in DONE:
            yield item.text("action"), item


def _explained(hosting: Part) -> bool:
    """Whether lists say why a re-hosting failed that went to its end. Whether that is wrong is seen with the lists of
    all sites only."""
    return "machines" in hosting.facts and bool(_listed(hosting) or hosting.items("unexpected"))


def _finding(move: Move, site: str, hosting: Part, kind: str, item: Item) -> Finding | None:
    """What to say about a machine that was not simply re-hosted, or None."""
    if kind in DONE:
        return _remark(site, kind, item)
    rule = FAIL if kind == "failed" else WARN
    if kind in USUAL_POLICY:
        rule = move.rule(kind, hosting.facts)
    if rule == IGNORE:
        return None
    text, advice = about(move, hosting, kind, item)
    return Finding(site, kind, item.name, text, advice, rule != WARN)


def _remark(site: str, kind: str, item: Item) -> Finding | None:
    """What is worth knowing of a machine that is re-hosted in this run."""
    remark = item.text("remark")
    if not remark or kind == "right":
        return None
    advice = (
        "Its previous hosting is saved. A way back puts it on the connection that dr_connections names; if it belongs"
        " on another one, set that afterwards with the option mapping of the module citrix_machine_hosting."
    )
    return note(site, "remark", item.name, f"{item.name}: {remark}", advice)


def _catalog_labels(hosting: Part) -> dict[str, str]:
    """catalog -> its name, with the id where several catalogs bear that name."""
    items = [*hosting.items("machines"), *(item for _kind, item in _listed(hosting))]
    names = {item.catalog: item.text("catalog") or item.text("catalog_id") for item in items}
    often, labels = Counter(names.values()), dict(names)
    for key, name in names.items():
        if often[name] > 1 and key != name:
            labels[key] = f"{name} ({key})"
    return labels


class _Registration:
    """Which machines are registered, by a proof; nothing is known when nobody looked."""

    def __init__(self, proof: Part) -> None:
        self._looked = bool(proof) and not proof.skipped and "proven" in proof.facts
        self._keys = {kind: _keys_of(proof.items(kind)) for kind in UNREGISTERED}

    def of(self, action: str, machine: Item) -> str:
        """In a word, '' when nobody looked, or nothing was done to the machine."""
        if not self._looked or action not in DONE:
            return ""
        mine = machine.keys
        return next((words for kind, words in UNREGISTERED.items() if mine & self._keys[kind]), REGISTERED)


def _keys_of(items: Iterable[Item]) -> set[str]:
    return {key for item in items for key in item.keys}


# What no site knows


def unexpected_vms(sites: Mapping[str, Result | None]) -> list[dict[str, str]]:
    """VMs that no site claims. Sites may share a protection domain and do not know each other's machines: unexpected is
    only what every one of them lists."""
    if not all(isinstance(hosting.facts.get("unexpected"), list) for hosting in _hostings(sites)):
        return []
    shared = {_vm_key(vm): vm for vm in _listed_by_all(sites, "unexpected", _vm_key)}
    return [{"name": vm.name, "uuid": vm.text("uuid"), "cluster": vm.text("cluster")} for vm in shared.values()]


def _hostings(sites: Mapping[str, Result | None]) -> list[Part]:
    return [Part.of(Part.of(parts).facts.get("hosting")) for parts in sites.values()]


def _listed_by_all(sites: Mapping[str, Result | None], kind: str, key: Callable[[Item], object]) -> list[Item]:
    """What is in the list of this kind of every site, as the first one tells it."""
    lists = [hosting.items(kind) for hosting in _hostings(sites)]
    if not lists:
        return []
    shared = lists[0]
    for others in lists[1:]:
        keys = set(map(key, others))
        shared = [item for item in shared if key(item) in keys]
    return shared


def _vm_key(vm: Item) -> tuple[str, ...]:
    """A plan does not know the uuids that an activation will give."""
    if vm.text("uuid"):
        return (vm.text("uuid").casefold(),)
    return (vm.text("cluster"), vm.name)


def unknown_names(sites: Mapping[str, Result | None]) -> list[str]:
    """Names that were asked for and that no site knows: sites may be given one list, so only what every one of them
    misses is unknown."""
    return [item.name for item in _listed_by_all(sites, "unknown", lambda item: item.name.casefold())]


def judge_strangers(move: Move, judgement: Judgement) -> None:
    """VMs that are no machine of any site, and names that no site knows."""
    sites = " or ".join(move.sites)
    judgement.unexpected = list(unexpected_vms(move.sites))
    rule, vms = move.rule("unexpected"), list(map(Item.of, judgement.unexpected))
    advice = "If it is a desktop, add it to a catalog; if it is something else, nothing needs to be done."
    if vms and rule != IGNORE:
        findings = []
        for vm in vms:
            where, text = vm.text("cluster") or move.target, f"{vm.as_vm} is no machine of {sites}"
            findings.append(Finding(where, "unexpected", vm.name, text, advice, rule != WARN))
        judgement.tell("unexpected", move.target or "clusters", "VMs", "unexpected", number(vms, "VM"), *findings)
    rule, names = move.rule("unknown"), unknown_names(move.sites)
    advice = "Correct the name, or take it out of the list."
    if names and rule != IGNORE:
        findings = [
            Finding(sites, "unknown", name, f"{name} is no machine of {sites}", advice, rule != WARN) for name in names
        ]
        judgement.tell("names", sites, "names", "unknown", number(names, "name"), *findings)
