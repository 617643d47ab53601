"""The village's service catalogue as it stands."""

from sqlalchemy import select

from store.database import Transaction
from store.domain.services import Service, ServiceText
from store.tables import services


async def services_of(tx: Transaction, village_id: int) -> list[Service]:
    """In the order in which they were entered."""
    rows = await tx.all(
        select(services).where(services.c.area_id == village_id).order_by(services.c.position, services.c.id)
    )
    return [Service(row.id, ServiceText(row.title, row.papers, row.place, row.duration)) for row in rows]
