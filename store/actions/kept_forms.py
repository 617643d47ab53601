"""Keeping what somebody wrote when his session had ended, until he sends it, drops it, or a day has passed."""

import json
from datetime import datetime

from sqlalchemy import select

from store.database import Transaction
from store.domain.kept_forms import KEPT_FOR, MOST_KEPT, FilledForm
from store.queries.kept_forms import CONTENT
from store.tables import kept_forms


async def keep_form(tx: Transaction, staff_id: int, filled: FilledForm) -> None:
    """Sealed. A second press of the same form finds its row."""
    content = json.dumps({"path": filled.path, "fields": dict(filled.fields), "files": filled.files})
    sealed = tx.keyring.seal(content, context=CONTENT)
    await tx.insert_new(kept_forms, staff_id=staff_id, form=filled.key, content=sealed, kept_at=tx.now)
    mine = kept_forms.c.staff_id == staff_id
    newest = select(kept_forms.c.id).where(mine).order_by(kept_forms.c.id.desc()).limit(MOST_KEPT)
    await tx.run(kept_forms.delete().where(mine, kept_forms.c.id.not_in(newest)))


async def drop_kept_form(tx: Transaction, staff_id: int, kept_id: int) -> bool:
    """Whether it was there, and his."""
    mine = (kept_forms.c.staff_id == staff_id, kept_forms.c.id == kept_id)
    return await tx.run(kept_forms.delete().where(*mine)) > 0


async def drop_kept_forms_of(tx: Transaction, staff_id: int) -> None:
    await tx.run(kept_forms.delete().where(kept_forms.c.staff_id == staff_id))


async def forget_kept_forms(tx: Transaction, now: datetime) -> None:
    """The tick's chore."""
    await tx.run(kept_forms.delete().where(kept_forms.c.kept_at < now - KEPT_FOR))
