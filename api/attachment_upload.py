"""A file arrives: encrypted on its way to the disk, its row committed when it stands (上传)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from anyio import to_thread
from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.arrived_file import ArrivedFile, arrived
from api.attachment_rules import MAX_FILES, AttachmentRules
from api.attachment_view import view
from api.authentication import Caller
from api.feedback_view import visible_item
from api.idempotency import Answer, Once, keyed_digest
from api.incoming_file import IncomingFile
from api.masked import Personal, masked
from api.means import Means
from api.personal import person_of
from api.problem import Problem
from models import access_record, attachment, live_event
from models.attachment import Attachment
from models.feedback import Feedback
from models.progress_entry import ProgressEntry
from models.vault import PersonErasedError


@dataclass(frozen=True)
class Upload:
    """Who sends what to where (上传请求)."""

    means: Means
    rules: AttachmentRules
    caller: Caller
    number: str
    entry: UUID | None
    key: str | None


async def receive(asked: Upload, request: Request) -> Answer:
    """Take a file and keep it once.

    Raises:
        Problem: for what is no file, too large, empty, or not what its name says.
    """
    await to_thread.run_sync(_look, asked)
    async with arrived(IncomingFile(request), asked.rules.folder, asked.rules.file_limit) as one:
        return await to_thread.run_sync(partial(_keep_once, asked, one))


def _look(asked: Upload) -> None:
    """Refuse what is refused anyway before the file is read."""
    with Session(asked.means.engine) as session:
        _item(session, asked)


def _item(session: Session, asked: Upload) -> Feedback:
    item = visible_item(session, asked.caller, asked.number)
    if item.status == "archived":
        raise Problem("feedback_closed", status=item.status)
    entry = session.get(ProgressEntry, asked.entry) if asked.entry else None
    if asked.entry and (entry is None or entry.feedback_id != item.id):
        raise Problem("progress_entry_not_found")
    return item


def _keep_once(asked: Upload, came: ArrivedFile) -> Answer:
    body = f"{came.name}|{asked.entry}|".encode() + came.sealer.plain_digest
    own = (asked.caller.username, f"attach {asked.number}", asked.key)
    once = Once(*own, keyed_digest(asked.means, body), asked.means.now())
    try:
        with Session(asked.means.engine, expire_on_commit=False) as session, session.begin():
            earlier = once.begin(session)
            if earlier is not None:
                return earlier
            one = _keep(session, asked, came)
            shown = view(asked.rules, one, masked(Personal.FILE_NAME, came.name))
            answer = Answer(201, shown.model_dump(mode="json"))
            once.keep(session, answer)
            return answer
    except PersonErasedError:
        raise Problem("customer_erased") from None


def _keep(session: Session, asked: Upload, came: ArrivedFile) -> Attachment:
    item = _item(session, asked)
    # Files of one item are counted one after another.
    session.execute(select(col(Feedback.id)).where(col(Feedback.id) == item.id).with_for_update())
    number, size = attachment.stored(session, item.id)
    if number >= MAX_FILES or size + came.sealer.size > asked.rules.item_limit:
        raise Problem("attachments_full", files=MAX_FILES, limit=asked.rules.item_limit)
    one = _row(session, asked, item, came)
    texts = {one.key_ref: came.key, one.name_ref: came.name}
    asked.means.vault.store_all(session, one.person_id, texts)
    session.add(one)
    access_record.append(
        session,
        at=one.added_at,
        actor=one.added_by,
        action="attachment.add",
        subject=item.number,
        data={"attachment": str(one.id), "media_type": one.media_type, "size": one.size},
    )
    session.flush()
    live_event.tell_item_changed(session, item.id)
    # Last, and before the commit: a row without its file would be worse than a file without row.
    came.arriving.keep(asked.rules.folder.path(one.id))
    return one


def _row(session: Session, asked: Upload, item: Feedback, came: ArrivedFile) -> Attachment:
    key_ref, name_ref = attachment.references(item.id, came.id)
    return Attachment(
        id=came.id,
        feedback_id=item.id,
        entry_id=asked.entry,
        person_id=person_of(session, item.id),
        key_ref=key_ref,
        name_ref=name_ref,
        media_type=came.media_type,
        size=came.sealer.size,
        digest=came.sealer.digest,
        added_by=asked.caller.username,
        added_at=asked.means.now(),
    )
