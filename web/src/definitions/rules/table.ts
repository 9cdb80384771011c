/** A cell of a decision table: its id in the file, and its text. */
export interface Cell {
  id: string;
  text: string;
  column: Column;
}
export interface Column {
  kind: "input" | "output";
  label: string;
  name: string;
  type: string;
}
export interface Row {
  id: string;
  words: string;
  cells: Cell[];
}
export interface Table {
  id: string;
  name: string;
  hitPolicy: string;
  columns: Column[];
  rows: Row[];
}

/** The decision tables of a file of decisions; none where the file cannot be read. */
export function tablesOf(xml: string): Table[] {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  if (file.querySelector("parsererror")) return [];
  return children(file.documentElement, "decision").flatMap((decision) => {
    const [table] = children(decision, "decisionTable");
    return table ? [tableOf(decision, table)] : [];
  });
}

function tableOf(decision: Element, table: Element): Table {
  const columns = [...children(table, "input").map(inputOf), ...children(table, "output").map(outputOf)];
  return {
    id: decision.id,
    name: decision.getAttribute("name") ?? decision.id,
    hitPolicy: table.getAttribute("hitPolicy") ?? "UNIQUE",
    columns,
    rows: children(table, "rule").map((rule) => rowOf(rule, columns)),
  };
}

function inputOf(input: Element): Column {
  const [expression] = children(input, "inputExpression");
  const name = textOf(expression);
  return { kind: "input", label: input.getAttribute("label") ?? name, name, type: expression?.getAttribute("typeRef") ?? "" };
}

function outputOf(output: Element): Column {
  const name = output.getAttribute("name") ?? "";
  return { kind: "output", label: output.getAttribute("label") ?? name, name, type: output.getAttribute("typeRef") ?? "" };
}

function rowOf(rule: Element, columns: Column[]): Row {
  const entries = [...children(rule, "inputEntry"), ...children(rule, "outputEntry")];
  const [description] = [...children(rule, "description"), ...children(rule, "annotationEntry")];
  const cells = entries.flatMap((entry, place) => (columns[place] ? [{ id: entry.id, text: textOf(entry), column: columns[place] as Column }] : []));
  return { id: rule.id, words: (children(description, "text")[0] ?? description)?.textContent?.trim() ?? "", cells };
}

function children(element: Element | undefined, name: string): Element[] {
  return element ? [...element.children].filter(({ localName }) => localName === name) : [];
}

function textOf(element: Element | undefined): string {
  return children(element, "text")[0]?.textContent?.trim() ?? "";
}

/** What a cell of the file says now; undefined where there is no such cell. */
export function cellText(xml: string, cell: string): string | undefined {
  const cells = tablesOf(xml).flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return cells.find(({ id }) => id === cell)?.text;
}

/**
 * The file with another text in one cell, byte for byte the same elsewhere.
 *
 * Throws where the file has no such cell.
 */
export function withCell(xml: string, cell: string, text: string): string {
  const name = cell.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const place = new RegExp(`(<(?:\\w+:)?(?:in|out)putEntry\\b[^>]*\\bid="${name}"[^>]*>[\\s\\S]*?<(?:\\w+:)?text)(?:\\s*/>|>[\\s\\S]*?</((?:\\w+:)?text)>)`);
  const found = place.exec(xml);
  if (!found) throw new Error(cell);
  const tag = found[2] ?? /<((?:\w+:)?text)$/.exec(found[1] ?? "")?.[1] ?? "text";
  return xml.slice(0, found.index) + `${found[1]}>${escaped(text)}</${tag}>` + xml.slice(found.index + found[0].length);
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
