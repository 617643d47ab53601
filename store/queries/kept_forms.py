"""What members of staff wrote and could not send, for their session had ended: sealed, each for himself."""

import json

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.kept_forms import KEPT_FOR, FilledForm, KeptForm
from store.tables import console_forms, kept_forms

CONTENT = "kept_forms.content"
"""The sealing context."""


async def kept_forms_of(tx: Transaction, staff_id: int) -> list[KeptForm]:
    """The newest first."""
    mine = (kept_forms.c.staff_id == staff_id, kept_forms.c.kept_at > tx.now - KEPT_FOR)
    rows = await tx.all(select(kept_forms).where(*mine).order_by(kept_forms.c.id.desc()))
    return [KeptForm(row.id, row.kept_at, _filled(tx, row.form, row.content)) for row in rows]


def _filled(tx: Transaction, key: str, content: bytes) -> FilledForm:
    opened = json.loads(tx.keyring.open(content, context=CONTENT))
    return FilledForm(opened["path"], key, opened["fields"], tuple(opened["files"]))


async def how_many_kept(tx: Transaction, staff_id: int) -> int:
    mine = (kept_forms.c.staff_id == staff_id, kept_forms.c.kept_at > tx.now - KEPT_FOR)
    return int(await tx.scalar(select(func.count()).select_from(kept_forms).where(*mine)))


async def was_pressed(tx: Transaction, staff_id: int, form: str) -> bool:
    mine = (console_forms.c.staff_id == staff_id, console_forms.c.form == form)
    return bool(await tx.scalar(select(func.count()).select_from(console_forms).where(*mine)))
