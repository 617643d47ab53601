"""Places of Tencent's map (GCJ-02, 国测局坐标) as the rest of the world writes them (WGS-84).

The state's survey moves every place in mainland China by some hundred metres, by a sum of waves on the Krasovsky
ellipsoid. Its formula was never published; the one here is known to agree within a metre.
"""

from math import cos, pi, radians, sin, sqrt

_SEMI_MAJOR_METRES = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
"""What lies outside is not moved."""
_ROUNDS = 4
"""Each brings the answer some thousand times nearer."""


def wgs84_of(latitude: float, longitude: float) -> tuple[float, float]:
    """Latitude and longitude in degrees, from those of GCJ-02."""
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        return latitude, longitude
    found = latitude, longitude
    for _ in range(_ROUNDS):
        north, east = _moved(*found)
        found = latitude - north, longitude - east
    return found


def _moved(latitude: float, longitude: float) -> tuple[float, float]:
    """By how many degrees the survey moves a place to the north and to the east."""
    x, y = longitude - 105.0, latitude - 35.0
    root = sqrt(abs(x))
    short = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (short + 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (short + 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    curved = 1 - _ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
    metres_north = radians(_SEMI_MAJOR_METRES) * (1 - _ECCENTRICITY_SQUARED) / (curved * sqrt(curved))
    metres_east = radians(_SEMI_MAJOR_METRES) / sqrt(curved) * cos(radians(latitude))
    return north / metres_north, east / metres_east
