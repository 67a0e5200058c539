//! Applications and message templates.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::answers::{Caller, No, Refusals, field};
use crate::Portal;
use crate::refusal::Refusal;
use crate::sms::configuration::{Configuration, MessageTemplate, PLACEHOLDER};
use crate::store::{Application, Template, new_id};

/// An application as it is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApplicationRequest {
    name: String,
    enabled: Option<bool>,
    /// What is not named stays as it is.
    #[schema(value_type = Option<Configuration>)]
    configuration: Option<Map<String, Value>>,
}

/// An application as it is told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApplicationResponse {
    application_id: String,
    name: String,
    configuration: Configuration,
    enabled: bool,
}

/// All applications that the key reaches.
#[utoipa::path(
    get,
    path = "/2fa/2/applications",
    security(("app" = [])),
    responses((status = 200, body = Vec<ApplicationResponse>), Refusals)
)]
pub(super) async fn applications(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
) -> Result<Json<Vec<ApplicationResponse>>, No> {
    caller.manages()?;
    let all = portal.store.applications().await?;
    let mut told = Vec::new();
    for application in all {
        if caller.application(&portal, &application.id).await.is_ok() {
            told.push(tell(application));
        }
    }
    Ok(Json(told))
}

/// Make an application.
#[utoipa::path(
    post,
    path = "/2fa/2/applications",
    request_body = ApplicationRequest,
    security(("app" = [])),
    responses((status = 200, body = ApplicationResponse), Refusals)
)]
pub(super) async fn create_application(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    body: Result<Json<ApplicationRequest>, JsonRejection>,
) -> Result<Json<ApplicationResponse>, No> {
    caller.manages()?;
    if !caller.reaches_all() {
        return Err(No::Forbidden);
    }
    let Json(asked) = body?;
    let (name, configuration) = asked.checked(&Configuration::default())?;
    let id = new_id()?.to_uppercase();
    let enabled = asked.enabled.unwrap_or(true);
    let new = Application { enabled, ..Application::new(&id, name, configuration) };
    portal.store.add_application(&new, portal.clock.now()).await?;
    // Not 201, as the API's text has it: its official client for Python knows 200 alone.
    Ok(Json(tell(new)))
}

/// One application.
#[utoipa::path(
    get,
    path = "/2fa/2/applications/{app}",
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id")),
    responses((status = 200, body = ApplicationResponse), Refusals)
)]
pub(super) async fn application(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ApplicationResponse>, No> {
    caller.manages()?;
    let Path(id) = id?;
    Ok(Json(tell(caller.application(&portal, &id).await?)))
}

/// Change an application.
#[utoipa::path(
    put,
    path = "/2fa/2/applications/{app}",
    request_body = ApplicationRequest,
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id")),
    responses((status = 200, body = ApplicationResponse), Refusals)
)]
pub(super) async fn update_application(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ApplicationRequest>, JsonRejection>,
) -> Result<Json<ApplicationResponse>, No> {
    caller.manages()?;
    let Path(id) = id?;
    let known = caller.application(&portal, &id).await?;
    let Json(asked) = body?;
    let (name, configuration) = asked.checked(&Configuration::of(&known))?;
    let configuration = asked.configuration.as_ref().map(|_| configuration.as_str());
    portal.store.change_application(&known.id, name, asked.enabled, configuration).await?;
    Ok(Json(tell(caller.application(&portal, &id).await?)))
}

impl ApplicationRequest {
    /// The name and the configuration to be kept, or what is wrong with them.
    fn checked(&self, old: &Configuration) -> Result<(&str, String), No> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 255 {
            return Err(field("name", "must be 1 to 255 characters long"));
        }
        let mut merged = serde_json::to_value(old).map_err(anyhow::Error::new)?;
        if let (Some(fields), Some(asked)) = (merged.as_object_mut(), &self.configuration) {
            fields.extend(asked.clone());
        }
        let configuration: Configuration = serde_json::from_value(merged)
            .map_err(|_| No::As(Refusal::Malformed(StatusCode::UNPROCESSABLE_ENTITY)))?;
        let problems = configuration.problems();
        if !problems.is_empty() {
            return Err(No::Fields(problems));
        }
        let kept = serde_json::to_string(&configuration).map_err(anyhow::Error::new)?;
        Ok((name, kept))
    }
}

