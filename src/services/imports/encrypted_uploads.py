"""Uploaded files, encrypted in GridFS, so that a copy of the database does not reveal them.

AES-256-GCM; the key is derived from SECRET_KEY, which is not in the database.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gridfs.errors import NoFile

from src.errors import NotFound
from src.services.mongo.client import Database, from_now, guarded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_A_DAY_S = 24 * 3600
_PURPOSE = b"ledgerloop: files on their way in"


class Uploads:
    def __init__(self, database: Database, secret: Callable[[], str]) -> None:
        """secret: the same on every host; called at the first file."""
        self._database = database
        self._secret = secret

    @guarded
    def keep(self, name: str, content: bytes) -> Any:
        """Returns the id of the file. name: needed again to decrypt it."""
        return self._database.uploads.upload_from_stream(name, self.seal(name, content))

    def seal(self, name: str, content: bytes) -> bytes:
        """Encrypt `content`; `name` is authenticated with it."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, name.encode())

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Raises NotFound if it was encrypted with another key."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except InvalidTag:
            raise NotFound(
                "The file of this import was encrypted with another SECRET_KEY; upload it again."
            ) from None

    @guarded
    def read(self, file_id: Any, name: str) -> bytes:
        """Raises NotFound if it is deleted or was encrypted with another key, Unavailable."""
        try:
            sealed = self._database.uploads.open_download_stream(file_id).read()
        except NoFile:
            raise NotFound("The file of this import is deleted; upload it again.") from None
        return self.unseal(name, sealed)

    @guarded
    def delete(self, file_id: Any) -> None:
        with suppress(NoFile):
            self._database.uploads.delete(file_id)

    @guarded
    def delete_strays(self, known: Collection[Any]) -> None:
        """Delete files older than a day that are not `known`: the process that stored them was killed."""
        strays = {"_id": {"$nin": list(known)}, "$expr": {"$lt": ["$uploadDate", from_now(-_A_DAY_S)]}}
        for file in self._database.uploads.find(strays):
            self.delete(file._id)

    @cached_property
    def _cipher(self) -> AESGCM:
        # Imported here, because most processes never read a file.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(self._secret().encode())
        return AESGCM(key)
