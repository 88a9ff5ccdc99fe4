//! What is held about a person, as they get it themselves: the page, the form that orders a register extract, and the archive.

mod archive;
mod file_names;
mod turns;
mod zip_file;

use app::{ErrorPage, Flash, page};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::RegisterExtractId;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use portal::{MakeExtractError, OpenExtractError, OrderExtractError, Portal, RecipientActor};
use tower_sessions::Session;
use tracing::Instrument;

use crate::routes::{Access, Routes};
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash, pages, sign_in};
use archive::Archive;

pub use turns::{ExtractReader, ExtractTurn, ExtractTurns};
pub(crate) use zip_file::ZipFile;

const PAGE: &str = "/your-data";

/// The page and its forms. The archive is a form too, so that no browser fetches it before it is asked to. None of it needs accepted
/// terms; the archive then has nothing of what was sent.
pub(crate) fn routes() -> Routes {
    let access = Access::RecipientBeforeTerms;
    Routes::default()
        .add(Method::GET, PAGE, access, show)
        .add(Method::POST, "/your-data/order", access, order)
        .add(Method::POST, "/your-data/{id}/archive", access, archive)
}

/// `GET /your-data`: how the person's orders stand.
async fn show(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    headers: HeaderMap,
) -> Response {
    let mut context = pages::context(&state, visitor);
    context.came_by = sign_in::came_by(&session).await;
    flash::tell_loaded(&headers, async |flash| {
        context.flash = flash;
        page::your_data(&context).await
    })
    .await
}

/// `POST /your-data/order`: begins to make an extract.
async fn order(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    match state.portal().order_register_extract(actor).await {
        Ok(extract) => {
            let making = make(state.portal().clone(), actor.clone(), extract);
            tokio::spawn(making.instrument(tracing::Span::current()));
            flash::to(PAGE, Flash::ExtractOrdered)
        }
        Err(OrderExtractError::UnderWay) => Redirect::to(PAGE).into_response(),
        Err(OrderExtractError::TooMany) => flash::to(PAGE, Flash::ExtractsTooMany),
        Err(OrderExtractError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}

/// Goes on when the person closes the page, but not when their session ends. Should the program stop, the order says that it is to be
/// repeated.
async fn make(portal: Portal, actor: RecipientActor, extract: RegisterExtractId) {
    match portal.make_register_extract(&actor, extract).await {
        Ok(()) | Err(MakeExtractError::SessionEnded | MakeExtractError::Gone) => {}
        Err(error) => answer::log_error("a register extract was not made", &error),
    }
}

/// `POST /your-data/{id}/archive`: the archive, soon after the person has signed in; what is not their own is not found. One at a time:
/// each has a whole register in memory for as long as it is read.
async fn archive(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let Some(actor) = &visitor.actor else {
        return answer::error(ErrorPage::SessionEnded, &visitor);
    };
    let Ok(extract) = id.parse::<RegisterExtractId>() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let Some(turn) = state.extract_turns().take(ExtractReader::Person(actor.recipient_id())) else {
        return flash::to(PAGE, Flash::ExtractBeingRead);
    };
    let part = match state.portal().open_register_extract(actor, extract).await {
        Ok(part) => part,
        Err(OpenExtractError::NotFound) => return answer::error(ErrorPage::NotFound, &visitor),
        // The page has the ways in.
        Err(OpenExtractError::SignInAgain) => return Redirect::to(PAGE).into_response(),
        Err(OpenExtractError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    let now = state.clock().now();
    let archive = Archive {
        portal: state.portal().clone(),
        actor: actor.clone(),
        turns: state.extract_turns().clone(),
        turn,
        extract,
        part,
        language: visitor.layout.language,
        time_zone: state.time_zone().clone(),
        now,
    };
    let day = now.to_jiff().to_zoned(state.time_zone().clone()).date();
    let name = app::register_extract_texts(visitor.layout.language).archive_name(day);
    (archive_head(&name), archive.into_body()).into_response()
}

/// What is said of an archive to a browser. The name is ASCII, and says of nobody whose it is.
pub(crate) fn archive_head(name: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |header: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(header, value);
        }
    };
    set(header::CONTENT_TYPE, "application/zip");
    set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    headers
}
