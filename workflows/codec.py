"""Everything that enters Temporal is compressed and encrypted with the service key (编解码)."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.converter import PayloadCodec as BaseCodec
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENCODING = b"binary/zstd+aes-gcm"
_NONCE_BYTES = 12
_MAX_BYTES = 64_000_000


class ServiceKeyCodec(BaseCodec):
    """zstd, then AES-256-GCM: nonce, ciphertext, tag; the encoding's name is authenticated."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._decompressor = zstandard.ZstdDecompressor()

    @override
    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encode(payload) for payload in payloads]

    @override
    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.opened(payload) for payload in payloads]

    def _encode(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        packed = self._compressor.compress(payload.SerializeToString())
        data = nonce + self._cipher.encrypt(nonce, packed, ENCODING)
        return Payload(metadata={"encoding": ENCODING}, data=data)

    def opened(self, payload: Payload) -> Payload:
        """Return what a payload held before it was closed; one of others is as it is."""
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        packed = self._cipher.decrypt(nonce, data, ENCODING)
        plain = self._decompressor.decompress(packed, max_output_size=_MAX_BYTES)
        return Payload.FromString(plain)


def data_converter(service_key: bytes) -> DataConverter:
    """Return the converter for every Temporal client; failures are encrypted too."""
    return DataConverter(
        payload_codec=ServiceKeyCodec(service_key),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(address: str, namespace: str, service_key: Path, *, lazy: bool = False) -> Client:
    """Return a client that encrypts with the key in a file; `lazy` connects at the first call.

    Raises:
        OSError: the key file cannot be read.
        RuntimeError: the server cannot be reached.
    """
    converter = data_converter(await asyncio.to_thread(service_key.read_bytes))
    return await Client.connect(address, namespace=namespace, data_converter=converter, lazy=lazy)
