"""Every error that the interface answers: its code, its status and example data (错误码)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    """What stands behind a code: the HTTP status, data as an example, seconds to wait."""

    status: int
    example: Mapping[str, Any] = field(default_factory=dict)
    retry_after: int | None = None


_FIELDS = {
    "errors": [{"field": "description", "code": "missing"}, {"field": "contact", "code": "missing"}]
}
_FORM = {"errors": [{"field": "estimated_hours", "code": "type_wrong", "expected": "number"}]}
_DEPLOYMENT = {
    "problems": [
        {
            "resource": "feedback.bpmn",
            "process": "feedback",
            "code": "form_not_found",
            "severity": "error",
            "element": "accept",
            "name": "接单",
            "line": 96,
            "found": "acept",
            "what": "表单“acept”不在这次部署中",
            "mend": "改正表单标识，或把该表单一并部署",
        }
    ]
}
_KEY = {"key": "2251799814733825"}

CODES: Mapping[str, Code] = {
    # Reading a request.
    "body_malformed": Code(400),
    "request_invalid": Code(400, {"errors": [{"field": "page.limit", "code": "too_large"}]}),
    "fields_invalid": Code(422, _FIELDS),
    "body_too_large": Code(413, {"limit": 262144}),
    "media_type_unsupported": Code(415),
    "not_found": Code(404),
    "method_not_allowed": Code(405),
    "not_acceptable": Code(406, {"offered": "text/event-stream"}),
    "rate_limited": Code(429, {"retry_after_seconds": 1}, 1),
    "internal_error": Code(500),
    "database_unavailable": Code(503, {}, 1),
    "http_error": Code(400),
    # Who asks.
    "token_missing": Code(401),
    "token_invalid": Code(401),
    "credentials_invalid": Code(401),
    "login_locked": Code(429, {"retry_after_seconds": 900}, 900),
    "password_login_off": Code(403),
    "password_wrong": Code(403),
    "csrf_token_invalid": Code(403),
    "forbidden": Code(403, {"action": "feedback.read"}),
    "scope_insufficient": Code(403, {"action": "feedback.read"}),
    "scope_unknown": Code(422, {"scope": ["everything"], "actions": ["feedback.read"]}),
    "token_lifetime_too_long": Code(422, {"days": 365}),
    "tokens_too_many": Code(409, {"limit": 50}),
    "api_token_not_found": Code(404),
    "session_not_found": Code(404),
    "person_unknown": Code(404, {"username": "nobody"}),
    # Logins by a provider.
    "provider_not_configured": Code(404),
    "provider_unavailable": Code(503, {}, 5),
    "login_state_invalid": Code(400),
    "login_refused": Code(403, {"reason": "person_unknown"}),
    "logout_refused": Code(400, {"reason": "signature_invalid"}),
    "task_not_yours": Code(403, _KEY),
    "feedback_not_yours": Code(403),
    "process_instance_not_yours": Code(403, _KEY),
    "department_not_yours": Code(403, {"department": "technical"}),
    # Sending twice, and versions.
    "idempotency_key_invalid": Code(400),
    "idempotency_key_reused": Code(422),
    "revision_differs": Code(412, {"revision": 3}),
    # Instances and their commands.
    "instance_busy": Code(503, {}, 1),
    "process_not_deployed": Code(503, {"process": "feedback"}, 5),
    "process_instance_starting": Code(503, {}, 1),
    "process_instance_ended": Code(409),
    "message_not_awaited": Code(409, {"name": "extension_requested"}),
    "command_refused": Code(409),
    # Messages.
    "message_id_taken": Code(409, {"messageId": "order-17-paid"}),
    "message_not_correlated": Code(404, {"name": "order_paid"}),
    # User tasks.
    "user_task_not_found": Code(404, _KEY),
    "user_task_not_active": Code(409, _KEY),
    "user_task_already_assigned": Code(409, _KEY),
    "user_task_not_yours": Code(409, _KEY),
    "assignee_unknown": Code(400, {"assignee": "nobody"}),
    "assignee_unfit": Code(409, {"assignee": "audit"}),
    "user_task_busy": Code(409, _KEY),
    "user_task_delegated": Code(409, _KEY),
    "user_task_not_delegated": Code(409, _KEY),
    "user_task_not_assigned": Code(409, _KEY),
    "user_task_is_signature": Code(409, _KEY),
    "signature_missing": Code(409, _KEY),
    "signer_already_there": Code(409, _KEY),
    "signer_not_found": Code(404, _KEY),
    "send_back_target_unknown": Code(409, {"element": "send"}),
    "process_instance_moved_on": Code(409),
    "take_back_too_late": Code(409, {"reason": "task_touched"}),
    "task_urged_already": Code(429, {"retry_after_seconds": 1500}, 1500),
    "task_urged_to_nobody": Code(409, _KEY),
    "copy_needs_feedback": Code(409, _KEY),
    "form_not_found": Code(404, _KEY),
    "variables_invalid": Code(400, _FORM),
    # Instances, incidents, deployments.
    "process_instance_not_found": Code(404, _KEY),
    "process_instance_not_completed": Code(504, _KEY),
    "process_instance_canceled": Code(409, _KEY),
    "process_needs_feedback": Code(409, {"process": "feedback"}),
    "start_event_missing": Code(409, {"process": "extension"}),
    "element_not_found": Code(404, {"element": "review"}),
    "element_instance_not_found": Code(404, _KEY),
    "element_instance_not_active": Code(409, _KEY),
    "variable_not_found": Code(404, _KEY),
    "decision_evaluation_failed": Code(
        422, {"decision": "department", "reason": "budget_exceeded"}
    ),
    "incident_not_found": Code(404, _KEY),
    "incident_not_active": Code(409, _KEY),
    "deployment_empty": Code(400),
    "deployment_needs_approval": Code(403, {"drafts": "/api/definition-drafts"}),
    "deployment_invalid": Code(400, _DEPLOYMENT),
    "dry_run_refused": Code(422, {"reason": "script_malformed", "place": "tasks.accept.0.after"}),
    # Definitions and their drafts.
    "process_definition_not_found": Code(404, _KEY),
    "decision_definition_not_found": Code(404, _KEY),
    "decision_requirements_not_found": Code(404, _KEY),
    "definition_file_not_found": Code(404, {"name": "feedback.bpmn"}),
    "draft_not_found": Code(404),
    "draft_file_not_found": Code(404, {"name": "feedback.bpmn"}),
    "draft_file_name_invalid": Code(422),
    "draft_full": Code(422, {"files": 100}),
    "filters_full": Code(422, {"maximum": 50}),
    "draft_state_wrong": Code(409, {"state": "submitted", "step": "edit"}),
    "draft_own_work": Code(403),
    "draft_digest_differs": Code(409, {"digest": "9f2c0a7d"}),
    "draft_outdated": Code(409, {"outdated": [{"process": "feedback", "base": 3, "latest": 4}]}),
    "if_match_missing": Code(428, {"revision": 3}),
    # Feedback.
    "feedback_not_found": Code(404, {"number": "202405-999"}),
    "field_empty": Code(404, {"field": "name"}),
    "extension_too_long": Code(400, {"latest": "2024-05-14T02:00:00Z", "working_days": 3}),
    "extension_undecided": Code(409, {"number": "202405-001"}),
    "extension_not_later": Code(400, {"due_at": "2024-05-09T02:00:00Z"}),
    "feedback_closed": Code(409, {"status": "closed"}),
    "attachments_not_configured": Code(404),
    "attachment_not_found": Code(404),
    "attachment_gone": Code(410, {"reason": "deleted"}),
    "history_gone": Code(410, {"key": "1048576"}),
    "history_unreadable": Code(409, {"key": "1048576"}),
    "history_unavailable": Code(503, {}, 5),
    "attachment_too_large": Code(413, {"limit": 20_000_000}),
    "attachment_empty": Code(422),
    "attachment_type_refused": Code(422, {"endings": ["jpg", "pdf", "png"]}),
    "attachment_type_differs": Code(422, {"claimed": "pdf", "found": "png"}),
    "attachments_full": Code(409, {"files": 200, "limit": 200_000_000}),
    "upload_token_invalid": Code(409, {"reason": "expired"}),
    "uploads_full": Code(503, {}, 600),
    "attachment_not_scanned": Code(409, {"scan": "pending"}),
    "attachment_not_yours": Code(403),
    "attachment_used": Code(409),
    "attachment_damaged": Code(500),
    "range_not_satisfiable": Code(416, {"size": 182044}),
    "progress_entry_not_found": Code(404),
    "customer_erased": Code(409),
    "signing_key_missing": Code(409),
    "signing_key_differs": Code(409),
    "archive_not_found": Code(404),
    "legal_hold_active": Code(409, {"holds": 1}),
    "legal_hold_not_found": Code(404),
    "legal_hold_lifted": Code(409),
    "progress_not_awaited": Code(409, {"status": "resolved"}),
    "feedback_not_due": Code(409, {"number": "202405-001"}),
    "clock_not_running": Code(409, {"status": "resolved"}),
    "decision_on_own_request": Code(403, _KEY),
    "department_takes_part": Code(409, {"department": "quality"}),
    "feedback_not_processed": Code(409, {"status": "resolved"}),
    "clock_paused": Code(409, {"number": "202405-001"}),
    "clock_not_paused": Code(409, {"number": "202405-001"}),
    "assignment_not_found": Code(404, {"number": "202405-001"}),
    "assignment_not_yours": Code(403),
    "assignment_contested": Code(409),
    "assignment_contest_not_found": Code(404),
    "assignment_contest_own": Code(403),
    "assignment_contest_decided": Code(409, {"decision": "dismissed"}),
    "assignment_unchanged": Code(409),
    # Working calendars.
    "calendar_not_found": Code(404, {"version": 99}),
    "calendar_unusable": Code(422),
    "calendar_unreadable": Code(422, {"reason": "calendar_day_invalid", "line": 7}),
    "customer_not_found": Code(404),
    "customer_not_yours": Code(403),
    "customer_held": Code(409, {"holds": ["3f0e7a51-0f4f-4a3e-9a51-5f0c2f0e2d3e"]}),
    "erasure_not_found": Code(404),
    "erasure_incomplete": Code(409),
    "import_unreadable": Code(422, {"reason": "column_missing", "column": "number"}),
    "import_rejected": Code(
        422,
        {"rejected": 1, "errors": [{"line": 7, "column": "contact", "code": "phone_invalid"}]},
    ),
    # People, departments, teams, skills, shifts, absences.
    "person_not_found": Code(404, {"username": "nobody"}),
    "person_exists": Code(409, {"username": "linmei"}),
    "person_inactive": Code(409, {"username": "linmei"}),
    "staff_number_taken": Code(409),
    "administrator_last": Code(409),
    "people_unknown": Code(422, {"usernames": ["nobody"]}),
    "skills_unknown": Code(422, {"skills": ["magic"]}),
    "department_not_found": Code(404, {"department": "mars"}),
    "department_exists": Code(409, {"department": "service"}),
    "head_unfit": Code(409, {"username": "linmei"}),
    "deputy_not_member": Code(409, {"username": "linmei"}),
    "team_not_found": Code(404, {"team": "senior"}),
    "team_exists": Code(409, {"team": "senior"}),
    "skill_not_found": Code(404, {"skill": "power"}),
    "skill_exists": Code(409, {"skill": "power"}),
    "shift_not_found": Code(404, {"shift": "night"}),
    "shift_exists": Code(409, {"shift": "night"}),
    "shift_not_on_day": Code(409, {"shift": "night", "day": "2026-09-21"}),
    "absence_not_found": Code(404),
    "absence_not_yours": Code(403, {"username": "linmei"}),
    "absence_overlaps": Code(409),
    "absence_over": Code(409),
    "delegate_unfit": Code(409, {"delegate": "linmei", "reason": "absent"}),
    "verification_running": Code(409),
    "manifest_key_missing": Code(409),
    # Surveys and notices.
    "survey_not_found": Code(404),
    "survey_expired": Code(410),
    "survey_answered": Code(409),
    "report_not_found": Code(404),
    "notice_not_found": Code(404),
    # Health.
    "unhealthy": Code(503, {"database": True, "temporal": False}, 1),
}
