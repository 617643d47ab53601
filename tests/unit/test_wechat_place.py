"""Places of Tencent's map against pairs that others have measured."""

import pytest

from notifier.channels.wechat_place import wgs84_of

_METRE = 1e-5
"""In degrees."""


@pytest.mark.parametrize(
    ("on_the_map", "in_the_world"),
    [
        ((31.17530398364597, 121.531541859215), (31.1774276, 121.5272106)),
        ((22.540796131694766, 113.9171764808363), (22.543847, 113.912316)),
        ((39.91334545536069, 116.38404722455657), (39.911954, 116.377817)),
    ],
)
def test_a_place_in_china_is_moved_back(on_the_map: tuple[float, float], in_the_world: tuple[float, float]) -> None:
    assert wgs84_of(*on_the_map) == pytest.approx(in_the_world, abs=_METRE)


def test_a_place_abroad_stays() -> None:
    assert wgs84_of(48.8584, 2.2945) == (48.8584, 2.2945)
