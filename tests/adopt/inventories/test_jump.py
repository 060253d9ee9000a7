"""Jump hosts as people write them for ssh."""

from __future__ import annotations

import pytest

from reconciler.adopt.inventories.jump import Jump, jump


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-J bastion", Jump("bastion")),
        ("-Jops@bastion:2222", Jump("bastion", "ops", "2222")),
        ("-o ProxyJump=ops@10.0.0.1", Jump("10.0.0.1", "ops")),
        ("-oProxyJump=bastion -o ControlMaster=auto -o ControlPersist=60s", Jump("bastion")),
        ("-o 'ProxyJump bastion'", Jump("bastion")),
        ('-o ProxyCommand="ssh -W %h:%p -q ops@bastion"', Jump("bastion", "ops")),
        ('-o ProxyCommand="ssh -i key -p 2200 ops@bastion -W %h:%p"', Jump("bastion", "ops", "2200")),
        ("-o ProxyJump=[fd00::1]:22", Jump("fd00::1", "", "22")),
    ],
)
def test_the_jump_host_is(arguments: str, expected: Jump) -> None:
    assert jump(arguments) == (expected, [])


@pytest.mark.parametrize(
    ("arguments", "strange"),
    [
        ("-J a,b", "several jump hosts"),
        ('-o ProxyCommand="nc -X connect %h %p"', "-o proxycommand"),
        ("-o ProxyJump=$(reboot)", "a jump host that is none"),
        ("-F other_config", "-F"),
        ("-J 'a b'", "a jump host that is none"),
        ("-J a,", "a jump host that is none"),
        ("bastion", "a word that is no option"),
        ("-", "a word that is no option"),
        ('-o ProxyCommand="ssh -W %h:%p a b"', "-o proxycommand"),
        ("-o 'unfinished", "a quote"),
    ],
)
def test_what_is_none_is_told(arguments: str, strange: str) -> None:
    found, told = jump(arguments)
    assert found is None
    assert any(strange in one for one in told)


def test_none_is_none_without_a_word() -> None:
    assert jump("-J none") == (None, [])
