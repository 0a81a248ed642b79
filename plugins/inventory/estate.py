# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: estate
short_description: The clusters, Prism Centrals and Citrix sites of an estate, with their catalogs
version_added: 1.0.0
author:
  - The euc.nutanix_citrix authors (@euc)
description:
  - Declares Citrix sites and, optionally, Prism Centrals, asks them what they have, and makes the inventory that the
    roles and playbooks of this collection expect.
  - The clusters of the group C(prism_elements) are those that the hosting connections of the sites lead to, and those
    of the Prism Centrals. Two that are at one address, or have one uuid, are one cluster.
  - Each site gets C(image_release_catalogs), with the cluster of each catalog that counts, and C(dr_connections). The
    variables C(estate_catalogs), C(estate_zones), C(estate_site), C(estate_connections), C(estate_prism_centrals),
    C(estate_uuid) and C(estate_central) hold what else was told, for O(compose), O(groups) and O(keyed_groups).
  - Only reads. Each site and each Prism Central is asked in one log-in, all at the same time. Clusters are asked
    only with O(verify_images).
notes:
  - Uses a YAML file of any name with the extension C(.yml) or C(.yaml).
  - For each declared host, connection options come from its entry in the source, which may hold templates with
    look-ups, else from its variables in C(group_vars) and C(host_vars) beside the source and in sources before it,
    which may be in a vault, else from the environment. Extra variables (C(-e)) count before all of them.
  - User names, passwords, secrets and API keys become neither variables of a host nor part of the cache. Keep them
    in C(group_vars) and C(host_vars), where the playbooks find them as well, or in the environment.
  - The release of a catalog is what the name of its image says. O(verify_images) says whether that is proven.
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [euc.nutanix_citrix.estate]
  citrix_sites:
    description:
      - The Citrix sites, CVAD and DaaS, by the name that each has as a host. Below it, its variables, such as
        C(citrix_hostname) or C(citrix_customer_id), as in any other inventory.
      - Variables of this name are not taken from what is read. So C(image_release_catalogs) or C(dr_connections) of one
        site may be written by hand.
    type: dict
    required: true
  prism_centrals:
    description:
      - The Prism Centrals by their names as hosts, each with C(nutanix_host) and other variables.
      - A hosting connection that leads to a Prism Central needs it here, because the site does not know its clusters.
    type: dict
    default: {}
  clusters:
    description:
      - Names of clusters, with C(nutanix_host), or C(estate_uuid) where a Prism Central tells of it, and any other
        variables, such as C(ansible_connection) for a jump host.
      - A cluster that is not named here has the name that its Prism Central has for it, else the address by which its
        hosting connection knows it.
      - One that neither a site nor a Prism Central knows is in the inventory as well.
    type: dict
    default: {}
  catalog_names:
    description:
      - Only catalogs of these names count, with V(*) and V(?), of any case, such as V(W11-*) or V(Prod/*), where the
        folder stands before the name.
      - It is an error when no catalog of any site fits one of them.
    type: list
    elements: str
    default: []
  catalog_tags:
    description:
      - Only catalogs with one of these tags count. It is an error when no catalog of any site bears one of them.
    type: list
    elements: str
    default: []
  catalog_waves:
    description:
      - The waves of catalogs in C(catalog_rollout_waves), by names as in O(catalog_names). The first that fits counts;
        a catalog that none fits is in the last wave.
    type: dict
    default: {}
  catalogs_on_our_images:
    description:
      - Only catalogs count whose image has the name of a release, and with O(verify_images) is proven to be of it. Set
        it to V(false) before the first release.
    type: bool
    default: true
  verify_images:
    description:
      - Whether to ask every cluster and Prism Central for its images, so that C(verified) in C(estate_catalogs) says
        whether the image of a catalog is proven to be the one of its release. Without it, C(verified) is null.
      - Every cluster must be reachable from the controller, with an account among its variables.
    type: bool
    default: false
  image_prefix:
    description: What the names of images of releases begin with.
    type: str
    default: ctx_
  incomplete:
    description:
      - What to do when a site or a Prism Central does not answer, or when it is doubtful which cluster is meant.
        V(error) makes no inventory. V(warn) makes one of what is known, without the hosts that nobody tells of.
      - With V(warn), the declared sites, Prism Centrals and clusters are in it in any case.
      - Ansible itself only warns of a source that made no inventory. Set C(any_unparsed_is_failed=true) in the section
        C([inventory]) of C(ansible.cfg), as AWX does, so that it fails.
    type: str
    default: error
    choices: [error, warn]
"""

EXAMPLES = r"""
---
# inventory/estate.yml, with the accounts in inventory/group_vars/all/vault.yml
plugin: euc.nutanix_citrix.estate
citrix_sites:
  daas: {citrix_customer_id: acme123, citrix_hostname: api-eu.cloud.com}
  cvad: {citrix_hostname: ddc1.corp.example}
prism_centrals:
  pc-east: {nutanix_host: pc-east.example.com}
clusters:
  cluster-a: {nutanix_host: 10.10.1.10}
catalog_names: ["W11-*"]
keyed_groups:
  - {key: estate_zones, prefix: zone}
  - {key: estate_prism_centrals, prefix: under}

---
# An account of its own for the inventory
plugin: euc.nutanix_citrix.estate
citrix_sites:
  cvad:
    citrix_hostname: ddc1.corp.example
    citrix_client_id: CORP\svc_reader
    citrix_client_secret: "{{ lookup('ansible.builtin.env', 'CVAD_READER') }}"
catalog_tags: [ansible]
catalogs_on_our_images: false
incomplete: warn
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /var/lib/euc/cache
cache_timeout: 3600
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.catalogs import Choice
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.clusters import PORT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.inventory import (
    CITRIX_SITES,
    PRISM_CENTRALS,
    PRISM_ELEMENTS,
    EstateInventory,
    declared,
    estate_inventory,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.lineage import Proofs, proofs_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations import pc_template_info, pe_vm_snapshot_info
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.site_estate import read_site_estate
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.central_estate import (
    read_central_estate,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.connection_variables import connection_params
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.estate_addresses import resolved_addresses
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.host_variables import variables_of
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.trust import as_read, trust_as_template

Facts = dict[str, Any]
Who = tuple[str, str]
# Option -> the group of its hosts, and what to ask them as
ASKED: dict[str, tuple[str, type[CitrixSite] | type[PrismCentral]]] = {
    "citrix_sites": (CITRIX_SITES, CitrixSite),
    "prism_centrals": (PRISM_CENTRALS, PrismCentral),
}
IMAGES: dict[str, tuple[type[PrismElement] | type[PrismCentral], Any]] = {
    PRISM_ELEMENTS: (PrismElement, pe_vm_snapshot_info),
    PRISM_CENTRALS: (PrismCentral, pc_template_info),
}
# Where a host is, and who
PLACE = ("nutanix_host", "nutanix_port", "estate_uuid")
OF_EVERY_HOST = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads the source and the cache, asks, and puts hosts into the inventory; logic/estate decides."""

    NAME = "euc.nutanix_citrix.estate"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith((".yml", ".yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        self._path = path
        entries = {group: self._entries(option) for option, (group, _client) in ASKED.items()}
        for group in (PRISM_ELEMENTS, PRISM_CENTRALS, CITRIX_SITES):
            inventory.add_group(group)
        # A cluster that an earlier source has would else be two hosts
        typed: dict[str, Facts] = {host.name: {} for host in inventory.groups[PRISM_ELEMENTS].get_hosts()}
        entries[PRISM_ELEMENTS] = {**typed, **self._entries("clusters")}
        stored = self._cache.get(self.get_cache_key(path)) if self.get_option("cache") and cache else None
        self._known: dict[str, Facts] = dict(stored or {})
        self._kept: dict[str, Facts] = {}
        answers, problems = self._answers(entries)
        placed = {group: self._placed(group, entry_of) for group, entry_of in entries.items()}
        resolved = resolved_addresses(placed, answers)

        def estate_with(proofs: Proofs | None) -> EstateInventory:
            centrals, sites = answers[PRISM_CENTRALS], answers[CITRIX_SITES]
            return estate_inventory(placed, centrals, sites, resolved, self._choice(), proofs)

        estate = estate_with(None)
        if self.get_option("verify_images"):
            places, silent = self._places(placed, estate.told, resolved)
            estate = estate_with(proofs_of(answers[CITRIX_SITES], places, self.get_option("image_prefix")))
            problems += silent
        if self.get_option("cache"):
            self._cache[self.get_cache_key(path)] = self._kept
        self._tell([*problems, *estate.problems])
        for group, entry_of in entries.items():
            told = estate.told[group]
            for host in [*entry_of, *(name for name in told if name not in entry_of)]:
                inventory.add_host(host, group=group)
                self._set_variables(host, {**as_read(told.get(host, {})), **declared(entry_of.get(host, {}))})

    def _choice(self) -> Choice:
        return Choice(
            tuple(self.get_option("catalog_names")),
            tuple(self.get_option("catalog_tags")),
            tuple((str(name), str(wave)) for name, wave in self.get_option("catalog_waves").items()),
            self.get_option("catalogs_on_our_images"),
            self.get_option("image_prefix"),
        )

    def _entries(self, option: str) -> dict[str, Facts]:
        """The declared hosts of an option, each with its variables. One without any is null in YAML."""
        entries: dict[str, Facts] = {}
        for host, variables in (self.get_option(option) or {}).items():
            if not isinstance(variables or {}, Mapping):
                raise AnsibleParserError(f"{self._path}: {option}: below {host} there must be its variables")
            entries[str(host)] = dict(variables or {})
        return entries

    def _answers(self, entries: Mapping[str, Mapping[str, Facts]]) -> tuple[dict[str, dict[str, Facts]], list[str]]:
        """Group -> host -> what it tells; and why some did not tell."""
        questions: dict[Who, str] = {}
        for group, _client in ASKED.values():
            for host in entries[group]:
                questions[group, host] = self._question(group, host, entries)
        heard, problems = self._heard(questions, lambda group, host: self._reading(group, host, entries))
        answers: dict[str, dict[str, Facts]] = {CITRIX_SITES: {}, PRISM_CENTRALS: {}}
        for (group, host), answer in heard.items():
            answers[group][host] = answer
        return answers, problems

    def _heard(
        self, questions: Mapping[Who, str], reading: Callable[[str, str], Callable[[], Facts]]
    ) -> tuple[dict[Who, Facts], list[str]]:
        """What each of the hosts answers, from the cache where it is there; and why some did not answer."""
        asked = [who for who, question in questions.items() if question not in self._known]
        problems = []
        with ThreadPoolExecutor(max_workers=min(32, max(1, len(asked)))) as pool:
            # The variables are read here: templates belong to one thread
            readings = {who: pool.submit(_outcome, reading(*who)) for who in asked}
        for who, future in readings.items():
            answer = future.result()
            if isinstance(answer, OperationError):
                problems.append(f"{who[1]} does not tell its part of the estate: {answer}")
            else:
                self._known[questions[who]] = answer
        heard: dict[Who, Facts] = {}
        for who, question in questions.items():
            if question in self._known:
                heard[who] = self._kept[question] = self._known[question]
        return heard, problems

    def _places(
        self, entries: Mapping[str, Mapping[str, Facts]], told: Mapping[str, Mapping[str, Facts]], resolved: Facts
    ) -> tuple[dict[str, Facts], list[str]]:
        """The images of every cluster, and the templates of every Prism Central."""
        prefix = self.get_option("image_prefix")
        hosts: dict[Who, Facts] = {}
        for group in (PRISM_ELEMENTS, PRISM_CENTRALS):
            for host, variables in told[group].items():
                hosts[group, host] = {**variables, **entries[group].get(host, {})}

        def reading(group: str, host: str) -> Callable[[], Facts]:
            client, operation = IMAGES[group]
            try:
                variables = self._variables(group, host, hosts[group, host])
                params = connection_params(client, host, variables, self.templar)
            except OperationError as error:
                return _raising(error)
            options = {**dict.fromkeys(operation.ARGUMENTS), "include_versions": True, **params, "prefix": prefix}
            return lambda: operation.read(options, Reporter())

        places = {who: {"address": str(entry.get("nutanix_host")), "prefix": prefix} for who, entry in hosts.items()}
        questions = {who: f"images {who} {json.dumps(place)}" for who, place in places.items()}
        heard, problems = self._heard(questions, reading)
        found: dict[str, Facts] = {}
        for who, answer in heard.items():
            address, port = places[who]["address"], int(hosts[who].get("nutanix_port") or PORT)
            addresses = resolved.get(address.casefold(), [])
            found[who[1]] = {"address": address, "port": port, "endpoint": {"addresses": addresses}, **answer}
        return found, problems

    def _question(self, group: str, host: str, entries: Mapping[str, Mapping[str, Facts]]) -> str:
        """What an answer in the cache answers: another endpoint or account, wherever it is written, or tag asks anew.
        A new password changes nothing."""
        try:
            client, params = self._connection(group, host, entries)
            place = {name: value for name, value in params.items() if not client.ARGUMENTS[name].get("no_log")}
        except OperationError as error:
            # It is told when the host is asked
            place = {"problem": str(error)}
        said = [declared(entries[group][host]), place, self.get_option("catalog_tags")]
        return f"{group} {host} {sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]}"

    def _reading(self, group: str, host: str, entries: Mapping[str, Mapping[str, Facts]]) -> Callable[[], Facts]:
        try:
            client, params = self._connection(group, host, entries)
        except OperationError as error:
            return _raising(error)
        if client is PrismCentral:
            return lambda: read_central_estate(params)
        tags = list(self.get_option("catalog_tags"))
        return lambda: read_site_estate(params, tags)

    def _connection(self, group: str, host: str, entries: Mapping[str, Mapping[str, Facts]]) -> tuple[Any, Facts]:
        client = next(client for own, client in ASKED.values() if own == group)
        variables = self._variables(group, host, entries[group][host])
        return client, connection_params(client, host, variables, self.templar)

    def _variables(self, group: str, host: str, entry: Facts) -> Facts:
        """The variables that a host will have, without those of groups that only its answer tells."""
        sources = [*self.inventory.processed_sources, self._path]
        return variables_of(self.inventory, self.loader, sources, (group, host), entry, self._vars)

    def _placed(self, group: str, entry_of: Mapping[str, Facts]) -> dict[str, Facts]:
        """Declared hosts with the addresses that they will have, which may stand in host_vars, or be templates."""
        placed: dict[str, Facts] = {}
        for host, entry in entry_of.items():
            variables = self._variables(group, host, entry)
            templar = self.templar.copy_with_new_env(available_variables=variables)
            placed[host] = {**entry, **{name: templar.template(variables[name]) for name in PLACE if name in variables}}
        return placed

    def _tell(self, problems: list[str]) -> None:
        if problems and self.get_option("incomplete") == "error":
            raise AnsibleParserError(
                f"The estate is not known completely: {'; '.join(problem.rstrip('.') for problem in problems)}."
                " Mend it, or set incomplete to warn."
            )
        for problem in problems:
            self.display.warning(f"The inventory is not complete: {problem}")

    def _set_variables(self, host: str, variables: Facts) -> None:
        said = self.inventory.hosts[host].vars
        everywhere = {name: trust_as_template(value) for name, value in OF_EVERY_HOST.items() if name not in said}
        for name, value in {**everywhere, **variables}.items():
            self.inventory.set_variable(host, name, value)
        own = self.inventory.hosts[host].get_vars()
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), own, host, strict=strict)
        own = self.inventory.hosts[host].get_vars()
        self._add_host_to_composed_groups(self.get_option("groups"), own, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), own, host, strict=strict)


def _raising(error: OperationError) -> Callable[[], Facts]:
    def fail() -> Facts:
        raise error

    return fail


def _outcome(read: Callable[[], Facts]) -> Facts | OperationError:
    try:
        return read()
    except OperationError as error:
        return error
