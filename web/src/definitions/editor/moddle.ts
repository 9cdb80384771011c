import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";

import bihuan from "@drawings/bihuan.moddle.json";

/** What drawings say beyond the standard: Camunda's words and ours. */
export const moddle = { zeebe, bihuan };
