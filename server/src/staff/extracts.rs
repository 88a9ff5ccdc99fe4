//! The page on which an admin makes an extract of what the organisation has registered about a person: gathered, set and handed out in one
//! answer, and kept nowhere.

use std::io;

use app::page::staff::{ExtractForm, ExtractFormProblem, extracts_page};
use app::{ErrorPage, Flash, Language, organisation_extract_pdf, register_extract_texts};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{Personnummer, RegisterExtractId};
use http::HeaderMap;
use jiff::tz::TimeZone;
use portal::{
    Action, Denied, NewOrganisationExtract, OrganisationExtract, OrganisationExtractError, OrganisationExtracts,
    StaffActor, organisation_extract_json,
};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::Place;
use super::denied::{denied, denied_page};
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::your_data::{ExtractReader, ZipFile, archive_head};
use crate::{answer, flash};

/// `GET /staff/extracts`
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    let made = match state.portal().organisation_extracts(&actor).await {
        Ok(made) => made,
        Err(OrganisationExtractError::Denied(no)) => return denied_page(no, &Place::Extracts, &visitor),
        Err(error) => return refused(error, &visitor),
    };
    let form = ExtractForm {
        id: state.portal().new_extract_form(),
        number: String::new(),
        reason: String::new(),
        problem: None,
    };
    flash::tell(&headers, |flash| {
        extracts_page(&visitor.layout, Some(&made), &form, flash)
    })
}

/// Whom an extract is to be about, and why.
#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    form: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    reason: String,
}

/// `POST /staff/extracts`: the archive. What was wrong with the form comes back with it; that there is nothing is told on the page.
pub(super) async fn make(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Given>,
) -> Response {
    match actor.require(Action::MakeRegisterExtract) {
        Ok(()) => {}
        // What was filled in stays on the page meanwhile.
        Err(Denied::StepUpNeeded) => {
            return again(&state, &actor, &visitor, given, ExtractFormProblem::ConfirmFirst).await;
        }
        Err(no) => return denied(no, &Place::Extracts, &visitor),
    }
    let Ok(form) = given.form.parse::<RegisterExtractId>() else {
        return answer::error(ErrorPage::BadRequest, &visitor);
    };
    let number = match Personnummer::parse(&given.number, state.clock().now().day()) {
        Ok(number) => number,
        Err(problem) => {
            return again(&state, &actor, &visitor, given, ExtractFormProblem::Number(problem)).await;
        }
    };
    let new = NewOrganisationExtract {
        form,
        number,
        reason: given.reason.clone(),
    };
    // One at a time for an organisation, so that no more are gathered than a day has, and few at once for all.
    let reader = ExtractReader::Organisation(actor.organisation_id());
    let Some(_turn) = state.extract_turns().take(reader) else {
        return again(&state, &actor, &visitor, given, ExtractFormProblem::UnderWay).await;
    };
    let place = match state.extract_turns().place().await {
        Ok(place) => place,
        Err(error) => return failed("there is no place to make a register extract", &error, &visitor),
    };
    let problem = match state.portal().make_organisation_extract(&actor, &new).await {
        Ok(Some(extract)) => return hand_out(&state, &visitor, extract, place).await,
        Ok(None) => return done(&Place::Extracts, Flash::ExtractNothing),
        Err(OrganisationExtractError::InvalidReason) => ExtractFormProblem::Reason,
        Err(OrganisationExtractError::FormUsed) => ExtractFormProblem::Used,
        Err(OrganisationExtractError::TooMany) => ExtractFormProblem::TooMany,
        Err(error) => return refused(error, &visitor),
    };
    again(&state, &actor, &visitor, given, problem).await
}

/// The page with what was filled in and what was wrong, as a form that was not sent yet.
async fn again(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    given: Given,
    problem: ExtractFormProblem,
) -> Response {
    let made: Option<OrganisationExtracts> = match state.portal().organisation_extracts(actor).await {
        Ok(made) => Some(made),
        Err(OrganisationExtractError::Denied(Denied::StepUpNeeded)) => None,
        Err(error) => return refused(error, visitor),
    };
    let form = ExtractForm {
        id: state.portal().new_extract_form(),
        number: given.number,
        reason: given.reason,
        problem: Some(problem),
    };
    unprocessable(extracts_page(&visitor.layout, made.as_ref(), &form, None))
}

async fn hand_out(
    state: &AppState,
    visitor: &Visitor,
    extract: OrganisationExtract,
    place: OwnedSemaphorePermit,
) -> Response {
    let (language, time_zone) = (visitor.layout.language, state.time_zone().clone());
    let day = extract.made_at.to_jiff().to_zoned(time_zone.clone()).date();
    let name = register_extract_texts(language).archive_name(day);
    let archive = tokio::task::spawn_blocking(move || {
        // Written to its end, whoever waits for it.
        let _place = place;
        archive(&extract, language, &time_zone)
    })
    .await;
    match archive {
        Ok(Ok(archive)) => (archive_head(&name), archive).into_response(),
        Ok(Err(error)) => failed("an organisation's register extract can't be written", &error, visitor),
        Err(error) => failed("the task that writes a register extract ended", &error, visitor),
    }
}

fn failed(what: &'static str, error: &(dyn std::error::Error + 'static), visitor: &Visitor) -> Response {
    answer::log_error(what, error);
    answer::error(ErrorPage::Internal, visitor)
}

/// An extract could not be written.
#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error("the archive can't be written")]
    Zip(#[from] io::Error),
    #[error("the register can't be set")]
    Pdf(#[from] app::PdfFailed),
}

/// The whole archive: without anything that was sent it is small.
fn archive(extract: &OrganisationExtract, language: Language, time_zone: &TimeZone) -> Result<Vec<u8>, NotWritten> {
    let json = organisation_extract_json(extract);
    let pdf = organisation_extract_pdf(extract, language, time_zone)?;
    let mut zip = ZipFile::new(extract.made_at, time_zone);
    let name = register_extract_texts(language).pdf_name;
    let pieces = [
        zip.whole("register-extract.json", json.as_bytes())?,
        zip.whole(&name, &pdf)?,
        zip.finish()?,
    ];
    Ok(pieces.concat())
}

fn refused(error: OrganisationExtractError, visitor: &Visitor) -> Response {
    match error {
        OrganisationExtractError::Denied(no) => denied(no, &Place::Extracts, visitor),
        OrganisationExtractError::Fault(fault) => answer::fault(&fault, visitor),
        OrganisationExtractError::InvalidReason
        | OrganisationExtractError::FormUsed
        | OrganisationExtractError::TooMany => answer::error(ErrorPage::BadRequest, visitor),
    }
}
