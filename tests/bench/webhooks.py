"""Webhooks to a committed row: what Kannel brings, and receipts, one a request and a hundred."""

import itertools
import json

from sqlalchemy import bindparam, update

from bot.opening import utc_now
from notifier.channels.sms.aliyun_callback import name_message
from store.actions.accounts import add_account
from store.actions.deliveries import Draft, write_deliveries
from store.domain.accounts import Account, AccountKind
from store.tables import deliveries
from tests.bench.load import get, post, requests_per_second
from tests.bench.processes import serving
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import Village, number_of, open_village

REQUESTS = 6000
SENDERS = 300
PUSHES = 200
TOGETHER = 100
"""Receipts in one push."""
_JSON = {"Content-Type": "application/json"}


async def inbound() -> list[Row]:
    """A message by Kannel's post-url, answered once its row is committed, beside a handler that only answers."""
    ids = itertools.count()
    async with open_village() as village, serving(str(village.folder)) as ours, serving() as bare:

        async def committed() -> float:
            requests = [_sms(f"{village.hook('inbound')}?id=", next(ids)) for _ in range(REQUESTS)]
            return await requests_per_second(ours, requests)

        async def answered() -> float:
            return await requests_per_second(bare, [_sms("/ok?id=", next(ids)) for _ in range(REQUESTS)])

        row = await compare("webhook to committed inbound row, requests/s", committed, answered, at_least=0.5)
        await village.expect(REQUESTS * RUNS, "inbound_messages")
        return [row]


async def receipts() -> list[Row]:
    """A receipt that raises a delivery to delivered, beside a handler that only answers."""
    async with open_village() as village, serving(str(village.folder)) as ours, serving() as bare:
        contacts = await village.add_contacts(REQUESTS)

        async def taken_in() -> float:
            first = await _sent(village, village.sms, contacts)
            path = f"{village.hook('receipt')}?type=1&answer=&foreign=&delivery="
            return await requests_per_second(ours, [get(f"{path}{first + number}") for number in range(REQUESTS)])

        async def answered() -> float:
            return await requests_per_second(bare, [get(f"/ok?delivery={number}") for number in range(REQUESTS)])

        row = await compare("receipts, one a request, receipts/s", taken_in, answered, at_least=0.5)
        await village.expect(REQUESTS * RUNS, "deliveries WHERE state = 'delivered'")
        return [row]


async def pushed_receipts() -> list[Row]:
    """Aliyun's SmsReport: a hundred receipts a request, each known by the call's name and the number."""
    async with open_village() as village:
        account = await _aliyun(village)
        contacts, runs = await village.add_contacts(PUSHES * TOGETHER), itertools.count()
        async with serving(str(village.folder)) as ours, serving() as bare:

            async def taken_in() -> float:
                run = next(runs)
                first = await _sent(village, account, contacts)
                await _name(village, first, run)
                path = f"/hook/{account.id}/{account.hook_secret}/report"
                requests = [post(path, _JSON, _report(run, call)) for call in range(PUSHES)]
                return TOGETHER * await requests_per_second(ours, requests)

            async def answered() -> float:
                requests = [post("/ok", _JSON, _report(0, call)) for call in range(PUSHES)]
                return TOGETHER * await requests_per_second(bare, requests)

            row = await compare(f"receipts, {TOGETHER} a request, receipts/s", taken_in, answered, at_least=0.3)
            await village.expect(PUSHES * TOGETHER * RUNS, "deliveries WHERE state = 'delivered'")
            return [row]


async def _aliyun(village: Village) -> Account:
    credentials = {"access_key_id": "bench", "access_key_secret": "benchpw", "signature": "榕溪村"}
    async with village.database.write(utc_now()) as tx:
        return await add_account(tx, village.hub.village.id, AccountKind.ALIYUN, "aliyun", credentials, actor="bench")


def _sms(path: str, number: int) -> bytes:
    headers = {
        "X-Kannel-From": f"1390000{number % SENDERS:04d}",
        "X-Kannel-Time": "2026-11-22 05:38:51",
        "Content-Type": "text/plain; charset=UTF-8",
    }
    return post(f"{path}{number}", headers, "三组晒谷场边的路灯不亮")


def _report(run: int, call: int) -> str:
    """Fields and times as Aliyun's help shows them (smsreport-2)."""
    return json.dumps(
        [
            {
                "phone_number": _mobile(call * TOGETHER + place),
                "send_time": "2026-11-22 08:00:00",
                "report_time": "2026-11-22 08:00:04",
                "success": True,
                "err_code": "DELIVERED",
                "err_msg": "用户接收成功",
                "sms_size": "1",
                "biz_id": f"{run}{call}^0",
                "out_id": _out_id(run, call),
            }
            for place in range(TOGETHER)
        ],
        ensure_ascii=False,
    )


def _mobile(recipient: int) -> str:
    return number_of(recipient).removeprefix("+86")


def _out_id(run: int, call: int) -> str:
    return f"{run:016x}{call:016x}"


async def _sent(village: Village, account: Account, contacts: list[int]) -> int:
    """Deliveries that a provider has taken; the first one's id."""
    text = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。"
    async with village.database.write(utc_now()) as tx:
        before = await tx.scalar(deliveries.select().with_only_columns(deliveries.c.id).order_by(-deliveries.c.id))
        drafts = [Draft(village.hub.village.id, one, account.id, text, tx.now, is_bulk=True) for one in contacts]
        await write_deliveries(tx, drafts)
        await tx.run(update(deliveries).where(deliveries.c.id > (before or 0)).values(state="sent"))
    return int(before or 0) + 1


async def _name(village: Village, first: int, run: int) -> None:
    row = deliveries.update().where(deliveries.c.id == bindparam("row")).values(provider_id=bindparam("name"))
    async with village.database.write(utc_now()) as tx:
        names = [name_message(_out_id(run, one // TOGETHER), _mobile(one)) for one in range(PUSHES * TOGETHER)]
        await tx.run_many(row, [{"row": first + place, "name": name} for place, name in enumerate(names)])
