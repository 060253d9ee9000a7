"""The reference's lists of what such a switch must (9.1), should (9.2) and can do (9.3): where each is proven.

Each point names its tests as ``file::test``; a point without a test fails, and so does a test that is gone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MUST = {
    "1 password login, never keyboard-interactive alone": "test_netmiko::test_every_text_is_an_answer",
    "2 line ends, echo, NUL, backspace, Ctrl-C, Ctrl-Z, Ctrl-D": (
        "test_terminal::test_keys test_terminal::test_line_ends"
    ),
    "3 terminal width and length, pauses": (
        "test_terminal::test_size_of_a_terminal test_terminal::test_a_screen_at_a_time"
    ),
    "4 prompts": (
        "test_language::test_prompts test_bgp::test_prompts_and_the_way_out test_faults::test_two_supervisors"
    ),
    "5 user exec; enable with and without a secret": (
        "test_language::test_user_exec test_faults_on_the_wire::test_an_enable_secret_is_asked_for_and_not_shown"
    ),
    "6 abbreviations and refusals": "test_language::test_abbreviations test_language::test_refusals",
    "7 canonical rendering": (
        "test_configuration::test_ports test_configuration::test_alike_vlans_share_a_section"
        " test_canonical::test_a_port_in_any_order test_fixtures::test_recordings_of_today_come_back_byte_for_byte"
    ),
    "8 show commands": (
        "test_show::test_the_seeds_tables test_show::test_filters test_netmiko::test_every_text_is_an_answer"
    ),
    "9 models": "test_show::test_models test_netmiko::test_every_model_is_json",
    "10 sessions": (
        "test_sessions::test_prompt_and_isolation"
        " test_sessions::test_only_five_are_pending"
        " test_sessions::test_abort"
        " test_sessions::test_one_completed_session_is_kept test_transactions::test_sessions_expire"
        " test_transactions::test_without_confirmation_everything_comes_back"
        " test_transactions::test_any_terminal_confirms"
        " test_transactions::test_clean_configuration test_transactions::test_a_reboot_forgets_what_was_not_saved"
    ),
    "11 startup, saving, reload": (
        "test_configuration::test_saving test_transactions::test_a_reboot_forgets_what_was_not_saved"
        " test_transactions::test_files_and_replace test_transactions::test_checkpoints"
    ),
    "12 notices": (
        "test_configuration::test_an_access_vlan_is_made test_configuration::test_another_vrf_takes_the_addresses"
        " test_configuration::test_addresses"
    ),
    "13 links, SVIs, routes": (
        "test_show::test_a_port_without_carrier test_show::test_a_suspended_vlan test_show::test_static_routes"
    ),
    "14 several terminals": "test_transactions::test_a_lock_keeps_others_out test_faults_on_the_wire::test_cut_now",
}
SHOULD = {
    "slow": "test_faults_on_the_wire::test_slow",
    "pieces, double echo, messages": "test_faults_on_the_wire::test_what_the_line_does_to_text",
    "dropped mid-command and mid-commit": (
        "test_faults_on_the_wire::test_cut_at_a_line"
        " test_faults_on_the_wire::test_cut_after_so_many_bytes test_faults_on_the_wire::test_half_an_answer"
    ),
    "refused login": "test_faults_on_the_wire::test_nobody_may_enter test_faults::test_after_the_next_commit",
    "host name by another": "test_faults::test_what_another_user_does",
    "foreign change, both merge modes": (
        "test_sessions::test_a_foreign_change_comes_in_between test_transactions::test_merge_on_commit"
        " test_transactions::test_a_commit_overwrites_what_others_changed_since"
    ),
    "foreign sessions, lock": "test_transactions::test_the_other_user",
    "a refused line, a failing commit": "test_faults::test_refused_commands",
    "a reboot": "test_faults::test_a_reboot_at_a_line",
    "two supervisors, banners, hash signs": (
        "test_faults::test_two_supervisors test_faults_on_the_wire::test_banners test_netmiko::test_a_session"
    ),
}
ACCEPTED = {
    "netmiko": (
        "test_netmiko::test_sixty_lines_in_two_seconds test_configuration::test_its_own_configuration_changes_nothing"
    ),
    "recordings": (
        "test_fixtures::test_older_recordings_come_back_section_by_section"
        " test_fixtures::test_what_was_typed_and_what_was_shown test_fixtures::test_a_diff_as_recorded"
    ),
    "NAPALM": (
        "test_napalm::test_commit_and_rollback test_napalm::test_a_commit_is_confirmed test_napalm::test_what_it_reads"
    ),
    "scrapli": "test_scrapli::test_a_configuration_session",
}


@pytest.mark.parametrize("point", [*MUST.items(), *SHOULD.items(), *ACCEPTED.items()], ids=lambda point: point[0])
def test_a_point_is_proven(point: tuple[str, str]) -> None:
    proofs = point[1].split()
    assert proofs
    gone = [proof for proof in proofs if not _exists(*proof.split("::"))]
    assert gone == []


def _exists(file: str, name: str) -> bool:
    return re.search(rf"^(?:async )?def {name}\(", (HERE / f"{file}.py").read_text(), re.MULTILINE) is not None
