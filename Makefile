# Two commands matter to a newcomer: `make demo` and `make test`. Everything they need goes into .venv.

.DEFAULT_GOAL := help
.PHONY: help demo lab test bench bench-rehosting bench-failover bench-prepared bench-upload bench-image-sync oldest lint types unit integration conformance playbooks chaos bad-days bad-playbooks bad-estate nightly night-playbooks night-estate between candidate test-chaos packaging molecule community site role-pages sanity sanity-all docs-lint build changelog format clean

# `make oldest`, `between` and `candidate` run this file again with other values for these three
VENV := .venv
CORE := ansible-core
PYTHONS :=

BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
# Both commands, the second also when the first has failed
all = status=0; $(1) || status=1; $(2) || status=1; exit $$status

# The checkout comes before a copy of the collection in the home directory, the tools in .venv before all others
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/links
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where an environment forbids it, every worker and every playbook would compile everything again
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/demo.stamp ## release an image in the lab, and again: the second run changes nothing
	@$(BIN)/python tools/demo.py

lab: $(VENV)/demo.stamp ## run the lab until interrupted; its inventory is .lab/inventory.yml
	@cd tests && "$(CURDIR)/$(BIN)/python" -m lab up --topology $(or $(TOPOLOGY),lab/topologies/demo.yml) --directory ../.lab

test: $(VENV)/dev.stamp ## run the checks below, two at a time; bad-days and oldest take longer
	@$(BIN)/python tools/run_checks.py playbooks integration chaos lint unit types packaging docs-lint conformance

lint: $(VENV)/dev.stamp ## format, lint, YAML, roles and playbooks, changelog fragments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline
	$(BIN)/antsibull-changelog lint
	$(BIN)/python tools/role_pages.py --check

types: $(VENV)/dev.stamp ## types of the plugins and the lab
	$(BIN)/mypy -p ansible_collections.euc.nutanix_citrix.plugins -p lab

unit: $(VENV)/tests.stamp ## pure logic and clients
	$(PYTEST) -n 2 tests/unit

integration: $(VENV)/tests.stamp ## every module against the lab; what takes long is in bad-playbooks
	$(PYTEST) -n 4 -m "not bad_day and not night" tests/integration

conformance: $(VENV)/tests.stamp ## the lab against what the vendors publish
	$(PYTEST) tests/conformance

playbooks: $(VENV)/tests.stamp ## the jobs from end to end
	$(PYTEST) -n 2 -m "not bad_day and not night" tests/playbooks

chaos: $(VENV)/tests.stamp ## a release killed and disturbed at a few of its requests
	$(PYTEST) -m "not night" tests/chaos/test_kill_anywhere.py

bad-days: $(VENV)/dev.stamp ## what takes long, two at a time: bad-playbooks, bad-estate, molecule, sanity, community, site
	@$(BIN)/python tools/run_checks.py bad-playbooks bad-estate molecule sanity community site

bad-playbooks: $(VENV)/tests.stamp ## the jobs on bad days: failovers there and back, clusters away, the janitor
	$(PYTEST) -n 2 -m "bad_day and not night" tests/playbooks tests/integration

bad-estate: $(VENV)/tests.stamp ## a release on a misbehaving estate (stuck, slow, cancelled, two runs at once), failovers and other kinds of release killed anywhere
	$(PYTEST) -n 2 --dist loadfile -m "not night" --ignore tests/chaos/test_kill_anywhere.py tests/chaos

nightly: $(VENV)/dev.stamp ## what CI does not run at each change, two at a time: the tests marked night, sanity of the tests, every ansible-core from 2.17 to the next
	@$(BIN)/python tools/run_checks.py between candidate night-playbooks night-estate sanity-all

night-playbooks: $(VENV)/events.stamp ## jobs that show on one more estate, site or value what others show by day
	$(PYTEST) -n 2 -m night tests/playbooks tests/integration

night-estate: $(VENV)/tests.stamp ## the rest of the samples of jobs killed and disturbed anywhere
	$(PYTEST) -n 2 --dist loadfile -m night tests/chaos

test-chaos: $(VENV)/tests.stamp ## a release (OPTIONS='--job planned' or unplanned: a failover) disturbed at every one of its requests in every way; takes long
	cd tests && "$(CURDIR)/$(BIN)/python" -m chaos --keep ../.chaos $(OPTIONS)

packaging: $(VENV)/tests.stamp ## the collection built and installed
	$(PYTEST) tests/packaging

molecule: $(VENV)/dev.stamp ## every role: converge, idempotence, verify
	$(BIN)/molecule -c extensions/molecule/config.yml test --all

community: $(VENV)/community.stamp ## what community collections are judged by: antsibull-nox, REUSE, the import into Galaxy
	PATH="$(CURDIR)/$(VENV)/community/bin:$$PATH" nox --envdir $(VENV)/nox -e lint license-check extra-checks build-import-check

site: $(VENV)/site.stamp ## the documentation site, in .site/html
	@$(BIN)/python tools/build_site.py

sanity: $(VENV)/dev.stamp ## ansible-test sanity of all but the tests and measurements
	@$(BIN)/python tools/run_sanity.py

sanity-all: $(VENV)/dev.stamp ## ansible-test sanity of everything
	@$(BIN)/python tools/run_sanity.py --all

