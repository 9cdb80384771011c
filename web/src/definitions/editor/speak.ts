const SPOKEN = ["title", "placeholder", "aria-label"];

/**
 * Say what a part of the page shows in other words, as it appears.
 *
 * For editors that hold their words in their code. What people typed is left alone: only whole
 * texts of the dictionary are replaced, and none in fields or in the preview.
 */
export function speak(place: HTMLElement, dictionary: Record<string, string>): () => void {
  if (!Object.keys(dictionary).length) return () => undefined;
  const observer = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (addedNodes.length) addedNodes.forEach((node) => said(node, dictionary));
      else said(target, dictionary);
    }
  });
  observer.observe(place, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: SPOKEN });
  said(place, dictionary);
  return () => observer.disconnect();
}

function said(node: Node, dictionary: Record<string, string>): void {
  if (node.parentElement?.closest("textarea, svg, td, [contenteditable], .cm-editor")) return;
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.nodeValue?.trim() ?? "";
    const other = dictionary[text];
    if (other && other !== text) node.nodeValue = (node.nodeValue ?? "").replace(text, other);
    return;
  }
  if (!(node instanceof Element)) return;
  for (const name of SPOKEN) {
    const text = node.getAttribute(name);
    const other = text ? dictionary[text.trim()] : undefined;
    if (other && other !== text) node.setAttribute(name, other);
  }
  node.childNodes.forEach((child) => said(child, dictionary));
}
