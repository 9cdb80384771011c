import "@bpmn-io/form-js/dist/assets/form-js.css";
import "@bpmn-io/form-js/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js/dist/assets/properties-panel.css";
import "../drawing/drawing.css";

import { FormEditor } from "@bpmn-io/form-js-editor";

import { speak } from "./speak";
import { editorWords, translateModule } from "./translate";

/** The little of form-js' editor that the console asks for. */
export interface FormMaking {
  importSchema(schema: object): Promise<unknown>;
  getSchema(): object;
  on(event: string, tell: () => void): void;
  get(name: "commandStack"): { undo(): void; redo(): void };
  destroy(): void;
}

/** Make an editor of forms; most of its words stand in its code, so they are replaced as shown. */
export async function makeFormEditor(container: HTMLElement): Promise<FormMaking> {
  const words = await editorWords();
  const silence = speak(container, words);
  const editor = new FormEditor({ container, additionalModules: [translateModule(words)] }) as unknown as FormMaking;
  const destroy = editor.destroy.bind(editor);
  editor.destroy = () => {
    silence();
    destroy();
  };
  return editor;
}
