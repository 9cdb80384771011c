"""The files of a deployed version, one by one (定义文件)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.deploying import LONGEST_NAME
from api.files import download
from api.keys import PathKey
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.process_definition_view import existing
from models import process_definition

router = APIRouter(prefix="/api/process-definitions", tags=["process definitions"])
_KIND = "application/octet-stream"
_BYTES = {"schema": {"type": "string", "format": "binary"}, "example": "bytes"}
_CONTENT: dict[int | str, dict[str, Any]] = {200: {"content": {_KIND: _BYTES}}}


@router.get(
    "/{key}/files/{name:path}",
    operation_id="get_definition_file",
    response_class=Response,
    responses={
        **for_staff("fields_invalid", "process_definition_not_found", "definition_file_not_found"),
        **_CONTENT,
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def get_definition_file(
    key: PathKey,
    name: Annotated[str, Path(max_length=LONGEST_NAME, examples=["limits.dmn"])],
    means: MeansHere,
) -> Response:
    """Return a file, byte for byte as it was deployed."""
    with Session(means.engine) as session:
        files = process_definition.load_resources(session, existing(session, key).digest)
    if name not in files:
        raise Problem("definition_file_not_found", name=name)
    return download(files[name], _KIND, name.rpartition("/")[2])
