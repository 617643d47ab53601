"""What each recipient is told: a text of his own, rendered from the same template on both sides of a comparison."""

from dataclasses import dataclass

from bot.opening import utc_now
from notifier.render import Medium, Renderer
from store.domain.answers import AskKind
from store.domain.settings import AreaSettings
from store.domain.speech import Say
from store.queries.areas import settings_for
from tests.bench.village import Village


@dataclass(frozen=True, slots=True)
class Texts:
    renderer: Renderer
    settings: AreaSettings

    def of(self, recipient: int) -> str:
        facts = {
            "number": 26041,
            "text": f"您户{recipient}号水表本月用水{recipient % 40}吨,明早8点停水。",
            "sender": "周文书",
            "asks": AskKind.NOTHING,
            "no_vote": False,
            "whole": True,
        }
        return self.renderer.render(Say("notice", facts), "zh_CN", Medium.SMS, self.settings).text


async def texts_of(village: Village) -> Texts:
    async with village.database.read(utc_now()) as tx:
        return Texts(Renderer(), await settings_for(tx, village.hub.village.id))
