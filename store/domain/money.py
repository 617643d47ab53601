"""Amounts of money as they are printed."""


def grouped(fen: int) -> str:
    """1260000 → 12,600.00: with both decimals, so that a column of amounts stands in line."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"
