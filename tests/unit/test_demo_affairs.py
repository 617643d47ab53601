import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from bot.demo.account_lines import Flow
from bot.demo.offices import CADRES
from bot.demo.people import Resident
from bot.demo.village import DemoVillage, demo_village
from store.domain.ballots import Choice
from store.domain.deliveries import DeliveryState
from store.domain.matters import MatterState
from store.domain.people import ContactKind
from store.domain.tickets import Category, TicketEvent, TicketState

DAYS = (
    (date(2026, 11, 22), 2026),
    (date(2026, 3, 1), 7),
    (date(2026, 12, 10), 2026),
    (date(2027, 1, 31), 2026),
    (date(2028, 2, 29), 99),
)


@pytest.fixture(scope="module", params=DAYS, ids=lambda param: f"{param[0]}-seed{param[1]}")
def village(request: pytest.FixtureRequest) -> DemoVillage:
    today, seed = request.param
    return demo_village(today, seed)


def _resident(village: DemoVillage, number: int) -> Resident:
    return village.residents[number - 1]


def _morning(village: DemoVillage) -> datetime:
    return datetime.combine(village.today, time(), village.tickets[0].lines[0].at.tzinfo)


# Accounts ------------------------------------------------------------------------------------------------------------


def test_the_books_of_twelve_months_add_up(village: DemoVillage) -> None:
    assert len(village.months) == 12
    for month in village.months:
        income = sum(item.amount_fen for item in month.items if item.flow is Flow.INCOME)
        expenditure = sum(item.amount_fen for item in month.items if item.flow is Flow.EXPENDITURE)
        assert (month.income_fen, month.expenditure_fen) == (income, expenditure)
        assert month.opening_fen + income - expenditure == month.closing_fen > 0
        assert all(item.amount_fen >= 0 for item in month.items)
        assert len({item.title for item in month.items}) == len(month.items)
    assert all(before.closing_fen == after.opening_fen for before, after in pairwise(village.months))
    assert [item.number for month in village.months for item in month.items] == list(
        range(1, 1 + sum(len(month.items) for month in village.months))
    )


