import subprocess

from bot.holder import is_gone, new_holder


def test_a_process_that_ended_is_gone_and_one_that_runs_is_not() -> None:
    ours = new_holder()
    host, number, _ = ours.rsplit(":", 2)
    ended = subprocess.Popen(["sleep", "0"])  # noqa: S607 - it only has to end
    ended.wait()
    assert is_gone(f"{host}:{ended.pid}:abcd", ours)
    assert not is_gone(f"{host}:{1}:abcd", ours)
    assert not is_gone(ours, ours)
    assert is_gone(f"{host}:{number}:0ther", ours), "a container's only process has the same number again"


def test_nothing_is_said_of_another_host() -> None:
    ours = new_holder()
    assert not is_gone("elsewhere:999999:abcd", ours)
    assert not is_gone("", ours)
    assert not is_gone("nonsense", ours)
