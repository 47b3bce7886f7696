"""The lint of the explorer's scripts, where Node is missing."""

from dev import scripts


def test_without_npx_it_says_loudly_that_nothing_is_checked(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert scripts.main() == 0
    assert "the explorer's scripts are NOT checked: there is no npx" in capsys.readouterr().err
