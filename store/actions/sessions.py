"""Where a conversation stands: a row, so that a restart loses none. It expires by rule."""

from datetime import datetime

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.conversation import SESSION_VALID, SPEAKER_VALID, Session
from store.domain.people import Contact
from store.domain.speech import Option
from store.tables import sessions


async def session_of(tx: Transaction, contact: Contact) -> tuple[Session, datetime | None]:
    """The conversation, and when it was last said that so many messages come at once."""
    row = await tx.first(_SESSION, {"contact": contact.id})
    if row is None:
        return Session(), None
    speaker_id = row.speaker_id if row.speaker_until and row.speaker_until > tx.now else None
    if row.expires_at <= tx.now:
        return Session(turn=row.turn, speaker_id=speaker_id), row.flood_told_at
    options = tuple(Option(*option) for option in row.options)
    asked_at = row.expires_at - SESSION_VALID
    return Session(row.step, row.data, options, row.turn, speaker_id, asked_at), row.flood_told_at


_SESSION = select(sessions).where(sessions.c.contact_id == bindparam("contact")).with_for_update()


async def keep_session(tx: Transaction, contact: Contact, session: Session, *, tells_flood: bool) -> None:
    values: dict[str, object] = {
        "step": session.step,
        "data": dict(session.data),
        "options": [[option.key, option.label, option.text] for option in session.options],
        "turn": session.turn,
        "speaker_id": session.speaker_id,
        "speaker_until": tx.now + SPEAKER_VALID if session.speaker_id else None,
        "expires_at": tx.now + SESSION_VALID,
    }
    if tells_flood:
        values["flood_told_at"] = tx.now
    if not await tx.run(_KEEP, {"of_contact": contact.id, **values}):
        await tx.insert(sessions, contact_id=contact.id, **values)


_KEEP = sessions.update().where(sessions.c.contact_id == bindparam("of_contact"))
"""What is set is named by the parameters."""
