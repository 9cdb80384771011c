"""Files that people made, sent back so that a browser only ever stores them (文件下载)."""

from urllib.parse import quote

from fastapi.responses import Response

# A drawing is XML, and XML can hold script: it must not run as ours.
_HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def download(content: bytes, media_type: str, name: str, **headers: str) -> Response:
    """Return a file under a name."""
    shown = {
        **_HARMLESS,
        # Named here, since the framework would add a charset that the file may contradict.
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        **headers,
    }
    return Response(content, headers=shown)
