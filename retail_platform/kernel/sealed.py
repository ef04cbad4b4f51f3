"""Secrets at rest: AES-256-GCM, bound to the row they belong to (reliability D17).

Layout of a sealed value: version (1 byte), length of the key id (1), key id, nonce (12), ciphertext with its tag. The
associated data is table, primary key and field, so a ciphertext copied into another row does not open there.
"""

import base64
import binascii
import json
import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

VERSION, NONCE_BYTES = b"\x01", 12


class CannotOpen(Exception):
    """A sealed value does not open: its key is not among RETAIL_CREDENTIAL_KEYS, or it was made for another row."""


def seal(secrets: dict[str, str], *, place: str) -> bytes:
    """Seal with the newest key; `place` is what the value is bound to."""
    key_id, key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(secrets).encode(), place.encode())
    return VERSION + bytes([len(key_id)]) + key_id.encode() + nonce + sealed


def unseal(sealed: bytes, *, place: str) -> dict[str, str]:
    """Open with whichever key sealed it. Raises CannotOpen."""
    key_id, rest = key_id_of(sealed), sealed[2 + sealed[1] :]
    key = dict(_keys()).get(key_id)
    if sealed[:1] != VERSION or key is None:
        raise CannotOpen(f"secrets of {place} need key {key_id!r}; add it to RETAIL_CREDENTIAL_KEYS")
    try:
        opened: dict[str, str] = json.loads(AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()))
    except InvalidTag as wrong:
        raise CannotOpen(f"secrets of {place} were changed, or sealed for another row; enter them again") from wrong
    return opened


def key_id_of(sealed: bytes) -> str:
    """Which key a value was sealed with."""
    return bytes(sealed[2 : 2 + sealed[1]]).decode(errors="replace")


def newest_key_id() -> str:
    """The key that seals new values."""
    return _keys()[0][0]


def _keys() -> list[tuple[str, bytes]]:
    keys = []
    for entry in settings.CREDENTIAL_KEYS:
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 32 or not 1 <= len(key_id) <= 32 or not key_id.isascii():
            raise ImproperlyConfigured("RETAIL_CREDENTIAL_KEYS holds 'id:base64 of 32 bytes' pairs, newest first")
        keys.append((key_id, key))
    if not keys:
        raise ImproperlyConfigured("RETAIL_CREDENTIAL_KEYS is empty; set 'id:base64 of 32 random bytes'")
    return keys


class _Opening(DeferredAttribute):
    """Open on each read, so that plain secrets never lie in the instance longer than they are used."""

    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or isinstance(value, dict):
            return value
        return unseal(bytes(value), place=self.field.place_of(instance)) if value else {}

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """A dict of secrets, sealed in the database. The row's primary key must exist before it is saved."""

    descriptor_class = _Opening
    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def place_of(self, row: models.Model) -> str:
        """What a value of this row is bound to."""
        return f"{row._meta.db_table}/{row.pk}/{self.attname}"

    def pre_save(self, row: models.Model, add: bool) -> Any:
        value = row.__dict__.get(self.attname)
        if isinstance(value, dict):
            value = row.__dict__[self.attname] = seal(value, place=self.place_of(row)) if value else b""
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            raise TypeError(f"{self.attname} is sealed for its row: set it on the row and save that")
        return super().get_db_prep_value(value, connection, prepared)