def test_the_last_complete_month_is_the_one_of_the_digest(village: DemoVillage) -> None:
    last = village.months[-1]
    assert last.month == (village.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    assert (last.income_fen, last.expenditure_fen, last.closing_fen) == (4862000, 3120500, 20631800)
    assert [item.amount_fen for item in last.items if "修三组水渠" in item.title] == [1260000]
    assert (last.published_at is not None) == (village.today.day > 10)
    assert {item.category for month in village.months for item in month.items} == {
        "财务收支", "低保救助", "宅基地", "工程项目", "一事一议", "集体资产",
    }  # fmt: skip


def test_an_invoice_entered_twice_was_set_right(village: DemoVillage) -> None:
    (objection,) = village.objections
    items = {item.number: (month, item) for month in village.months for item in month.items}
    (wrong_month, wrong), (right_month, right) = items[objection.item], items[objection.correction]
    assert objection.upheld
    assert (wrong.flow, right.flow) == (Flow.EXPENDITURE, Flow.INCOME)
    assert wrong.amount_fen == 2 * right.amount_fen
    assert wrong_month.closing_fen == right_month.opening_fen
    assert wrong_month.published_at is not None
    assert wrong_month.published_at < objection.raised_at < objection.answered_at < _morning(village)
    assert _resident(village, objection.resident).group == 2


def test_the_ponds_lease_ends_within_ten_weeks(village: DemoVillage) -> None:
    pond = village.leases[0]
    assert pond.title == "四组鱼塘"
    assert timedelta(0) < pond.ends - village.today < timedelta(weeks=10)
    assert pond.ends + timedelta(days=1) == pond.starts.replace(year=pond.starts.year + 5)


# Matters -------------------------------------------------------------------------------------------------------------


def test_the_matters_and_how_far_they_have_come(village: DemoVillage) -> None:
    assert [(matter.code, matter.state) for matter in village.matters] == [
        (47, MatterState.CARRIED_OUT),
        (61, MatterState.VOTING),
        (62, MatterState.PUBLISHED),
        (64, MatterState.PUBLISHED),
    ]
    done, pond, pipes, lamps = village.matters
    assert pond.opened_at is not None
    assert pond.closes_at is not None
    assert pond.opened_at < _morning(village) < pond.closes_at
    assert pipes.meets_at is not None
    assert pipes.meets_at > _morning(village)
    assert Counter(comment.stance for comment in lamps.comments) == {"for": 14, "against": 5, "question": 4}
    assert done.published_at.year < village.today.year


def test_the_count_of_last_years_meeting_is_possible(village: DemoVillage) -> None:
    result = village.matters[0].result
    assert result is not None
    assert result.members == sum(one.representative for one in village.residents) + len(CADRES)
    assert 3 * result.attended >= 2 * result.members
    assert result.agree + result.disagree + result.abstain == result.attended
    assert 2 * result.agree > result.attended


def test_opinions_on_the_pond_come_from_grown_members(village: DemoVillage) -> None:
    casts = village.matters[1].casts
    assert len(casts) == 87
    assert len({cast.resident for cast in casts}) == 83
    assert {cast.choice for cast in casts} == set(Choice)
    assert all(before.at <= after.at for before, after in pairwise(casts))
    for cast in casts:
        voter = _resident(village, cast.resident)
        assert voter.collective_member
        assert voter.age_on(village.today) >= 18
        assert casts[0].at.date() > village.matters[1].published_at.date()


def test_comments_are_said_once_after_publication_and_before_today(village: DemoVillage) -> None:
    for matter in village.matters:
        assert [comment.number for comment in matter.comments] == list(range(1, len(matter.comments) + 1))
        assert len({comment.resident for comment in matter.comments}) == len(matter.comments)
        assert all(matter.published_at < comment.at < _morning(village) for comment in matter.comments)


# Tickets -------------------------------------------------------------------------------------------------------------


def test_forty_tickets_of_every_category_within_six_months(village: DemoVillage) -> None:
    assert [ticket.number for ticket in village.tickets] == list(range(3092, 3132))
    assert {ticket.category for ticket in village.tickets} == set(Category) - {Category.VISIT}
    opened = [ticket.lines[0].at for ticket in village.tickets]
    assert opened == sorted(opened)
    assert _morning(village) - opened[0] < timedelta(days=183)
    assert {ticket.channel for ticket in village.tickets} == {ContactKind.PHONE, ContactKind.WEB_CHAT}
    assert {ticket.errand_mode for ticket in village.tickets} == {"", "done_at_once", "carried", "accompanied"}


def test_how_the_tickets_ended(village: DemoVillage) -> None:
    reopened = [
        ticket for ticket in village.tickets if any(step.event is TicketEvent.REOPENED for step in ticket.steps)
    ]
    assert len(reopened) == 2
    assert {ticket.state for ticket in village.tickets} >= {
        TicketState.RECEIVED,
        TicketState.IN_PROGRESS,
        TicketState.CLOSED,
    }
    by_number = {ticket.number: ticket for ticket in village.tickets}
    joined = [ticket for ticket in village.tickets if ticket.joined_to is not None]
    assert [ticket.joined_to for ticket in joined] == [3127, 3127]
    assert {ticket.group for ticket in joined} == {by_number[3127].group}
    assert by_number[3127].lines[0].text == "冇水"


def test_a_complaint_of_a_person_in_office_does_not_reach_him(village: DemoVillage) -> None:
    (complaint,) = [ticket for ticket in village.tickets if ticket.about_staff]
    staff = {one.key: one for one in village.staff}
    assert complaint.accused in staff
    assert complaint.handler == "supervisor_1"
    assert all(step.staff in ("", "supervisor_1") for step in complaint.steps)
    kin = _resident(village, staff[complaint.accused].resident or 0).household
    assert _resident(village, complaint.resident).household != kin


def test_tickets_point_at_people_who_exist_and_at_their_phones(village: DemoVillage) -> None:
    owners = {phone.number: phone for phone in village.phones}
    staff = {one.key for one in village.staff}
    assert len({ticket.resident for ticket in village.tickets}) == 40
    for ticket in village.tickets:
        assert ticket.resident in owners[ticket.phone].residents
        assert not (ticket.channel is ContactKind.WEB_CHAT and owners[ticket.phone].feature)
        assert not ticket.safe_contact or ticket.safe_contact in owners
        assert {ticket.handler, *(step.staff for step in ticket.steps)} <= staff | {""}
    (elsewhere,) = [t for t in village.tickets if t.safe_contact not in ("", t.phone)]
    assert elsewhere.category is Category.SECURITY


def test_every_line_comes_after_the_one_before_and_before_today(village: DemoVillage) -> None:
    for ticket in village.tickets:
        assert all(before.at <= after.at for before, after in pairwise(ticket.lines))
        assert all(before.at <= after.at for before, after in pairwise(ticket.steps))
        assert ticket.steps[0].event is TicketEvent.SUBMITTED
        assert ticket.steps[-1].at < _morning(village)
        assert all(moment.at.utcoffset() == timedelta(hours=8) for moment in ticket.lines)


def test_banyan_speaks_as_it_should(village: DemoVillage) -> None:
    for ticket in village.tickets:
        own = [line for line in ticket.lines if line.by == "village"]
        assert not any(re.search(r"工单|退单|受理|系统|\{|http", line.text) for line in own)
        if ticket.channel is ContactKind.PHONE:
            assert all(len(f"【榕溪村】{line.text}") <= 70 for line in own)
            assert ticket.urgent or all(time(7) <= line.at.time() < time(21) for line in own)


def test_no_sentence_is_said_twice(village: DemoVillage) -> None:
    said = [line.text for ticket in village.tickets for line in ticket.lines if line.by == "resident"]
    said += [comment.text for matter in village.matters for comment in matter.comments]
    sentences = [text for text in said if len(text) > 1]
    assert len(sentences) == len(set(sentences)) > 100


# Notices -------------------------------------------------------------------------------------------------------------


def test_the_water_cut_reached_all_but_two_homes(village: DemoVillage) -> None:
    (notice,) = village.notices
    homes = {home.number: home for home in village.households if home.group in notice.groups}
    assert [delivery.household for delivery in notice.deliveries] == list(homes)
    missed = [delivery for delivery in notice.deliveries if delivery.state is not DeliveryState.DELIVERED]
    assert [(one.state, one.delivered_at) for one in missed] == [(DeliveryState.FAILED, None)] * 2
    assert all(one.reason for one in missed)
    assert notice.number == village.today.year % 100 * 1000 + 41
    assert notice.cut_on > village.today
    for delivery in notice.deliveries:
        home = homes[delivery.household]
        assert delivery.resident in (*home.members, home.proxy)
        assert delivery.sent_at < _morning(village)
        assert delivery.confirmed_at is None or delivery.confirmed_at > (delivery.delivered_at or notice.drafted_at)
