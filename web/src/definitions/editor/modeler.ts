import "@bpmn-io/properties-panel/assets/properties-panel.css";
import "../drawing/look";

import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from "bpmn-js-properties-panel";
import Modeler from "bpmn-js/lib/Modeler";

import type { Drawing } from "../drawing/viewer";
import { ownGroups } from "./ownGroups";
import { moddle } from "./moddle";
import { speak } from "./speak";
import { editorWords, translateModule } from "./translate";

/** The little of the modeler that the console asks for, beyond what a viewer does. */
export interface Modeling extends Omit<Drawing, "get"> {
  saveXML(how: { format: boolean }): Promise<{ xml?: string }>;
  get: Drawing["get"] & {
    (name: "commandStack"): { undo(): void; redo(): void; canUndo(): boolean; canRedo(): boolean };
    (name: "propertiesPanel"): { attachTo(place: HTMLElement): void; detach(): void };
    (name: "selection"): { select(shape: unknown): void; get(): { id: string }[] };
  };
}

/** Make a modeler with its panel of properties, in the reader's language. */
export async function makeModeler(container: HTMLElement, panel: HTMLElement): Promise<Modeling> {
  const words = await editorWords();
  const silences = [speak(panel, words), speak(container, words)];
  const modeler = new Modeler({
    container,
    propertiesPanel: { parent: panel },
    additionalModules: [BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule, ownGroups, translateModule(words)],
    moddleExtensions: moddle,
  }) as unknown as Modeling;
  modeler.on("diagram.destroy", () => silences.forEach((silence) => silence()));
  return modeler;
}
