import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn.css";
import "../drawing/drawing.css";

import Modeler from "dmn-js/lib/Modeler";

import { speak } from "./speak";
import { editorWords, translateModule } from "./translate";

export interface DecisionView {
  id: string;
  name: string;
  type: "drd" | "decisionTable" | "literalExpression" | "boxedExpression";
  element: { id: string };
}

/** The little of dmn-js that the console asks for. */
export interface Deciding {
  importXML(xml: string): Promise<unknown>;
  saveXML(how: { format: boolean }): Promise<{ xml: string }>;
  getViews(): DecisionView[];
  getActiveView(): DecisionView | undefined;
  getActiveViewer(): { get(name: "eventBus"): { on(event: string, tell: () => void): void }; get(name: "commandStack"): { undo(): void; redo(): void } } | undefined;
  open(view: DecisionView): Promise<unknown>;
  on(event: string, tell: () => void): void;
  destroy(): void;
}

/** Make an editor of decisions, in the reader's language. */
export async function makeDeciding(container: HTMLElement): Promise<Deciding> {
  const words = await editorWords();
  const own = { additionalModules: [translateModule(words)] };
  const silence = speak(container, words);
  const editor = new Modeler({ container, drd: own, decisionTable: own, literalExpression: own, boxedExpression: own }) as Deciding;
  const destroy = editor.destroy.bind(editor);
  editor.destroy = () => {
    silence();
    destroy();
  };
  return editor;
}
