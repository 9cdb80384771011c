"""The application: its routes, its errors, and what it opens and closes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from temporalio.service import RPCError

import models.tables  # noqa: F401 (a table must be known before another may refer to it)
import settings
from activities.definitions import Definitions
from activities.house import calendars
from api import (
    absences,
    access_records,
    api_tokens,
    attachment_download,
    attachment_rules,
    attachment_scans,
    attachments,
    audit_archive,
    audit_comparison,
    audit_difference,
    audit_export,
    audit_fit,
    audit_manifests,
    audit_mining,
    audit_proof,
    audit_records,
    audit_replay,
    audit_report,
    audit_sealing,
    audit_timeline,
    conditional_starts,
    console,
    customer_lookup,
    customers,
    decision_definitions,
    decision_evaluation,
    decision_record,
    decision_requirements,
    definition_comparison,
    definition_drafts,
    definition_files,
    definition_record,
    departments,
    deployments,
    description,
    draft_files,
    draft_steps,
    dry_run,
    element_commands,
    element_instances,
    erasure_course,
    erasures,
    feedback,
    feedback_assignment,
    feedback_clocks,
    feedback_collaborators,
    feedback_course,
    feedback_form,
    feedback_intake,
    feedback_messages,
    feedback_progress,
    feedback_records,
    feedback_requests,
    feedback_reveal,
    feedback_timeline,
    feel_check,
    figures,
    health,
    health_parts,
    imports,
    incidents,
    intake_uploads,
    item_copies,
    legal_holds,
    live_events,
    message_publication,
    notices,
    oidc_login,
    oidc_logout,
    opened_logins,
    own_password,
    own_sessions,
    part_probes,
    people,
    person_leaving,
    person_logins,
    plan_check,
    problem,
    process_definitions,
    process_instance_cancellation,
    process_instance_course,
    process_instance_creation,
    process_instances,
    process_statistics,
    quiet_hours,
    reports,
    roster,
    saved_filters,
    sessions,
    settings_view,
    shifts,
    signals,
    skills,
    survey_answers,
    surveys,
    task_audit_log,
    task_bulk,
    task_completion,
    task_drafts,
    task_forms,
    task_handing,
    task_send_back,
    task_signers,
    task_take_back,
    task_urging,
    teams,
    user_task_counters,
    user_task_search,
    user_tasks,
    variables,
    working_calendars,
)
from api.means import Means
from api.rate_limit import RateLimiter
from api.shield import Shield
from audit.histories import recall
from bpmn.commands import Command
from models.database import engine
from models.key_folder import KeyFolder
from models.vault import Vault
from models.vault_eviction import heed_erasures
from workflows import messages
from workflows.codec import connect

ROUTERS = (
    health.router,
    health_parts.router,
    settings_view.router,
    sessions.router,
    own_sessions.router,
    own_password.router,
    oidc_login.router,
    oidc_logout.router,
    api_tokens.router,
    person_logins.router,
    feedback_intake.router,
    feedback_form.router,
    intake_uploads.router,
    feedback.router,
    feedback_assignment.router,
    feedback_reveal.router,
    feedback_collaborators.router,
    feedback_requests.router,
    feedback_clocks.router,
    feedback_progress.router,
    feedback_messages.router,
    attachments.router,
    attachment_download.router,
    feedback_records.router,
    feedback_course.router,
    feedback_timeline.router,
    plan_check.router,
    access_records.router,
    audit_mining.router,
    audit_export.router,
    audit_fit.router,
    audit_manifests.router,
    audit_sealing.router,
    audit_proof.router,
    audit_replay.router,
    audit_report.router,
    audit_records.router,
    audit_difference.router,
    audit_timeline.router,
    audit_comparison.router,
    audit_archive.router,
    legal_holds.router,
    customers.router,
    customer_lookup.router,
    erasures.router,
    imports.router,
    user_task_search.router,
    user_task_counters.router,
    user_tasks.router,
    task_forms.router,
    task_completion.router,
    task_urging.router,
    item_copies.router,
    task_take_back.router,
    task_send_back.router,
    task_audit_log.router,
    task_bulk.router,
    task_drafts.router,
    task_signers.router,
    task_handing.router,
    process_instance_creation.router,
    process_instances.router,
    process_instance_course.router,
    process_instance_cancellation.router,
    element_instances.router,
    element_commands.router,
    variables.router,
    incidents.router,
    decision_evaluation.router,
    deployments.router,
    definition_drafts.router,
    draft_files.router,
    draft_steps.router,
    definition_record.router,
    decision_record.router,
    definition_files.router,
    definition_comparison.router,
    dry_run.router,
    feel_check.router,
    process_definitions.router,
    process_statistics.router,
    decision_definitions.router,
    decision_requirements.router,
    message_publication.router,
    signals.router,
    conditional_starts.router,
    surveys.router,
    notices.router,
    live_events.router,
    figures.router,
    reports.router,
    people.router,
    person_leaving.router,
    departments.router,
    teams.router,
    skills.router,
    shifts.router,
    roster.router,
    absences.router,
    working_calendars.router,
    quiet_hours.router,
    saved_filters.router,
)
_POOL = 16


def create_app(means: Means | None = None) -> FastAPI:
    """Return the application; without `means` it opens its own from the settings when it starts."""
    app = FastAPIOffline(
        title="Bihuan",
        version="0.1.0",
        lifespan=_lifespan,
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.means = means
    app.add_middleware(Shield)
    problem.install(app)
    for router in ROUTERS:
        app.include_router(router)
    description.install(app)
    console.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if app.state.means is not None:
        yield
        return
    app.state.means = means = await open_means(settings.load())
    duties = [
        asyncio.create_task(survey_answers.tell_again(means)),
        asyncio.create_task(attachment_scans.scan_again(means)),
        asyncio.create_task(erasure_course.finish_courses(means)),
        asyncio.create_task(heed_erasures(means.engine, means.vault, stop=asyncio.Event())),
    ]
    try:
        yield
    finally:
        for duty in duties:
            duty.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await duty
        means.engine.dispose()


async def open_means(chosen: settings.Settings) -> Means:
    """Open the database and connect to Temporal, which may come up later."""
    database = engine(chosen.database_url, pool_size=_POOL, application_name="bihuan api")
    key_source = KeyFolder(chosen.keys_path)
    client = await connect(
        chosen.temporal_address,
        chosen.temporal_namespace,
        chosen.secrets_path / "service.key",
        lazy=True,
    )

    async def send(workflow_id: str, command: Command) -> None:
        try:
            await messages.send(client, workflow_id, command)
        except RuntimeError as error:
            # The first call of a lazy client connects; this is how it says that nobody is there.
            logging.getLogger(__name__).warning("temporal: %s", type(error).__name__)
            raise messages.InstanceBusyError from None

    async def temporal_answers() -> bool:
        try:
            return await client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False

    return Means(
        engine=database,
        vault=Vault(key_source),
        key_source=key_source,
        definitions=Definitions(database),
        calendar=calendars(database),
        send=send,
        recall=partial(recall, client),
        temporal_answers=temporal_answers,
        link_key=(chosen.secrets_path / "link.key").read_bytes(),
        one_pair_of_eyes=chosen.one_pair_of_eyes,
        logins=opened_logins.rules(chosen),
        provider=opened_logins.provider(chosen),
        time_scale=chosen.time_scale,
        attachments=attachment_rules.opened(chosen),
        probes=part_probes.probes(chosen, client),
        chosen=chosen,
        intake_limit=RateLimiter(chosen.intake_rate_per_minute),
    )
