import { CheckboxEntry, SelectEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextFieldEntryEdited } from "@bpmn-io/properties-panel";
import { jsx } from "@bpmn-io/properties-panel/preact/jsx-runtime";
import { useService } from "bpmn-js-properties-panel";

import { codeInWords, t } from "@/words/words";

interface Business {
  $type: string;
  $instanceOf?: (type: string) => boolean;
  eventDefinitions?: Business[];
  get(name: string): unknown;
}
interface Shown {
  id: string;
  labelTarget?: unknown;
  businessObject: Business;
}
interface Entry {
  id: string;
  component: (props: { element: Shown; id: string }) => unknown;
  isEdited: unknown;
}
interface Group {
  id: string;
}

const STATUSES = ["incomplete", "pending", "processing", "resolved", "second_followup", "closed", "archived", "withdrawn"];
const TIMER_PROPERTIES = ["limit", "mark", "clock", "since", "rule"] as const;

/** The properties that only our drawings know (`bihuan:`), in a group of their own. */
class OwnGroups {
  static readonly $inject = ["propertiesPanel"];

  constructor(panel: { registerProvider(priority: number, provider: unknown): void }) {
    panel.registerProvider(400, this);
  }

  getGroups(element: Shown) {
    return (groups: Group[]): Group[] => {
      const entries = entriesOf(element);
      if (!entries.length) return groups;
      const own = { id: "bihuan", label: t("definitions.own.group"), entries };
      return [...groups.slice(0, 1), own, ...groups.slice(1)];
    };
  }
}

function entriesOf(element: Shown): Entry[] {
  const business = element.businessObject;
  if (element.labelTarget || !business.$instanceOf?.("bpmn:FlowNode")) return [];
  const timer = business.eventDefinitions?.find((one) => one.$type === "bpmn:TimerEventDefinition");
  return [
    { id: "bihuan-status", component: status, isEdited: isSelectEntryEdited },
    ...(business.$type === "bpmn:UserTask" ? [{ id: "bihuan-owner", component: owner, isEdited: isCheckboxEntryEdited }] : []),
    ...(timer ? TIMER_PROPERTIES.map((name) => ({ id: `bihuan-${name}`, component: timerField(name, timer), isEdited: isTextFieldEntryEdited })) : []),
  ];
}

/** What every field of the panel needs: the value, and how it is changed so that it can be undone. */
function bound(element: Shown, target: Business, name: string, id: string) {
  const modeling = useService("modeling") as { updateModdleProperties(element: Shown, target: Business, values: Record<string, unknown>): void };
  return {
    element,
    id,
    label: t(`definitions.own.${name}`),
    description: t(`definitions.own.${name}Help`),
    getValue: () => target.get(`bihuan:${name}`) ?? "",
    setValue: (value: unknown) => modeling.updateModdleProperties(element, target, { [`bihuan:${name}`]: value || undefined }),
    debounce: useService("debounceInput"),
  };
}

function status({ element, id }: { element: Shown; id: string }) {
  const options = [{ value: "", label: t("definitions.own.none") }, ...STATUSES.map((value) => ({ value, label: codeInWords("feedbackValue.status", value) }))];
  return jsx(SelectEntry, { ...bound(element, element.businessObject, "status", id), getOptions: () => options });
}

function owner({ element, id }: { element: Shown; id: string }) {
  return jsx(CheckboxEntry, bound(element, element.businessObject, "owner", id));
}

function timerField(name: (typeof TIMER_PROPERTIES)[number], timer: Business) {
  return ({ element, id }: { element: Shown; id: string }) => jsx(TextFieldEntry, bound(element, timer, name, id));
}

/** The module that brings the group into the panel. */
export const ownGroups = { __init__: ["bihuanGroups"], bihuanGroups: ["type", OwnGroups] };
