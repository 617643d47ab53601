"""Copies of the books: one archive with a manifest, the store and the files; the keys are never inside.

The archive is a tar.gz: `store/…` (SQLite's file, or on PostgreSQL one COPY text a table), `files/<sha256>` and, last,
`manifest.json` with the digest of everything before it. It holds names and texts as the store does: keep it as safe.

Exceptions: BackupError, and StoreUnavailable where a database does not answer.
"""


class BackupError(Exception):
    """A backup cannot be made or restored; nothing was changed. The text is a sentence for the operator."""
