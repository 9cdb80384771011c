"""All tables, so that one import knows the whole database."""

from sqlmodel import SQLModel

from models.absence import Absence
from models.access_chain import AccessChain
from models.access_record import AccessRecord
from models.access_token import AccessToken
from models.archived_instance import ArchivedInstance
from models.assignment_choice import AssignmentChoice
from models.assignment_contest import AssignmentContest
from models.attachment import Attachment
from models.audit_record import AuditRecord
from models.calendar_version import CalendarDay, CalendarVersion
from models.clock_pause import ClockPause
from models.command_batch import CommandBatch
from models.customer import Customer
from models.decision_definition import DecisionDefinition
from models.decision_requirements import DecisionRequirements
from models.definition_draft import DefinitionDraft
from models.definition_start import DefinitionStart
from models.delivery import Delivery
from models.department import Department
from models.deputy import Deputy
from models.draft_file import DraftFile
from models.draft_step import DraftStep
from models.element_instance import ElementInstance
from models.erasure import Erasure
from models.event_subscription import EventSubscription
from models.feedback import Feedback
from models.feedback_number import NumberSerial
from models.form_definition import FormDefinition
from models.idempotency_key import IdempotencyKey
from models.incident import Incident
from models.intake_upload import IntakeFile, IntakeUpload
from models.item_copy import ItemCopy
from models.job_result import JobResult
from models.key_check import KeyCheck
from models.key_epoch import KeyEpoch
from models.keyword import Keyword
from models.legal_hold import LegalHold
from models.manifest import Manifest, ManifestHead
from models.measures.figure import Figure
from models.message_start_lock import MessageStartLock
from models.notice import Notice
from models.notice_delivery import NoticeDelivery
from models.outbound_message import OutboundMessage
from models.person import Person
from models.personal_key import PersonalErasure, PersonalKey
from models.personal_value import PersonalValue
from models.process_definition import ProcessDefinition, ProcessResource
from models.process_instance import INSTANCE_SEQUENCE, ProcessInstance
from models.product_batch import ProductBatch
from models.progress_entry import ProgressEntry
from models.provider_login import ProviderLogin
from models.provider_logout import ProviderLogout
from models.publication import Publication
from models.purchase_order import PurchaseOrder
from models.quiet_hours import QuietHours
from models.report import Report, ReportSending
from models.roster import Duty
from models.saved_filter import SavedFilter
from models.service_clock import ServiceClock
from models.shift import Shift
from models.skill import PersonSkill, Skill
from models.start_request import StartRequest
from models.survey import Survey
from models.task_handover import TaskHandover
from models.team import Team, TeamMember
from models.user_task import UserTask
from models.user_task_draft import UserTaskDraft
from models.variable import Variable

metadata = SQLModel.metadata

# The application may read and add to these, and nothing more.
APPEND_ONLY = frozenset(
    {
        "audit_record",
        "access_record",
        "archived_instance",
        "access_chain",
        "manifest",
        "command_batch",
        "job_result",
        "process_resource",
        "decision_requirements",
        "decision_definition",
        "form_definition",
        "draft_step",
        "working_calendar",
        "calendar_day",
        "personal_erasure",
    }
)

# All else is kept for good; only these may lose rows.
DELETABLE = frozenset(
    {
        "absence",
        "access_token",
        "assignment_choice",
        "assignment_contest",
        "definition_start",
        "delivery",
        "deputy",
        "draft_file",
        "duty",
        "event_subscription",
        "figure",
        "idempotency_key",
        "intake_file",
        "intake_upload",
        "keyword",
        "message_start_lock",
        "notice",
        "notice_delivery",
        "person_skill",
        "personal_key",
        "personal_value",
        "provider_login",
        "provider_logout",
        "publication",
        "saved_filter",
        "start_request",
        "task_handover",
        "team_member",
        "user_task_draft",
    }
)

__all__ = [
    "APPEND_ONLY",
    "DELETABLE",
    "INSTANCE_SEQUENCE",
    "Absence",
    "AccessChain",
    "AccessRecord",
    "AccessToken",
    "ArchivedInstance",
    "AssignmentChoice",
    "AssignmentContest",
    "Attachment",
    "AuditRecord",
    "CalendarDay",
    "CalendarVersion",
    "ClockPause",
    "CommandBatch",
    "Customer",
    "DecisionDefinition",
    "DecisionRequirements",
    "DefinitionDraft",
    "DefinitionStart",
    "Delivery",
    "Department",
    "Deputy",
    "DraftFile",
    "DraftStep",
    "Duty",
    "ElementInstance",
    "Erasure",
    "EventSubscription",
    "Feedback",
    "Figure",
    "FormDefinition",
    "IdempotencyKey",
    "Incident",
    "IntakeFile",
    "IntakeUpload",
    "ItemCopy",
    "JobResult",
    "KeyCheck",
    "KeyEpoch",
    "Keyword",
    "LegalHold",
    "Manifest",
    "ManifestHead",
    "MessageStartLock",
    "Notice",
    "NoticeDelivery",
    "NumberSerial",
    "OutboundMessage",
    "Person",
    "PersonSkill",
    "PersonalErasure",
    "PersonalKey",
    "PersonalValue",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessResource",
    "ProductBatch",
    "ProgressEntry",
    "ProviderLogin",
    "ProviderLogout",
    "Publication",
    "PurchaseOrder",
    "QuietHours",
    "Report",
    "ReportSending",
    "SavedFilter",
    "ServiceClock",
    "Shift",
    "Skill",
    "StartRequest",
    "Survey",
    "TaskHandover",
    "Team",
    "TeamMember",
    "UserTask",
    "UserTaskDraft",
    "Variable",
    "metadata",
]
