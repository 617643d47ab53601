"""Writing the demo village into an empty store, through the same actions as everything else, at its own dates."""

from bot.demo.load_affairs import load_affairs
from bot.demo.load_tickets import load_tickets
from bot.demo.parts import Loaded, Progress
from bot.demo.village import DemoVillage
from store.actions.accounts import add_account
from store.actions.areas import add_area, change_setting
from store.actions.contacts import add_holder, find_or_add_contact, give_office
from store.actions.residents import add_household, add_resident, name_proxy
from store.actions.staff import add_staff
from store.database import Transaction
from store.domain.accounts import AccountKind
from store.domain.areas import AreaKind
from store.domain.people import Contact, ContactKind, Proof, Role

VILLAGER = "xiangqin2a"
OFFICER = "zuzhang23a"
"""The web chat visitors that the demo's two links let in."""
DEMO_GROUP = 3
ELDER = 60

_ACTOR = "demo"


async def load_demo(tx: Transaction, demo: DemoVillage, progress: Progress) -> Loaded:
    """The whole village in one transaction: it is there or it is not."""
    loaded = await _found(tx, demo)
    progress("people")
    await _settle(tx, loaded)
    await _give_phones(tx, loaded)
    await _name_proxies(tx, loaded)
    await _appoint(tx, loaded)
    progress("tickets")
    await load_tickets(tx, loaded)
    progress("affairs")
    await load_affairs(tx, loaded)
    await _open_tabs(tx, loaded)
    return loaded


async def _found(tx: Transaction, demo: DemoVillage) -> Loaded:
    county = await add_area(tx, AreaKind.COUNTY, demo.county)
    town = await add_area(tx, AreaKind.TOWN, demo.town, county)
    village = await add_area(tx, AreaKind.VILLAGE, demo.name, town)
    groups = [await add_area(tx, AreaKind.GROUP, group.title, village, group.number) for group in demo.groups]
    await change_setting(tx, village.id, "landline", demo.landline, actor=_ACTOR)
    chat = await add_account(tx, village.id, AccountKind.WEB_CHAT, "web-chat", {}, actor=_ACTOR)
    sms = await add_account(tx, village.id, AccountKind.SIMULATOR, "phones", {}, actor=_ACTOR)
    return Loaded(demo, town, village, groups, sms, chat)


async def _settle(tx: Transaction, loaded: Loaded) -> None:
    """Everyone into his household; a tenant hears what his landlord hears."""
    demo, homes = loaded.demo, loaded.households
    for household in demo.households:
        group = loaded.area(household.group)
        homes[household.number] = await add_household(tx, loaded.village, group, str(household.number))
    heads = {household.members[0] for household in demo.households}
    for one in demo.residents:
        group = loaded.area(one.group)
        home = homes[one.household or one.rents_from or 0]
        loaded.residents[one.number] = await add_resident(
            tx,
            loaded.village,
            group,
            home,
            one.name,
            sex={"男": "male", "女": "female"}[one.sex],
            birth=one.birth,
            relation=one.relation,
            is_head=one.number in heads,
            registered=one.registered,
            away_place=one.away_to,
            party_member=one.party_member,
            representative=one.representative,
            collective_member=one.collective_member,
        )


async def _name_proxies(tx: Transaction, loaded: Loaded) -> None:
    """Homes without a phone hear through a neighbour."""
    owned = {phone.residents[0]: phone.number for phone in loaded.demo.phones}
    for household in loaded.demo.households:
        if household.proxy:
            await name_proxy(tx, loaded.households[household.number], loaded.phones[owned[household.proxy]])


async def _give_phones(tx: Transaction, loaded: Loaded) -> None:
    for phone in loaded.demo.phones:
        contact = await find_or_add_contact(tx, loaded.village.id, ContactKind.PHONE, phone.number)
        for resident in phone.residents:
            await add_holder(tx, contact, loaded.residents[resident], Proof.ROSTER)
        loaded.phones[phone.number] = contact


async def _appoint(tx: Transaction, loaded: Loaded) -> None:
    for one in loaded.demo.staff:
        of_town = Role.TOWN_OFFICIAL in one.roles
        where = loaded.town if of_town else loaded.area(one.group)
        resident_id = loaded.residents[one.resident] if one.resident else None
        roles = [(role, where) for role in one.roles]
        loaded.staff[one.key] = await add_staff(tx, loaded.village, one.name, roles, resident_id=resident_id)
        contact = await find_or_add_contact(tx, loaded.village.id, ContactKind.PHONE, one.phone)
        await give_office(tx, contact, loaded.staff[one.key])


async def _open_tabs(tx: Transaction, loaded: Loaded) -> None:
    """Two visitors of the web chat: an elder of the third group, and the officer of her grid."""
    today = loaded.demo.today
    elder = next(
        one
        for one in loaded.demo.residents
        if one.group == DEMO_GROUP and one.at_home and one.registered and one.age_on(today) >= ELDER
    )
    villager = await _visitor(tx, loaded, VILLAGER)
    await add_holder(tx, villager, loaded.residents[elder.number], Proof.STAFF)
    await give_office(tx, await _visitor(tx, loaded, OFFICER), loaded.staff[f"leader_{DEMO_GROUP}"])


async def _visitor(tx: Transaction, loaded: Loaded, name: str) -> Contact:
    chat = loaded.chat
    return await find_or_add_contact(tx, loaded.village.id, ContactKind.WEB_CHAT, name, account_id=chat.id)
