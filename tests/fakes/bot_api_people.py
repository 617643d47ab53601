"""What villagers do in Telegram: each method makes the update that Telegram would make and returns its id."""

import itertools
from collections.abc import Sequence

from tests.fakes import bot_api_shapes as shapes
from tests.fakes.bot_api_shapes import Json, SentMessage

NAME = "何阿婆"
_SIDES = (90, 320, 800, 1280)


class People:
    """Chats, messages, files and the updates that come of them. A positive chat id is a private chat with that user."""

    def __init__(self, username: str) -> None:
        self.me: Json = {
            "id": 7_000_000_001,
            "is_bot": True,
            "first_name": "榕溪村",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.updates: list[Json] = []
        self.sent: list[SentMessage] = []
        self.files: dict[str, bytes | None] = {}
        self.chats: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self.open_queries: set[str] = set()
        self.message_ids = itertools.count(101)
        self._update_ids = itertools.count(700_000_001)
        self._query_ids = itertools.count(4_382_910_000_000_001)

    def arrived(self, kind: str, content: object) -> int:
        """A new update with any content, also a malformed one."""
        update_id = next(self._update_ids)
        self.updates.append({"update_id": update_id, kind: content})
        return update_id

    def add_group(self, chat_id: int, title: str = "榕溪村议事会") -> None:
        self.chats[chat_id] = shapes.group_chat(chat_id, title)

    def block(self, chat_id: int) -> None:
        self.blocked.add(chat_id)

    def lose_files(self) -> None:
        self.files = dict.fromkeys(self.files)

    def user_says(self, chat_id: int, text: str, *, name: str = NAME, user_id: int = 0, reply_to: int = 0) -> int:
        extra: Json = {"text": text}
        if marked := shapes.entities(text):
            extra["entities"] = marked
        if reply_to:
            extra["reply_to_message"] = self.message_of_ours(self.sent_message(reply_to))
        return self._writes(chat_id, extra, name=name, user_id=user_id)

    def user_edits(self, chat_id: int, message_id: int, text: str) -> int:
        message = self._message(chat_id, NAME, 0) | {"message_id": message_id, "text": text}
        return self.arrived("edited_message", message | {"edit_date": message["date"] + 5})

    def user_sends_photo(
        self, chat_id: int, contents: Sequence[bytes], *, caption: str = "", declared_bytes: int = 0
    ) -> int:
        """`contents`: the same photo from small to large; `declared_bytes`: what the largest claims to have."""
        sizes = []
        for side, content in zip(_SIDES, contents, strict=False):
            size = self._file("photos", content) | {"width": side, "height": side * 3 // 4}
            sizes.append(size)
        sizes[-1]["file_size"] = declared_bytes or sizes[-1]["file_size"]
        return self._writes(chat_id, {"photo": sizes} | ({"caption": caption} if caption else {}))

    def user_sends_picture_as_file(self, chat_id: int, content: bytes) -> int:
        document = self._file("documents", content) | {"file_name": "IMG_1.jpg", "mime_type": "image/jpeg"}
        return self._writes(chat_id, {"document": document})

    def user_sends_voice(self, chat_id: int, content: bytes) -> int:
        voice = self._file("voice", content) | {"duration": 3, "mime_type": "audio/ogg"}
        return self._writes(chat_id, {"voice": voice})

    def user_sends_sticker(self, chat_id: int) -> int:
        form = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._writes(chat_id, {"sticker": self._file("stickers", b"RIFF") | form})

    def user_sends_location(self, chat_id: int, latitude: float, longitude: float) -> int:
        return self._writes(chat_id, {"location": {"latitude": latitude, "longitude": longitude}})

    def user_moves(self, chat_id: int, message_id: int, latitude: float, longitude: float) -> int:
        """A live location's next step."""
        place = {"latitude": latitude, "longitude": longitude, "live_period": 900}
        message = self._message(chat_id, NAME, 0) | {"message_id": message_id, "location": place}
        return self.arrived("edited_message", message | {"edit_date": message["date"] + 5})

    def user_shares_contact(
        self, chat_id: int, phone: str, *, contact_user_id: int | None = None, user_id: int = 0
    ) -> int:
        """The sender's own card unless `contact_user_id` says whose; 0 is somebody who is not on Telegram."""
        owner = (user_id or chat_id) if contact_user_id is None else contact_user_id
        contact = {"phone_number": phone, "first_name": NAME} | ({"user_id": owner} if owner else {})
        return self._writes(chat_id, {"contact": contact}, user_id=user_id)

    def user_presses(self, message_id: int, data: str, *, user_id: int = 0) -> int:
        """Only a button that is there can be pressed."""
        pressed = self.sent_message(message_id)
        assert data in pressed.data, f"no button {data!r} under message {message_id}"
        query_id = str(next(self._query_ids))
        self.open_queries.add(query_id)
        return self.arrived(
            "callback_query",
            {
                "id": query_id,
                "from": shapes.user(user_id or pressed.chat_id, NAME),
                "message": self.message_of_ours(pressed),
                "chat_instance": "-3784512907713862",
                "data": data,
            },
        )

    def sent_message(self, message_id: int) -> SentMessage:
        return next(message for message in self.sent if message.message_id == message_id)

    def message_of_ours(self, sent: SentMessage) -> Json:
        sender = {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}
        message = shapes.message(sent.message_id, sender, self.chats[sent.chat_id]) | {"text": sent.text}
        inline = sent.reply_markup is not None and "inline_keyboard" in sent.reply_markup
        return message | ({"reply_markup": sent.reply_markup} if inline else {})

    def _writes(self, chat_id: int, extra: Json, *, name: str = NAME, user_id: int = 0) -> int:
        self.blocked.discard(chat_id)
        return self.arrived("message", self._message(chat_id, name, user_id) | extra)

    def _message(self, chat_id: int, name: str, user_id: int) -> Json:
        if chat_id > 0:
            self.chats.setdefault(chat_id, shapes.private_chat(chat_id, name))
        assert chat_id in self.chats, "add_group first"
        sender = shapes.user(user_id or abs(chat_id), name)
        return shapes.message(next(self.message_ids), sender, self.chats[chat_id])

    def _file(self, folder: str, content: bytes) -> Json:
        number = len(self.files)
        self.files[f"{folder}/file_{number}"] = content
        return {
            "file_id": f"{folder}/file_{number}",
            "file_unique_id": f"AQAD{number}",
            "file_size": len(content),
        }
