/** Scripts to begin with, for the processes that come with the house; `say` nothing personal. */
export const SAMPLES: Record<string, object> = {
  feedback: {
    variables: {
      feedback: { number: "FB-1", type: "complaint", category: "quality", urgency: "urgent", customer_level: "vip", product: "A", region: "east" },
      reopen_count: 0,
    },
    tasks: {
      classify: { variables: { feedback: { number: "FB-1", type: "complaint", category: "quality", urgency: "urgent", customer_level: "vip" } } },
      assign: { variables: { assignment: { candidate_group: "quality", assignee: null } } },
      accept: { after: "PT3H" },
      process: { after: "P1D" },
    },
  },
  extension: {
    variables: { extension: { within_limit: true }, limits: { extension_decision: "P3D" }, routing: { department: "technical" } },
    tasks: { approve_extension: { variables: { decision: "approved" }, after: "P1D" } },
  },
  escalation: {
    variables: { escalation_level: 1, routing: { department: "technical" }, service_level: { acceptance: "PT2H" }, escalation: 0 },
    tasks: {},
  },
};