docs-lint: $(VENV)/dev.stamp ## mark-up and references in the documentation of modules and roles
	$(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .

bench: $(VENV)/demo.stamp ## release to 50 clusters and 50 catalogs, measured against the critical path (docs/speed.md)
	@PYTHONPATH=tests $(BIN)/python -m bench $(OPTIONS)

bench-rehosting: $(VENV)/demo.stamp ## re-host 5,000 machines, measured
	@PYTHONPATH=tests $(BIN)/python -m bench.rehosting $(OPTIONS)

bench-prepared: $(VENV)/demo.stamp ## release a prepared image to 50 hosting units and 200 catalogs, measured
	@PYTHONPATH=tests $(BIN)/python -m bench.prepared $(OPTIONS)

bench-image-sync: $(VENV)/demo.stamp ## bring an image of 8 GiB to 20 XenServer pools by rsync, measured
	@PYTHONPATH=tests $(BIN)/python -m bench.image_sync $(OPTIONS)

bench-upload: $(VENV)/tests.stamp ## upload a disk of 40 GiB with holes to the lab's Azure, measured
	@PYTHONPATH=tests $(BIN)/python -m bench.upload $(OPTIONS)

bench-failover: $(VENV)/demo.stamp ## fail 20 protection domains over, measured
	@PYTHONPATH=tests $(BIN)/python -m bench.failover $(OPTIONS)

oldest: ## unit and most integration and playbook tests with the oldest supported ansible-core
	@$(MAKE) --no-print-directory VENV=.venv-oldest CORE='ansible-core==2.16.*' PYTHONS='3.10 3.11 3.12 3.13' with-ansible

role-pages: $(VENV)/dev.stamp ## write the README of each role from its argument specs
	$(BIN)/python tools/role_pages.py

between: ## the same with each ansible-core between the oldest and the newest
	@status=0; for version in 2.17 2.18 2.19 2.20; do \
	    $(MAKE) --no-print-directory VENV=.venv/core-$$version CORE="ansible-core==$$version.*" PYTHONS=3.12 with-ansible || status=1; \
	done; exit $$status

# What is not out yet may be withdrawn, or want a Python that is not here: that is told, and is no failure of ours
TRIED_WITH_CANDIDATE := tests/playbooks/test_doors.py tests/playbooks/test_image_release.py::test_release_then_nothing_left_to_do tests/playbooks/test_dr_failover.py::test_wrong_secrets_are_tried_once_and_never_shown
NEXT := $(MAKE) --no-print-directory VENV=.venv/candidate CORE='ansible-core>=2.22.0b1' PYTHONS='3.14 3.13'
candidate: ## unit tests and some jobs with the next ansible-core, betas and release candidates included
	@if $(NEXT) .venv/candidate/tests.stamp; then $(NEXT) with-candidate; \
	else echo "NOT TRIED: no ansible-core from 2.22 on can be installed here"; fi

build: $(VENV)/demo.stamp ## the archive for `ansible-galaxy collection install`
	$(BIN)/ansible-galaxy collection build --force

changelog: $(VENV)/dev.stamp ## turn the fragments into the release notes of the version in galaxy.yml
	$(BIN)/antsibull-changelog release --update-existing --reload-plugins --refresh-plugins

format: $(VENV)/dev.stamp ## format, and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## forget everything built here
	rm -rf .venv .venv-oldest .site .lab .chaos .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/output euc-nutanix_citrix-*.tar.gz

.PHONY: with-ansible with-candidate
with-ansible: $(VENV)/tests.stamp
	$(call all, $(PYTEST) -n 4 -m "not bad_day and not night and not newest" tests/unit tests/integration, $(PYTEST) -n 2 -m "not bad_day and not night and not newest" tests/playbooks)

with-candidate: $(VENV)/tests.stamp
	$(call all, $(PYTEST) -n 2 --ignore tests/unit/lab tests/unit, $(PYTEST) -n 2 -m "not bad_day and not night" $(TRIED_WITH_CANDIDATE))

# The links let a checkout of any name be imported as ansible_collections.euc.nutanix_citrix:
# by Ansible and pytest from site-packages, by mypy, which takes no sources from there, from links.
$(VENV)/links:
	python=$$(tools/find-python $(PYTHONS)) && "$$python" -m venv $(VENV)
	site=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	for parent in "$$site" $@; do \
	    mkdir -p "$$parent/ansible_collections/euc" && ln -sfn "$(CURDIR)" "$$parent/ansible_collections/euc/nutanix_citrix" || exit; \
	done

$(VENV)/demo.stamp: requirements.txt tests/lab/requirements.txt | $(VENV)/links
	$(PIP_INSTALL) '$(CORE)' -r requirements.txt -r tests/lab/requirements.txt
	@touch $@

# The blob side of Azure, in Node.js; one for all of these environments
AZURITE := .venv/azurite/node_modules/.bin/azurite-blob
$(AZURITE):
	npm install --silent --no-audit --no-fund --prefix .venv/azurite azurite@3

.PHONY: azurite
azurite: $(AZURITE)

$(VENV)/tests.stamp: $(VENV)/demo.stamp tests/requirements.txt | $(if $(EUC_WITHOUT_AZURITE),,$(AZURITE))
	$(PIP_INSTALL) '$(CORE)' -r tests/requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/tests.stamp requirements-dev.txt
	$(PIP_INSTALL) '$(CORE)' -r requirements-dev.txt
	@touch $@

$(VENV)/site.stamp: $(VENV)/dev.stamp docs/docsite/requirements.txt
	$(PIP_INSTALL) '$(CORE)' -r docs/docsite/requirements.txt
	@touch $@

# In an environment of its own: the importer of Galaxy, which nox installs, and nox itself want different releases of attrs
$(VENV)/events.stamp: $(VENV)/tests.stamp tests/events-requirements.txt
	$(PIP_INSTALL) '$(CORE)' -r tests/events-requirements.txt
	@touch $@

$(VENV)/community.stamp: | $(VENV)/links
	$(BIN)/python -m venv $(VENV)/community
	$(VENV)/community/bin/python -m pip install --quiet --disable-pip-version-check '$(CORE)' 'antsibull-nox>=1.9'
	@touch $@