fn tell(application: Application) -> ApplicationResponse {
    ApplicationResponse {
        configuration: Configuration::of(&application),
        application_id: application.id,
        name: application.name,
        enabled: application.enabled,
    }
}

/// The message templates of an application.
#[utoipa::path(
    get,
    path = "/2fa/2/applications/{app}/messages",
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id")),
    responses((status = 200, body = Vec<MessageTemplate>), Refusals)
)]
pub(super) async fn templates(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Vec<Value>>, No> {
    caller.manages()?;
    let Path(id) = id?;
    let application = caller.application(&portal, &id).await?;
    let templates = portal.store.templates(&application.id).await?;
    Ok(Json(templates.iter().map(tell_template).collect()))
}

/// Make a message template.
#[utoipa::path(
    post,
    path = "/2fa/2/applications/{app}/messages",
    request_body = MessageTemplate,
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id")),
    responses((status = 200, body = MessageTemplate), Refusals)
)]
pub(super) async fn create_template(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<MessageTemplate>, JsonRejection>,
) -> Result<Json<Value>, No> {
    caller.manages()?;
    let Path(id) = id?;
    let application = caller.application(&portal, &id).await?;
    let Json(template) = body?;
    keep_template(&portal, new_id()?.to_uppercase(), application.id, &template).await
}

/// One message template.
#[utoipa::path(
    get,
    path = "/2fa/2/applications/{app}/messages/{id}",
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id"), ("id" = String, Path, description = "The template’s id")),
    responses((status = 200, body = MessageTemplate), Refusals)
)]
pub(super) async fn template(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Value>, No> {
    caller.manages()?;
    let Path((application, id)) = path?;
    let application = caller.application(&portal, &application).await?;
    Ok(Json(tell_template(&template_of(&portal, &application.id, &id).await?)))
}

/// Change a message template; what is not named stays as it is.
#[utoipa::path(
    put,
    path = "/2fa/2/applications/{app}/messages/{id}",
    request_body = Object,
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id"), ("id" = String, Path, description = "The template’s id")),
    responses((status = 200, body = MessageTemplate), Refusals)
)]
pub(super) async fn update_template(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Value>, No> {
    caller.manages()?;
    let Path((application, id)) = path?;
    let application = caller.application(&portal, &application).await?;
    let old = template_of(&portal, &application.id, &id).await?;
    let Json(asked) = body?;
    // What is not named stays as it is.
    let mut merged: Value = serde_json::from_str(&old.template).map_err(anyhow::Error::new)?;
    let (Some(merged_fields), Some(asked)) = (merged.as_object_mut(), asked.as_object()) else {
        return Err(No::As(Refusal::Malformed(StatusCode::BAD_REQUEST)));
    };
    merged_fields.extend(asked.iter().map(|(key, value)| (key.clone(), value.clone())));
    let template = serde_json::from_value(merged)
        .map_err(|_| No::As(Refusal::Malformed(StatusCode::BAD_REQUEST)))?;
    keep_template(&portal, old.id, application.id, &template).await
}

async fn keep_template(
    portal: &Portal,
    id: String,
    application_id: String,
    template: &MessageTemplate,
) -> Result<Json<Value>, No> {
    let problems = template.problems();
    if !problems.is_empty() {
        return Err(No::Fields(problems));
    }
    let template = template.kept(id, application_id)?;
    portal.store.save_template(&template, portal.clock.now()).await?;
    Ok(Json(tell_template(&template)))
}

/// A template of an application.
pub(super) async fn template_of(
    portal: &Portal,
    application_id: &str,
    id: &str,
) -> Result<Template, No> {
    portal.store.template(application_id, id).await?.ok_or(No::As(Refusal::NotFound))
}

fn tell_template(template: &Template) -> Value {
    let mut told: Value = serde_json::from_str(&template.template).unwrap_or_default();
    told["messageId"] = json!(template.id);
    told["applicationId"] = json!(template.application_id);
    told["pinPlaceholder"] = json!(PLACEHOLDER);
    told
}
