//! Pages for when something is refused or broken. Each says what happened and what the person can do.

use axum::http::StatusCode;
use leptos::prelude::*;
use portal::{Fault, ReadError};

use super::Page;
use crate::component::icon;
use crate::context::{Audience, Layout};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// What went wrong, as far as a person needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPage {
    /// Nothing here, or nothing for this person: the two must not look different.
    NotFound,
    /// The sign-in did not come to an end.
    SignInFailed(SignInProblem),
    /// The person's role does not allow it.
    Forbidden,
    /// A form was posted from somewhere that is not this portal.
    ForbiddenOrigin,
    /// The request does not make sense, such as a form without its fields.
    BadRequest,
    /// What was sent is too large.
    TooLarge,
    /// Too many requests in a short time.
    TooManyRequests,
    /// A document is missing in the store or was changed there.
    Damaged,
    /// The portal can't answer right now.
    Unavailable,
    /// Something broke that the person can't mend.
    Internal,
    /// The page needs somebody who is signed in, and the session ran out.
    SessionEnded,
    /// The person's organisation was deleted, and their sign-in ended with it.
    OrganisationGone,
}

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// The person broke it off.
    Cancelled,
    /// It took too long, was begun in another browser, or was finished already.
    Lost,
    /// The provider knows the person with less certainty than is needed here.
    LevelTooLow,
    /// The provider did not tell which person it is.
    NoIdentity,
    /// The provider does not answer.
    ProviderUnavailable,
    /// What the provider answered could not be trusted.
    NotTrusted,
    /// A staff member's account is shut.
    NotLetIn,
    /// The organisation does not let its staff in from this network.
    NetworkNotAllowed,
    /// The organisation lets its staff in with work accounts alone.
    WorkAccountRequired,
    /// The work account is of a directory that is none of the organisation's.
    OtherDirectory,
    /// The directory gives the work account no role here.
    NoRole,
    /// Another signed in than who was to prove that it is them.
    SomebodyElse,
}

impl ErrorPage {
    /// Every error page, for tests that look at each.
    pub const ALL: [Self; 23] = [
        Self::NotFound,
        Self::SignInFailed(SignInProblem::Cancelled),
        Self::SignInFailed(SignInProblem::Lost),
        Self::SignInFailed(SignInProblem::LevelTooLow),
        Self::SignInFailed(SignInProblem::NoIdentity),
        Self::SignInFailed(SignInProblem::ProviderUnavailable),
        Self::SignInFailed(SignInProblem::NotTrusted),
        Self::SignInFailed(SignInProblem::NotLetIn),
        Self::SignInFailed(SignInProblem::NetworkNotAllowed),
        Self::SignInFailed(SignInProblem::WorkAccountRequired),
        Self::SignInFailed(SignInProblem::OtherDirectory),
        Self::SignInFailed(SignInProblem::NoRole),
        Self::SignInFailed(SignInProblem::SomebodyElse),
        Self::Forbidden,
        Self::ForbiddenOrigin,
        Self::BadRequest,
        Self::TooLarge,
        Self::TooManyRequests,
        Self::Damaged,
        Self::Unavailable,
        Self::Internal,
        Self::SessionEnded,
        Self::OrganisationGone,
    ];

