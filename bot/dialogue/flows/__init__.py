"""Every step, question, word and opening by name: explicit, so that a glance shows what a conversation can be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from bot.dialogue.flows import (
    addressing,
    answers,
    council,
    disclosure,
    disclosure_books,
    duty,
    emergencies,
    front,
    identity,
    ledger,
    matters,
    meetings,
    my_tickets,
    notices,
    office,
    reception,
    report,
    service_days,
    transfers,
    visits,
    votes,
)
from bot.dialogue.flows.answers import ANSWER
from bot.dialogue.flows.transfers import TRANSFER
from bot.dialogue.talk import Answer, Opening, Said, Step, Talk
from bot.dialogue.topics import Intent
from bot.dialogue.words import Word
from store.domain.conversation import OpenQuestion
from store.domain.inbound import InboundBody
from store.domain.matter_tells import VOTE

OPENINGS: Mapping[str, Opening] = {
    "report": report.open_report,
    "my_tickets": my_tickets.open_tickets,
    "service_days": service_days.open_service_days,
    "identity": identity.open_identity,
    "disclosure": disclosure.open_disclosure,
    "matters": matters.open_matters,
    "propose": matters.open_proposal,
    "council": council.open_council,
    "human": front.human,
    "office": office.open_office,
    "duty": duty.open_duty,
    "handover": duty.open_handover,
    "notices": notices.open_notices,
}
"""What the menu's choices open."""


async def menu_chosen(talk: Talk, said: Said) -> Answer | None:
    return await OPENINGS[said.choice](talk) if said.choice else None


async def speaker_chosen(talk: Talk, said: Said) -> Answer | None:
    """Who is speaking has been said, and is remembered for half an hour: what was asked for goes on in his name."""
    named = identity.speaking_as(talk, said.choice)
    if named is None or named.speaker.resident is None:
        return None
    going_on = await STEPS[str(talk.data["after"])](named, Said("", "", "", InboundBody()))
    return going_on and replace(going_on, speaker_id=named.speaker.resident.id, keeps=False)


STEPS: Mapping[str, Step] = {
    "front.menu": menu_chosen,
    "front.stop_or_no": front.stop_or_no_answered,
    "front.language": front.language_chosen,
    "front.village": front.village_chosen,
    "report.text": report.text_given,
    "report.kind": report.kind_given,
    "report.place": report.place_given,
    "report.safe": report.safe_chosen,
    "report.safe_number": report.safe_number_given,
    "tickets.chosen": my_tickets.ticket_chosen,
    "ticket.action": my_tickets.action_chosen,
    "ticket.rated": my_tickets.rated,
    "disclosure.category": disclosure.category_chosen,
    "disclosure.chosen": disclosure.item_chosen,
    "disclosure.action": disclosure.action_chosen,
    "disclosure.question": disclosure.question_given,
    "books.action": disclosure_books.action_chosen,
    "books.category": disclosure_books.category_chosen,
    "books.title": disclosure_books.title_given,
    "books.flow": disclosure_books.flow_chosen,
    "books.amount": disclosure_books.amount_given,
    "books.sure": disclosure_books.entry_confirmed,
    "books.opening": disclosure_books.opening_given,
    "books.take_back": disclosure_books.item_taken_back,
    "vote.held": votes.cast_held,
    "vote.stop_or_no": votes.stop_or_no_answered,
    "matters.chosen": matters.matter_chosen,
    "matter.action": matters.action_chosen,
    "matter.comment": matters.comment_given,
    "matter.sign": matters.sign_chosen,
    "matter.signed": matters.keep_signed,
    "matter.propose": matters.proposal_given,
    "council.chosen": council.matter_chosen,
    "council.action": council.action_chosen,
    "council.title": council.title_given,
    "council.plan": council.plan_given,
    "council.where": council.where_chosen,
    "council.named": council.named_chosen,
    "council.reason": council.reason_given,
    "council.roll": council.roll_chosen,
    "council.deadline": council.deadline_given,
    "council.sure": council.opening_confirmed,
    "council.close": council.close_confirmed,
    "council.rule": meetings.rule_chosen,
    "council.subject": meetings.subject_chosen,
    "council.minutes": meetings.minutes_given,
    "council.right": meetings.minutes_confirmed,
    "council.done": council.done_given,
    "identity.number": identity.number_given,
    "identity.code": identity.code_given,
    "identity.speaker": speaker_chosen,
    "service_days.chosen": service_days.chosen,
    "service_days.mine": service_days.mine_chosen,
    "service_days.slot": service_days.slot_chosen,
    "service_days.book": service_days.book_for,
    "service_days.about": service_days.about_given,
    "reception.action": reception.action_chosen,
    "reception.day": reception.day_chosen,
    "reception.call_off": reception.reason_given,
    "reception.move": reception.new_day_given,
    "office.chosen": office.case_chosen,
    "office.action": office.action_chosen,
    "office.answer": office.answer_given,
    "office.resolve": office.result_given,
    "office.note": office.note_given,
    "office.give_back": office.reason_given,
    "office.pass_on": office.colleague_chosen,
    "duty.taken": duty.duty_taken,
    "handover.whom": duty.successor_chosen,
    "handover.sure": duty.handover_confirmed,
    "notice.chosen": notices.chosen,
    "notice.village": addressing.village_chosen,
    "notice.audience": addressing.audience_chosen,
    "notice.text": notices.text_given,
    "notice.ready": notices.ready,
    "notice.rewrite": notices.rewritten,
    "notice.ask_what": answers.ask_chosen,
    "notice.ask_own": answers.own_choices_given,
    "answer.whose": answers.household_chosen,
    "answers.action": answers.action_chosen,
    "answers.remind": answers.reminder_confirmed,
    "emergency.village": emergencies.village_chosen,
    "emergency.source": emergencies.source_chosen,
    "emergency.evidence": emergencies.evidence_given,
    "emergency.facts": emergencies.facts_given,
    "emergency.audience": emergencies.audience_chosen,
    "emergency.text": emergencies.text_given,
    "emergency.roll": emergencies.roll_chosen,
    "emergency.sure": emergencies.sending_confirmed,
    "emergency.lift": emergencies.emergency_chosen,
    "emergency.own_lift": emergencies.own_all_clear,
    "emergency.lift_sure": emergencies.all_clear_confirmed,
    "transfer.again": transfers.again_answered,
    "transfer.whose": transfers.household_chosen,
    "transfer.list": transfers.list_chosen,
    "transfer.entry": transfers.entry_chosen,
    "transfer.outcome": transfers.outcome_chosen,
    "notice.decide": notices.decided,
    "ledger.action": ledger.action_chosen,
    "ledger.cancel": ledger.cancel_confirmed,
    "ledger.unknown": ledger.unknown_confirmed,
    "ledger.group": ledger.posted,
    "ledger.posting": ledger.group_named,
    "visits.chosen": visits.chosen,
    "visit.report": visits.reported,
    "visit.pass_on": visits.passed_on,
    "notice.refusal": notices.refusal_given,
}
"""What takes the next message."""

