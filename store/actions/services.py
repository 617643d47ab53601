"""Writing the village's service catalogue."""

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.services import MOST_SERVICES, ServiceText, check_service
from store.tables import services


async def add_service(tx: Transaction, village: Area, text: ServiceText, by: Staff) -> int:
    """Put it at the catalogue's end. Raises Refusal as `check_service` does, and service.too_many."""
    check_service(text)
    mine = services.c.area_id == village.id
    row = await tx.first(select(func.count().label("count"), func.max(services.c.position).label("last")).where(mine))
    if row.count >= MOST_SERVICES:
        raise Refusal("service.too_many", most=MOST_SERVICES)
    position = int(row.last or 0) + 1
    service_id = await tx.insert(
        services, area_id=village.id, position=position, **_values(text), changed_by=by.id, changed_at=tx.now
    )
    tx.audit(village.id, f"staff:{by.id}", "service.added", f"service:{service_id}")
    return service_id


async def change_service(tx: Transaction, village: Area, service_id: int, text: ServiceText, by: Staff) -> None:
    """Raises as `check_service` does, and NotFound("service.unknown")."""
    check_service(text)
    this_one = (services.c.id == service_id, services.c.area_id == village.id)
    changed = services.update().where(*this_one).values(**_values(text), changed_by=by.id, changed_at=tx.now)
    if not await tx.run(changed):
        raise NotFound("service.unknown")
    tx.audit(village.id, f"staff:{by.id}", "service.changed", f"service:{service_id}")


async def remove_service(tx: Transaction, village: Area, service_id: int, by: Staff) -> None:
    """Raises NotFound("service.unknown")."""
    if not await tx.run(services.delete().where(services.c.id == service_id, services.c.area_id == village.id)):
        raise NotFound("service.unknown")
    tx.audit(village.id, f"staff:{by.id}", "service.removed", f"service:{service_id}")


def _values(text: ServiceText) -> dict[str, str]:
    return {
        "title": text.title.strip(),
        "papers": text.papers.strip(),
        "place": text.place.strip(),
        "duration": text.duration.strip(),
    }
