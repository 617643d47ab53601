"""A village is copied while people write, and put back elsewhere: the same rows, the same chains, no key inside."""

import asyncio
import base64
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from PIL import Image
from sqlalchemy import create_engine, func, inspect, make_url, select

from store.actions.accounts import add_account
from store.actions.backups import note_backup
from store.backup import BackupError
from store.backup.archive import MANIFEST
from store.backup.making import make_backup
from store.backup.manifest import Manifest
from store.backup.restoring import RESTORED, restore_backup
from store.database import Database
from store.domain.accounts import AccountKind
from store.domain.audit import AuditEntry, AuditFact, first_break
from store.files import FileStore
from store.keyring import Keyring, new_keyring, with_new_active_key
from store.migrations import migrate
from store.queries.accounts import all_accounts
from store.queries.backups import MADE, last_backup_at
from store.tables import audit_entries, audit_heads, metadata, ticket_messages
from tests.hub import NOON, Hub

PASSWORD = "kannel-only-knows-1b7f"


def _ignore(*_progress: int) -> None: ...


@dataclass(slots=True)
class Copy:
    """A village's backup, and an empty place to put it back."""

    hub: Hub
    url: str
    elsewhere: str
    archive: Path
    files: FileStore

    def make(self) -> Manifest:
        return make_backup(self.url, self.hub.database.keyring, self.hub.files, self.archive, NOON, _ignore)

    def restore(self, keyring: Keyring | None = None) -> Manifest:
        keyring = keyring or self.hub.database.keyring
        return restore_backup(self.elsewhere, keyring, self.files, self.archive, _ignore)

    def rows(self) -> int:
        """How many rows are in the other place; 0 where there is not even a table."""
        url = make_url(self.elsewhere)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return 0
        engine = create_engine(url)
        with engine.connect() as connection:
            tables = [table for table in metadata.sorted_tables if inspect(connection).has_table(table.name)]
            counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
        engine.dispose()
        return sum(counts)


