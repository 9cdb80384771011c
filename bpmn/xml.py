"""XML read once, safely, with line numbers (used for drawings)."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax import SAXException, handler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.sax.xmlreader import AttributesNSImpl, Locator

MAX_BYTES = 5_000_000
# The largest table of the benchmark has 13 000 elements; no drawing nests a hundred deep.
MAX_ELEMENTS = 100_000
MAX_DEPTH = 400


class XmlError(ValueError):
    """The file cannot be read.

    `code` is `xml_malformed`, `xml_forbidden`, `xml_too_large` or `too_deep`.
    """

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(f"{code} (line {line})")
        self.code = code
        self.line = line


@dataclass(slots=True)
class Node:
    """One XML element: namespace, local name, attributes by (namespace, name), children, line."""

    namespace: str
    name: str
    attributes: dict[tuple[str, str], str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "", namespace: str = "") -> str:
        """Return an attribute's text."""
        return self.attributes.get((namespace, name), default)

    def all(self, namespace: str, *names: str) -> Iterator[Node]:
        """Yield the direct children of these names."""
        return (c for c in self.children if c.namespace == namespace and c.name in names)

    def first(self, namespace: str, name: str) -> Node | None:
        """Return the first direct child of this name."""
        return next(self.all(namespace, name), None)


class _Builder(handler.ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0
        self._locator: Locator | None = None

    @override
    def setDocumentLocator(self, locator: Locator) -> None:
        self._locator = locator

    @override
    def startElementNS(
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        del qname
        line = self._locator.getLineNumber() or 0 if self._locator else 0
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise XmlError("xml_too_large", line)
        if len(self._open) >= MAX_DEPTH:
            raise XmlError("too_deep", line)
        attributes = {(space or "", local): text for (space, local), text in attrs.items()}
        node = Node(name[0] or "", name[1], attributes, line)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    @override
    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        del name, qname
        self._open.pop()

    @override
    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].text += content


def read(source: bytes) -> Node:
    """Return the root node; entities, document types and the network stay closed.

    Raises:
        XmlError: malformed, forbidden, larger than `MAX_BYTES` or `MAX_ELEMENTS`, or too deep.
    """
    if len(source) > MAX_BYTES:
        raise XmlError("xml_too_large")
    builder = _Builder()
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setContentHandler(builder)
    try:
        parser.parse(BytesIO(source))
    except DefusedXmlException as error:
        raise XmlError("xml_forbidden", parser.getLineNumber() or 0) from error
    except SAXException as error:
        raise XmlError("xml_malformed", parser.getLineNumber() or 0) from error
    if builder.root is None:
        raise XmlError("xml_malformed")
    return builder.root
