"""Messages in a village's own words: what is said now, how it looks on a handset, and what is to be known of it."""

from dataclasses import dataclass, replace

from aiohttp import web

from console.settings.room import back, begin_press, place_of, show
from console.settings.word_looks import given_for, lines_of, look_at, way_of
from console.visits import Fields, Office, Told, Visit
from notifier.own_text_linter import Worded, remarks
from notifier.render import Medium
from notifier.wordable import WORDABLE
from store.actions.areas import unset_setting
from store.actions.settings import set_setting
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, Refusal
from store.domain.own_texts import MOST_CHARACTERS
from store.domain.settings import LANGUAGES, AreaSettings
from store.queries.access import may_change_settings
from store.queries.accounts import accounts_serving
from store.queries.areas import settings_for
from store.queries.settings_book import setting_values

LOOK, STANDARD = "look", "standard"
"""What may be pressed besides keeping the words."""


@dataclass(frozen=True, slots=True)
class WordPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, request.query.get("area", ""))
            settings = await settings_for(tx, place.area.id)
            values = await setting_values(tx, place.area)
        asked = request.query.get("language", "")
        language = asked if asked in LANGUAGES else settings.language
        return show(
            self.office,
            request,
            visit,
            "words",
            place,
            lines=list(lines_of(self.office.renderer, language, settings, values)),
            spoken=language,
            languages=LANGUAGES,
        )

    async def press(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Keep the words, let what holds above hold here again, or only look."""
        pressed, text = fields.get("press", ""), fields.get("text", "")
        if pressed == LOOK:
            return await self.form(request, replace(visit, told=Told(written=fields)))
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "words")
            if not may_change_settings(visit.person, area.path):
                raise NotAllowed("setting.not_yours")
            worded = self._worded(request, await settings_for(tx, area.id)).saying(text)
            given = await given_for(tx, self.office.renderer, worded, area)
            # Whoever types what holds above wants no words of his own.
            is_own, actor = pressed != STANDARD and text != given.above, f"staff:{visit.person.id}"
            changed = await (self._keep if is_own else _let_go)(tx, worded, area, actor)
        done = ("worded" if is_own else "standard") if changed else "same"
        raise back("words", area, done, language=worded.language)

    async def _keep(self, tx: Transaction, worded: Worded, area: Area, actor: str) -> bool:
        """Raises Refusal("own_text.wrong") and ("own_text.objected"), with which the whole press is undone."""
        changed = await set_setting(tx, area, worded.name, worded.text, actor=actor)
        if any(one.forbids for one in remarks(self.office.renderer, worded)):
            raise Refusal("own_text.objected")
        return changed

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        renderer = self.office.renderer
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, visit.asked(request).get("area", ""))
            worded = self._worded(request, await settings_for(tx, place.area.id))
            given = await given_for(tx, renderer, worded, place.area)
            serving = await accounts_serving(tx, place.area.id)
        worded = worded.saying(visit.told.written.get("text", given.own or given.above))
        return show(
            self.office,
            request,
            visit,
            "words",
            place,
            page="words_one",
            worded=worded,
            way=way_of(renderer, worded),
            given=given,
            look=look_at(renderer, worded, serving),
            filled=renderer.filled(worded.wordable.said_in(worded.medium), worded.language, worded.settings),
            needed={renderer.own_texts.name(worded.language, fact) for fact in worded.wordable.needs},
            may_change=may_change_settings(visit.person, place.area.path),
            longest=MOST_CHARACTERS,
        )

    def _worded(self, request: web.Request, settings: AreaSettings) -> Worded:
        """The text that an address names. Raises HTTPNotFound where a village has no say in it."""
        language, message, medium = (request.match_info[part] for part in ("language", "message", "medium"))
        if language not in LANGUAGES or message not in WORDABLE:
            raise web.HTTPNotFound
        if medium not in self.office.renderer.media(language, message):
            raise web.HTTPNotFound
        return Worded(WORDABLE[message], language, Medium(medium), "", settings)


async def _let_go(tx: Transaction, worded: Worded, area: Area, actor: str) -> bool:
    return await unset_setting(tx, area.id, worded.name, actor=actor)