@pytest.fixture
def elsewhere(store_url: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of the same kind."""
    url = make_url(store_url)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{tmp_path}/elsewhere/banyan.db"
        return
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere STRATEGY file_copy")
        yield url.set(database="elsewhere").render_as_string(hide_password=False)
        connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


@pytest.fixture
def copy(hub: Hub, store_url: str, elsewhere: str, tmp_path: Path) -> Copy:
    files = FileStore(tmp_path / "elsewhere" / "files")
    return Copy(hub, store_url, elsewhere, tmp_path / "backups" / "banyan.tar.gz", files)


def _photo(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "PNG")
    return content.getvalue()


async def _fill(hub: Hub) -> None:
    """A lamp with a photo, a ticket joined to a later one, and a gateway with a password."""
    async with hub.books() as tx:
        credentials = {"url": "http://127.0.0.1:9", "user": "hub", "password": PASSWORD}
        await add_account(tx, hub.village.id, AccountKind.KANNEL, "modem", credentials, actor="test")
    await hub.say(hub.chat, "visitor1", "三组路口的路灯坏了", photo=_photo("orange"))
    await hub.text("林嫂", "晒谷场边停水了")


async def _numbers(database: Database) -> Mapping[str, int]:
    async with database.read(NOON) as tx:
        return {
            table.name: int(await tx.scalar(select(func.count()).select_from(table)))
            for table in metadata.sorted_tables
        }


async def _broken_chains(database: Database) -> list[int]:
    async with database.read(NOON) as tx:
        heads = await tx.all(select(audit_heads))
        entries = await tx.all(select(audit_entries).order_by(audit_entries.c.area_id, audit_entries.c.sequence))
    broken = []
    for head in heads:
        mine = [
            AuditEntry(
                row.sequence,
                AuditFact(row.area_id, row.actor, row.action, row.subject, row.digest, row.salt),
                row.at,
                row.hash,
            )
            for row in entries
            if row.area_id == head.area_id
        ]
        if first_break(mine, head.hash):
            broken.append(head.area_id)
    return broken


async def test_what_was_copied_while_people_write_comes_back_whole(copy: Copy) -> None:
    hub = copy.hub
    await _fill(hub)
    before = await _numbers(hub.database)
    making = asyncio.create_task(asyncio.to_thread(copy.make))
    written = 0
    while not making.done() or not written:
        written += 1
        await hub.say(hub.chat, f"visitor{written + 1}", "二组的桥栏杆松了")
    manifest = await making
    after = await _numbers(hub.database)
    await asyncio.to_thread(copy.restore)
    restored = Database(copy.elsewhere, hub.database.keyring)
    found = await _numbers(restored)
    assert {table.name: table.rows for table in manifest.tables} == found
    assert all(before[name] <= found[name] <= after[name] for name in found)
    assert found["ticket_messages"] == found["tickets"]  # of one moment: no message without its ticket
    assert await _broken_chains(restored) == []
    async with restored.read(NOON) as tx:
        [lamp] = await tx.all(select(ticket_messages.c.files).where(ticket_messages.c.text.like("%路灯%")))
        accounts = {account.name: account for account in await all_accounts(tx)}
    assert copy.files.path_of(lamp.files[0]).read_bytes() == hub.files.path_of(lamp.files[0]).read_bytes()
    assert accounts["modem"].credentials["password"] == PASSWORD
    await restored.close()


async def test_a_restored_village_goes_on_with_new_numbers_and_holds_back_what_waited(copy: Copy) -> None:
    await _fill(copy.hub)
    await asyncio.to_thread(copy.make)
    await asyncio.to_thread(copy.restore)
    hub = copy.hub
    hub.database = Database(copy.elsewhere, hub.database.keyring)
    hub.__post_init__()
    [heard] = await hub.text("陈伯", "三组的路塌了")
    assert "1003" in heard
    async with hub.books() as tx:
        stopped = {account.name: account.stopped_reason for account in await all_accounts(tx)}
    assert stopped == {"phones": "", "chat": "", "modem": RESTORED}
    await hub.database.close()


async def test_no_key_and_no_number_is_in_it(copy: Copy) -> None:
    await _fill(copy.hub)
    await asyncio.to_thread(copy.make)
    content = _unpacked(copy.archive)
    keyring = copy.hub.database.keyring
    for secret in (*keyring.keys.values(), keyring.index_key):
        for written in (secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret)):
            assert written not in content
    assert PASSWORD.encode() not in content
    assert b"13900007001" not in content
    assert "陈伯".encode() in content  # a backup is as confidential as the store
    assert copy.archive.stat().st_mode & 0o777 == 0o600


def _unpacked(archive: Path) -> bytes:
    with tarfile.open(archive) as tar:
        files = [tar.extractfile(member) for member in tar]
        return b"\n".join(file.read() for file in files if file)


async def test_it_is_restored_into_an_empty_store_only_such_as_init_makes(copy: Copy) -> None:
    await asyncio.to_thread(copy.make)
    url = make_url(copy.elsewhere)
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir()
    migrate(url)
    manifest = await asyncio.to_thread(copy.restore)
    assert copy.rows() == manifest.rows
    with pytest.raises(BackupError, match="already"):
        await asyncio.to_thread(copy.restore)
    assert copy.rows() == manifest.rows


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_backup_is_never_written_over_another(copy: Copy) -> None:
    await asyncio.to_thread(copy.make)
    made = copy.archive.read_bytes()
    with pytest.raises(BackupError, match="already"):
        await asyncio.to_thread(copy.make)
    assert copy.archive.read_bytes() == made
    assert [path.name for path in copy.archive.parent.iterdir()] == ["banyan.tar.gz"]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_only_the_key_file_that_sealed_it_opens_it(copy: Copy) -> None:
    hub = copy.hub
    older = hub.database.keyring
    hub.database.keyring = with_new_active_key(older)
    await asyncio.to_thread(copy.make)
    with pytest.raises(BackupError, match="another store's"):
        await asyncio.to_thread(copy.restore, new_keyring())
    with pytest.raises(BackupError, match="older than this backup"):
        await asyncio.to_thread(copy.restore, older)
    assert copy.rows() == 0


def _changed(member: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(archive: Path) -> None:
        _rewrite(archive, lambda name, content: change(content) if name.startswith(member) else content)

    return damage


def _without(member: str) -> Callable[[Path], None]:
    def damage(archive: Path) -> None:
        _rewrite(archive, lambda name, content: None if name.startswith(member) else content)

    return damage


def _rewrite(archive: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with tarfile.open(archive) as tar:
        members = [(member.name, file.read()) for member in tar if (file := tar.extractfile(member))]
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in members:
            changed = change(name, content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                tar.addfile(info, io.BytesIO(changed))


def _cut(share: float) -> Callable[[Path], None]:
    def damage(archive: Path) -> None:
        archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * share)])

    return damage


def _manifest_that(**said: object) -> Callable[[Path], None]:
    return _changed(MANIFEST, lambda content: json.dumps({**json.loads(content), **said}).encode())


def _with_a_link(archive: Path) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("files/../../etc/passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)


async def test_a_backup_whose_rows_are_not_all_there_leaves_the_store_empty(copy: Copy) -> None:
    await asyncio.to_thread(copy.make)

    def one_more(content: bytes) -> bytes:
        document = json.loads(content)
        document["tables"][-1]["rows"] += 1
        return json.dumps(document).encode()

    _changed(MANIFEST, one_more)(copy.archive)
    with pytest.raises(BackupError, match="lacks rows"):
        await asyncio.to_thread(copy.restore)
    assert copy.rows() == 0


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_cut(0.0), id="empty"),
        pytest.param(_cut(0.3), id="cut early"),
        pytest.param(_cut(0.97), id="cut late"),
        pytest.param(_changed("store/", lambda content: content[:-1] + b"X"), id="a byte of the store"),
        pytest.param(_changed("files/", lambda content: content[:-1] + b"X"), id="a byte of a photo"),
        pytest.param(_without("files/"), id="no photos"),
        pytest.param(_without("store/"), id="no store"),
        pytest.param(_without(MANIFEST), id="no manifest"),
        pytest.param(_changed(MANIFEST, lambda _: b"{}"), id="an empty manifest"),
        pytest.param(_changed(MANIFEST, lambda _: b"[1"), id="a broken manifest"),
        pytest.param(_manifest_that(format=2), id="another format"),
        pytest.param(_manifest_that(revision="9999"), id="a newer shape"),
        pytest.param(_manifest_that(database="oracle"), id="another database"),
        pytest.param(
            _manifest_that(tables=[{"name": "areas; DROP TABLE areas", "columns": [], "rows": 0}]), id="no table"
        ),
        pytest.param(_with_a_link, id="a link"),
        pytest.param(lambda archive: archive.unlink(), id="no file"),
        pytest.param(lambda archive: archive.write_bytes(b"Rar!\x1a\x07"), id="something else"),
    ],
)
async def test_a_damaged_backup_is_refused_and_nothing_is_written(copy: Copy, damage: Callable[[Path], None]) -> None:
    await copy.hub.say(copy.hub.chat, "visitor1", "三组路口的路灯坏了", photo=_photo("orange"))
    await asyncio.to_thread(copy.make)
    damage(copy.archive)
    with pytest.raises(BackupError):
        await asyncio.to_thread(copy.restore)
    assert copy.rows() == 0


async def test_the_doctor_knows_of_the_last_one(hub: Hub) -> None:
    async with hub.books() as tx:
        assert await last_backup_at(tx) is None
        await note_backup(tx, MADE, 4711)
    async with hub.books() as tx:
        assert await last_backup_at(tx) == NOON
    assert await _broken_chains(hub.database) == []
