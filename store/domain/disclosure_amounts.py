"""Amounts of money as clerks write them, read into fen."""

import re
from decimal import Decimal, InvalidOperation

from store.domain.disclosures import LARGEST_AMOUNT_FEN
from store.domain.roster_cells import CellValue, compact

_AMOUNT = re.compile(r"(?:人民币|rmb|¥)?(-?[0-9][0-9,]*(?:\.[0-9]+)?)(万|千|百)?(?:元整?|块钱?|圆整?)?", re.IGNORECASE)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_TIMES = {"万": 10_000, "千": 1_000, "百": 100, None: 1}


def parse_amount(value: CellValue) -> int | None:
    """1234.5, "1,234.50元", "1.2万" and "¥12600" in fen; None for what is no amount, negative or finer than a fen.

    What a spreadsheet computed is off by less than a millionth of a fen (0.1 + 0.2): that is rounded away.
    """
    if isinstance(value, float):
        fen = round(value * 100, 4)
        return _in_range(int(fen)) if fen.is_integer() else None
    match = _AMOUNT.fullmatch(compact(value))
    if match is None or ("," in match[1] and not _GROUPED.fullmatch(match[1])):
        return None
    return _fen(match[1].replace(",", ""), _TIMES[match[2]])


def _fen(figures: str, times: int) -> int | None:
    try:
        fen = Decimal(figures) * times * 100
    except InvalidOperation:
        return None
    return _in_range(int(fen)) if fen == fen.to_integral_value() else None


def _in_range(fen: int) -> int | None:
    return fen if 0 <= fen <= LARGEST_AMOUNT_FEN else None
