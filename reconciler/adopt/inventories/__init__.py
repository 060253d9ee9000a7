"""Inventories of other tools (Ansible, Nornir, containerlab), turned into ours."""
