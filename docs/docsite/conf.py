# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site, which `make site` builds: tools/build_site.py gathers its pages."""

from docutils import nodes

project = "euc.nutanix_citrix"
copyright = "the euc.nutanix_citrix contributors"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
# Links to chapters, as GitHub knows them
myst_heading_anchors = 4

html_theme = "sphinx_ansible_theme"
html_theme_options = {"documentation_home_url": "index.html", "topbar_links": {}, "navigation_depth": 3}
html_title = "Citrix on Nutanix"
html_short_title = html_title
html_show_sphinx = False
html_copy_source = False
html_use_index = False
pygments_style = "ansible"
highlight_language = "none"

# Labels of Ansible's own documentation. An inventory of it would have to be fetched at each build
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
OF_ANSIBLE = {
    "action_plugins": "plugins/action",
    "ansible_configuration_settings": "reference_appendices/config",
    "common_return_values": "reference_appendices/common_return_values",
    "inventory_plugins": "plugins/inventory",
}


def link_to_ansible(app, env, node, content):
    """Let a reference to a page of Ansible lead there; None for any other that leads nowhere, of which Sphinx warns."""
    label = node.get("reftarget", "")
    page = OF_ANSIBLE.get(label)
    if label.startswith("ansible_collections.ansible.builtin."):
        page = "collections/ansible/builtin/" + label.removeprefix("ansible_collections.ansible.builtin.")
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{page}.html") if page else None


def setup(app):
    """Called by Sphinx."""
    app.connect("missing-reference", link_to_ansible)