    /// The status that the response carries.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignInFailed(SignInProblem::ProviderUnavailable) => StatusCode::BAD_GATEWAY,
            Self::SignInFailed(SignInProblem::Cancelled | SignInProblem::Lost) | Self::BadRequest => {
                StatusCode::BAD_REQUEST
            }
            Self::SignInFailed(_) | Self::Forbidden | Self::ForbiddenOrigin => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Damaged | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::SessionEnded | Self::OrganisationGone => StatusCode::UNAUTHORIZED,
        }
    }

    /// The keys of its title and of what to do.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("error-not-found", "error-not-found-body"),
            Self::SignInFailed(problem) => problem.texts(),
            Self::Forbidden => ("error-forbidden", "error-forbidden-body"),
            Self::ForbiddenOrigin => ("error-forbidden-origin", "error-forbidden-origin-body"),
            Self::BadRequest => ("error-bad-request", "error-bad-request-body"),
            Self::TooLarge => ("error-too-large", "error-too-large-body"),
            Self::TooManyRequests => ("error-too-many-requests", "error-too-many-requests-body"),
            Self::Damaged => ("error-damaged", "error-damaged-body"),
            Self::Unavailable => ("error-unavailable", "error-unavailable-body"),
            Self::Internal => ("error-internal", "error-internal-body"),
            Self::SessionEnded => ("error-session-ended", "error-session-ended-body"),
            Self::OrganisationGone => ("error-organisation-gone", "error-organisation-gone-body"),
        }
    }

    /// Whether the person may want to name the request to somebody who can look into it.
    const fn worth_reporting(self) -> bool {
        !matches!(
            self,
            Self::NotFound
                | Self::Forbidden
                | Self::SessionEnded
                | Self::OrganisationGone
                | Self::SignInFailed(SignInProblem::Cancelled | SignInProblem::Lost)
        )
    }
}

impl SignInProblem {
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Cancelled => ("error-sign-in-cancelled", "error-sign-in-cancelled-body"),
            Self::Lost => ("error-sign-in-lost", "error-sign-in-lost-body"),
            Self::LevelTooLow => ("error-sign-in-level", "error-sign-in-level-body"),
            Self::NoIdentity => ("error-sign-in-identity", "error-sign-in-identity-body"),
            Self::ProviderUnavailable => ("error-sign-in-provider", "error-sign-in-provider-body"),
            Self::NotTrusted => ("error-sign-in-not-trusted", "error-sign-in-not-trusted-body"),
            Self::NotLetIn => ("error-sign-in-not-let-in", "error-sign-in-not-let-in-body"),
            Self::NetworkNotAllowed => ("error-sign-in-network", "error-sign-in-network-body"),
            Self::WorkAccountRequired => ("error-sign-in-work-account", "error-sign-in-work-account-body"),
            Self::OtherDirectory => ("error-sign-in-directory", "error-sign-in-directory-body"),
            Self::NoRole => ("error-sign-in-role", "error-sign-in-role-body"),
            Self::SomebodyElse => ("error-sign-in-somebody-else", "error-sign-in-somebody-else-body"),
        }
    }
}

/// The page for an error.
#[must_use]
pub fn error_page(layout: &Layout, error: ErrorPage) -> Page {
    let texts = Texts::of(layout.language);
    let (title, body) = error.texts();
    let href = layout.audience.home();
    let onward = if layout.audience == Audience::Recipient {
        "to-inbox"
    } else {
        "to-start"
    };
    let reference = error
        .worth_reporting()
        .then(|| texts.with("error-reference", &[("request", layout.request.to_string().into())]));
    let mut page = render(layout, Head::plain(texts.get(title)), move || {
        view! {
            <h1>{texts.get(title)}</h1>
            <p class="lead">{texts.get(body)}</p>
            <a class="button" href=href>
                {texts.get(onward)}
                {icon("forward")}
            </a>
            {reference.map(|reference| view! { <p class="reference">{reference}</p> })}
        }
    });
    page.status = error.status();
    page
}

/// The page for what the portal answered to a reader.
pub(super) fn read_error(layout: &Layout, error: &ReadError) -> Page {
    let page = match error {
        ReadError::NotFound => ErrorPage::NotFound,
        ReadError::Damaged => ErrorPage::Damaged,
        // What asks for it shows the ways in itself.
        ReadError::LevelTooLow { .. } => ErrorPage::Forbidden,
        ReadError::RangeNotSatisfiable { .. } => ErrorPage::BadRequest,
        ReadError::Fault(inside) => return fault(layout, inside),
    };
    error_page(layout, page)
}

/// The page for a fault, which is logged here.
pub(super) fn fault(layout: &Layout, fault: &Fault) -> Page {
    tracing::error!(request = %layout.request, error = fault.causes(), "a page could not be loaded");
    error_page(layout, ErrorPage::Internal)
}
