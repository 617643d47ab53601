"""The one path of all messages: recorded, answered in order, in turns that happen whole or not at all."""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.desks import open_desk
from bot.dialogue import engine, fallback
from bot.dialogue.talk import Answer, Talk, aside
from bot.intake import Brought, Intake
from bot.opening import utc_now
from notifier.message import AttachmentKind, DeliveryReceipt, InboundMessage
from notifier.metrics import TURNS
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.telling import Written, write_replies, write_tells
from store.actions.turn import ATTEMPTS_BEFORE_A_PERSON, Turn, TurnFailed, claim_messages, count_failure, turn_of
from store.database import Database, Transaction
from store.domain.accounts import Account
from store.domain.areas import AreaKind
from store.domain.conversation import Session
from store.domain.errors import Refusal, StoreUnavailable
from store.domain.inbound import InboundArrival, InboundBody
from store.domain.normal import clean
from store.domain.speech import Say
from store.files import FileStore, StoredFile, UnusableFileError

log = structlog.get_logger()

Clock = Callable[[], datetime]
Sent = Callable[[Sequence[Written]], None]
"""Hears what turns have written and committed, to send it at once."""

IDLE_SECONDS = 1.0
LONGEST_ID = 80
OUTAGE_SECONDS = 2.0


class Inbox:
    def __init__(
        self,
        database: Database,
        files: FileStore,
        renderer: Renderer,
        pulse: Pulse,
        written: Sent,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._files = files
        self._renderer = renderer
        self._pulse = pulse
        self._tell_written = written
        self._clock = clock
        self._intake = Intake(database, clock)
        self._arrived = asyncio.Event()
        self._stopping = False
        self.stopped = asyncio.Event()

    async def receive(
        self, account: Account, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt] = ()
    ) -> None:
        """Commit what a channel brought. Raises StoreUnavailable where nothing was: the provider will repeat it."""
        arrivals, files = [], []
        for message in messages:
            stored, unusable = await self._keep_files(message)
            arrivals.append(_arrival(message, stored, unusable))
            files += stored
        await self._intake.take(Brought(account, arrivals, files, [_cleaned(receipt) for receipt in receipts]))
        if messages:
            self._arrived.set()
        if receipts:
            self._pulse.beat()

    async def _keep_files(self, message: InboundMessage) -> tuple[list[StoredFile], str]:
        stored, unusable = [], ""
        for attachment in message.attachments:
            keep = self._files.put_photo if attachment.kind is AttachmentKind.PHOTO else self._files.put_voice
            try:
                stored.append(await asyncio.to_thread(keep, attachment.content))
            except UnusableFileError as error:
                unusable = error.key
        return stored, unusable

    async def run(self) -> None:
        """Answer messages until it is stopped."""
        while not self._stopping:
            self._arrived.clear()  # before looking: what arrives meanwhile is not slept over
            try:
                busy = await self.answer_next()
            except StoreUnavailable:
                log.warning("inbox.store_unavailable")
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            except Exception:  # one broken row must not silence the village
                log.exception("inbox.failed")
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            if not busy and not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), IDLE_SECONDS)

        self.stopped.set()

    def stop(self) -> None:
        """Let the turn that is under way end, and take no other."""
        self._stopping = True
        self._arrived.set()

    async def answer_next(self) -> bool:
        """Take the turns of the messages that wait longest; whether there were any. Raises StoreUnavailable."""
        written: list[Written] = []
        async with self._database.write(self._clock()) as tx:
            messages = await claim_messages(tx)
            ends = [await self._answer_one(tx, message, written) for message in messages]
        for end in ends:
            TURNS.labels(end).inc()
        if "answered" in ends:
            self._pulse.beat()
            self._tell_written(written)
        return bool(messages)

    async def _answer_one(self, tx: Transaction, message: Any, written: list[Written]) -> str:
        try:
            async with turn_of(tx, message) as turn:
                rows = await self._take(turn)
        except TurnFailed as failed:  # whatever went wrong, the message must reach a person
            log.exception("inbox.turn_failed", inbound=failed.inbound_id)
            await count_failure(tx, failed.inbound_id)
            return "failed"
        written += rows
        return "answered"

    async def _take(self, turn: Turn) -> list[Written]:
        answer = await self._answer(turn)
        says = answer.says
        if turn.flooding:
            says = () if turn.flood_told else (Say("slow_down"),)
            turn.tells_flood = not turn.flood_told
        language = answer.language or turn.speaker.contact.language
        if not answer.keeps:
            offered = says[-1].options if says and answer.step else ()
            turn.session = Session(
                step=answer.step,
                data=answer.data,
                options=self._renderer.labelled(offered, language),
                turn=turn.session.turn + 1,
                speaker_id=answer.speaker_id or turn.session.speaker_id,
                asked_at=turn.tx.now,
            )
        turn.is_vote, turn.matter_id = answer.is_vote, answer.matter_id
        replies = await write_replies(turn, self._renderer, says, language)
        return replies + await write_tells(turn.tx, self._renderer, answer.tells)

    async def _answer(self, turn: Turn) -> Answer:
        """Let the dialogue decide; a refusal undoes what the dialogue had begun, and is told to the person."""
        talk = Talk(turn.speaker, open_desk(turn.tx, turn.speaker, self._renderer), turn.tx.now, turn.session)
        if turn.failures >= ATTEMPTS_BEFORE_A_PERSON:
            return await fallback.to_a_person(talk, turn.body)
        try:
            async with turn.tx.savepoint():
                return await self._decide(talk, turn)
        except Refusal as refusal:
            return Answer((Say(f"refused.{refusal.key}", refusal.params),), keeps=True)

    async def _decide(self, talk: Talk, turn: Turn) -> Answer:
        if turn.speaker.settings.area.kind is not AreaKind.VILLAGE:
            return await fallback.which_village(talk, turn.body)
        if turn.is_group:
            return aside("group.private")
        if turn.flooding:
            return await fallback.keep_for_a_person(talk, turn.body)
        return await engine.answer(talk, turn.body, turn.questions)


def _arrival(message: InboundMessage, stored: Sequence[StoredFile], unusable: str) -> InboundArrival:
    body = InboundBody(
        text=clean(message.text),
        button=clean(message.button),
        replaces=clean(message.replaces),
        files=tuple(file.sha256 for file in stored),
        unusable=unusable,
        latitude=message.location.latitude if message.location else None,
        longitude=message.location.longitude if message.location else None,
        shared_number=clean(message.shared_number),
        missed_call=message.missed_call,
        open_seconds=message.open_seconds,
    )
    name = clean(message.display_name)[:80]
    return InboundArrival(_fitting(clean(message.provider_id)), clean(message.address), name, body)


def _cleaned(receipt: DeliveryReceipt) -> DeliveryReceipt:
    name, code = clean(receipt.provider_id), clean(receipt.code)
    if (name, code) == (receipt.provider_id, receipt.code):
        return receipt
    return replace(receipt, provider_id=name, code=code)


def _fitting(provider_id: str) -> str:
    """An id as the ledger holds it. Cut off, two that begin alike would be one, and the second message be lost."""
    return provider_id if len(provider_id) <= LONGEST_ID else hashlib.sha256(provider_id.encode()).hexdigest()