AFTERTHOUGHTS: Mapping[str, Step] = {
    "ticket.follow": my_tickets.follow,
}
"""What takes the next message only where nothing else does."""

QUESTIONS: Mapping[str, Callable[[Talk, OpenQuestion, Said], Awaitable[Answer]]] = {
    "ticket.settled": my_tickets.settled_answered,
    "case": office.case_answered,
    "proposal": council.proposal_opened,
    VOTE: votes.pressed,
    "booking": service_days.reminder_answered,
    "missed_step": reception.missed_answered,
    "notice": notices.seen,
    ANSWER: answers.answered,
    TRANSFER: transfers.answered,
    "notice.approval": notices.approval_answered,
}
"""What takes the answer to a question that was put from outside the conversation."""

PRESSED_ONLY = frozenset({VOTE})
"""Questions that only their buttons answer, as often as wanted: a vote is three digits, never a bare one."""

READERS: Mapping[str, Callable[[OpenQuestion, Said], str]] = {
    ANSWER: answers.read,
    TRANSFER: transfers.read,
}
"""How a typed answer to such a question is read, where it is more than a digit or a yes."""

CHANGEABLE = frozenset({ANSWER, TRANSFER})
"""Questions whose buttons may be pressed again: the last answer counts."""

FIRST = frozenset({TRANSFER})
"""Questions that a digit answers before any other: a life may hang on it."""

ALWAYS: Mapping[Word, Opening] = {
    Word.STOP: front.stop,
    Word.RESUME: front.resume,
    Word.HUMAN: front.human,
    Word.MENU: front.menu,
    Word.GREETING: front.menu,
    Word.BACK: front.back,
    Word.LANGUAGE: front.language,
    Word.THANKS: front.thank,
}
"""Words that work wherever a person is."""

OFFICE_WORDS: Mapping[str, Opening] = {
    "公开": disclosure_books.open_books,
    "记账": disclosure_books.open_books,
    "books": disclosure_books.open_books,
    "议事": council.open_council,
    "议题": council.open_council,
    "matters": council.open_council,
    "待办": office.open_office,
    "todo": office.open_office,
    "值班": duty.open_duty,
    "duty": duty.open_duty,
    "交接": duty.open_handover,
    "handover": duty.open_handover,
    **{word: partial(reception.open_reception, service=service) for word, service in reception.SERVICE_OF_WORD.items()},
    **dict.fromkeys(visits.WORDS, visits.open_visits),
    **dict.fromkeys(emergencies.WRITE_WORDS, emergencies.begin),
    **dict.fromkeys(emergencies.LIFT_WORDS, emergencies.begin_all_clear),
    **dict.fromkeys(transfers.LIST_WORDS, transfers.open_transfers),
    **dict.fromkeys(notices.LIST_WORDS, notices.open_notices),
    **dict.fromkeys(notices.WRITE_WORDS, addressing.begin),
}
"""What a member of staff says to come to his work."""

INTENTS: Mapping[Intent, Opening] = {
    Intent.MENU: front.menu,
    Intent.MY_TICKETS: my_tickets.open_tickets,
    Intent.DISCLOSURE: disclosure.open_disclosure,
    Intent.MATTERS: matters.open_matters,
    Intent.PROPOSE: matters.open_proposal,
    Intent.IDENTITY: identity.open_identity,
    Intent.SERVICE_DAYS: service_days.open_service_days,
    Intent.LANGUAGE: front.language,
}
"""What may be asked for in a sentence, at any time."""

__all__ = [
    "ALWAYS",
    "CHANGEABLE",
    "FIRST",
    "INTENTS",
    "OPENINGS",
    "PRESSED_ONLY",
    "QUESTIONS",
    "READERS",
    "STEPS",
    "answers",
    "council",
    "front",
    "identity",
    "ledger",
    "matters",
    "my_tickets",
    "notices",
    "office",
    "report",
    "transfers",
    "votes",
]
