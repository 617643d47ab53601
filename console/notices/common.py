"""What the pages about notices share."""

from aiohttp import web

from console.visits import Office, Visit
from notifier.pages import language_asked
from store.database import Transaction
from store.domain.audiences import may_know, whom
from store.domain.errors import NotFound
from store.domain.notices import Notice, NoticeState
from store.domain.people import Staff
from store.queries.access import may_see_readers, may_steer
from store.queries.notices import notice_for_staff

NOTICES = "/console/notices"
CIRCULARS = f"{NOTICES}/circulars"


def notice_id(request: web.Request) -> int:
    return int(request.match_info["notice"])


def circular_id(request: web.Request) -> int:
    return int(request.match_info["circular"])


def in_words(office: Office, request: web.Request, person: Staff, notice: Notice) -> str:
    """Whom it is for, as this reader may know of it."""
    described = whom(notice.audience, discreet=not may_know(person, notice.audience))
    return office.renderer.whom(described, language_asked(request))


async def notice_out(tx: Transaction, request: web.Request, visit: Visit) -> Notice:
    """A notice that was let go. Raises NotFound for one that was not, or that this person may not see."""
    notice = await notice_for_staff(tx, visit.person, notice_id(request))
    if notice.state is not NoticeState.APPROVED:
        raise NotFound("notice.unknown")
    return notice


async def notice_with_readers(tx: Transaction, request: web.Request, visit: Visit) -> Notice:
    """One of which this person may read whom it went to. Raises NotFound else."""
    notice = await notice_out(tx, request, visit)
    if not may_see_readers(visit.person, notice):
        raise NotFound("notice.unknown")
    return notice


def asked_for(notice: Notice) -> Notice:
    """Raises NotFound for a notice that asks its readers for nothing to count."""
    if not notice.asked.wants_answer:
        raise NotFound("notice.unknown")
    return notice


async def notice_to_take_out(tx: Transaction, request: web.Request, visit: Visit) -> Notice:
    """One whose ledger this person may take out of the house. Raises NotFound else."""
    notice = await notice_with_readers(tx, request, visit)
    if not may_steer(visit.person, notice):
        raise NotFound("notice.unknown")
    return notice
