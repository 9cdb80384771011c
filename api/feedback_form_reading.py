"""What a customer's browser sends with the form: fields, and files sealed at once (表单读取)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from anyio import to_thread
from fastapi import Request
from sqlalchemy.orm import Session

from api import intake_uploads
from api.arrived_file import ArrivedFile, arrived
from api.attachment_rules import AttachmentRules
from api.feedback_form_page import FILES
from api.incoming_parts import IncomingPart, IncomingParts
from api.intake_claim import leave
from api.means import Means
from api.problem import Problem
from models import intake_upload

MAX_FIELDS = 40
# A browser sends a line break as two bytes and a character as up to four.
_MAX_BYTES = 24_000


@dataclass
class SentForm:
    """The form as it came (已提交的表单).

    Attributes:
        token: under which the files wait, "" without any.
        file_error: the code of what stood in the way of a file.
    """

    fields: dict[str, str] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    file_error: str = ""


async def read_form(request: Request, means: Means, *, with_files: bool) -> SentForm:
    """Read the form; files wait under a token until their item is told.

    Raises:
        Problem: `body_malformed`, `body_too_large` or `media_type_unsupported`.
    """
    sent = SentForm()
    async for part in IncomingParts(request).parts():
        if part.is_file:
            if with_files and part.field == FILES and not sent.file_error:
                await _take(means, sent, part)
        elif len(sent.fields) < MAX_FIELDS:
            text = await part.text(_MAX_BYTES)
            sent.fields[part.field] = text.replace("\r\n", "\n")
            sent.token = sent.fields.get("upload_token", "")
    return sent


def rules(means: Means) -> AttachmentRules | None:
    """Return what may be sent along, None where nothing may."""
    found = means.attachments
    return found if found is not None and found.upload_files > 0 else None


def names(means: Means, token: str) -> list[str]:
    """Return the names of the files that wait under a token.

    Raises:
        Problem: `upload_token_invalid`.
    """
    with Session(means.engine) as session:
        waiting = intake_upload.files(session, leave(session, token, means.now()))
        return [intake_upload.opened(token, one)[1] for one in waiting]


async def _take(means: Means, sent: SentForm, part: IncomingPart) -> None:
    """Keep a file; without a name it is what a browser sends where none was chosen."""
    found = rules(means)
    if found is None or not part.name:
        return
    try:
        limit = min(found.file_limit, found.upload_bytes)
        async with arrived(part, found.folder, limit) as came:
            sent.token = await to_thread.run_sync(partial(_keep, means, sent.token, came))
    except Problem as problem:
        if problem.code == "upload_token_invalid":
            sent.token = ""
        sent.file_error = problem.code


def _keep(means: Means, token: str, came: ArrivedFile) -> str:
    with Session(means.engine) as session, session.begin():
        held = token or intake_upload.begin(session, means.now())[0]
        intake_uploads.keep(session, means, held, came)
        return held
