"""What staff are told of a notice, whoever acted and from where: in conversation or at the console."""

from collections.abc import Mapping, Sequence

from store.domain.audiences import whom
from store.domain.notices import Notice
from store.domain.people import Contact
from store.domain.plans import Preview, plan_facts
from store.domain.speech import Option, Question, Say, Tell

_DECISIONS = tuple(Option(key, label=f"notice_{key}") for key in ("approve", "refuse", "open"))


def notice_facts(notice: Notice, *, discreet: bool) -> dict[str, object]:
    """What a text says of a notice. `discreet`: not the mark by which its readers were chosen."""
    return {
        "number": notice.number,
        "text": notice.text,
        "notice_state": notice.state,
        "to": whom(notice.audience, discreet=discreet),
        "of": notice.village_name,
        "sender": notice.drafter_name,
    }


def approval_tells(notice: Notice, plan: Preview, approvers: Sequence[Contact]) -> tuple[Tell, ...]:
    """Those who may approve it read it, and answer with a digit."""
    say = Say("notice.approval", {**notice_facts(notice, discreet=True), **plan_facts(plan)}, _DECISIONS)
    question = Question("notice.approval", notice.id, str(notice.number))
    return tuple(Tell(contact.id, say, question, waits_for_day=False) for contact in approvers)


def approved_tells(drafter: Sequence[Contact], facts: Mapping[str, object]) -> tuple[Tell, ...]:
    return _tells(drafter, "notice.was_approved", facts)


def refused_tells(notice: Notice, drafter: Sequence[Contact]) -> tuple[Tell, ...]:
    return _tells(drafter, "notice.was_refused", refusal_facts(notice))


def refusal_facts(notice: Notice) -> dict[str, object]:
    return {"number": notice.number, "sender": notice.drafter_name, "reason": notice.refusal}


def _tells(contacts: Sequence[Contact], message: str, facts: Mapping[str, object]) -> tuple[Tell, ...]:
    return tuple(Tell(contact.id, Say(message, facts), waits_for_day=False) for contact in contacts)
