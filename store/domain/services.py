"""The service catalogue: what can be done, which papers it needs, where, and how long it takes (便民服务清单)."""

from dataclasses import dataclass

from store.domain.errors import Refusal
from store.domain.privacy import holds_personal_number

TITLE_LENGTH = 60
LINE_LENGTH = 120
PAPERS_LENGTH = 600
MOST_SERVICES = 200


@dataclass(frozen=True, slots=True)
class ServiceText:
    """`papers` has a line for each paper."""

    title: str
    papers: str
    place: str
    duration: str


@dataclass(frozen=True, slots=True)
class Service:
    id: int
    text: ServiceText


def check_service(text: ServiceText) -> None:
    """Raises Refusal: service.title_missing, service.too_long or disclosure.personal_number."""
    if not text.title.strip():
        raise Refusal("service.title_missing")
    lines = (text.place, text.duration)
    if len(text.title) > TITLE_LENGTH or len(text.papers) > PAPERS_LENGTH or max(map(len, lines)) > LINE_LENGTH:
        raise Refusal("service.too_long")
    if any(holds_personal_number(part) for part in (text.title, text.papers, *lines)):
        raise Refusal("disclosure.personal_number")
