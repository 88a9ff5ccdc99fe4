//! What was sent and what becomes of it: cases, how long they are kept, holds, what people ask for, extracts, protocols and
//! the log.

use http::Method;
use portal::Action;

use crate::routes::{Access, Routes};
use crate::staff::{audit, case, cases, extracts, holds, protocols, requests, retention, retention_approval};

/// The routes to what was sent and what is known about it.
pub(super) fn routes() -> Routes {
    for_cases()
        .merge(for_retention())
        .merge(for_holds())
        .merge(for_requests())
        .merge(for_extracts())
        .merge(for_protocols())
        .merge(for_audit())
}

/// What was sent, and what staff decide about one case.
fn for_cases() -> Routes {
    let (close, extend) = (Access::Staff(Action::CloseCase), Access::Staff(Action::ExtendCase));
    let see = Access::Staff(Action::SeeCases);
    Routes::default()
        .add(Method::GET, "/staff/cases", see, cases::list)
        .add(Method::GET, "/staff/cases/{id}", see, case::page)
        .add(Method::POST, "/staff/cases/{id}/close", close, case::close)
        .add(Method::POST, "/staff/cases/{id}/reopen", close, case::reopen)
        .add(Method::POST, "/staff/cases/{id}/extend", extend, case::extend)
}

/// How long the organisation keeps what it sends.
fn for_retention() -> Routes {
    let (get, post) = (Method::GET, Method::POST);
    let may = Access::Staff;
    Routes::default()
        .add(
            get.clone(),
            "/staff/retention",
            may(Action::SeeRetention),
            retention::page,
        )
        .add(
            get,
            "/staff/retention/change",
            may(Action::ChangeRetention),
            retention::form,
        )
        .add(
            post.clone(),
            "/staff/retention/effect",
            may(Action::SeeRetentionEffect),
            retention::effect,
        )
        .add(post, "/staff/retention", may(Action::ChangeRetention), retention::save)
        .merge(for_retention_approval())
}

/// What a second admin is asked for.
fn for_retention_approval() -> Routes {
    let change = Access::Staff(Action::ChangeRetention);
    Routes::default()
        .add(
            Method::GET,
            "/staff/retention/pending",
            Access::Staff(Action::SeeRetention),
            retention_approval::page,
        )
        .add(
            Method::POST,
            "/staff/retention/pending/approve",
            change,
            retention_approval::approve,
        )
        .add(
            Method::POST,
            "/staff/retention/pending/withdraw",
            change,
            retention_approval::withdraw,
        )
        .add(
            Method::POST,
            "/staff/retention/approval",
            change,
            retention_approval::demand,
        )
}

/// What is held from being purged.
fn for_holds() -> Routes {
    let (see, place) = (Access::Staff(Action::SeeHolds), Access::Staff(Action::PlaceHold));
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/holds", see, holds::list)
        .add(post.clone(), "/staff/holds", place, holds::place)
        .add(post.clone(), "/staff/holds/shown", place, holds::show)
        .add(get.clone(), "/staff/holds/new", place, holds::form)
        .add(get, "/staff/holds/{id}", see, holds::one)
        .add(
            post,
            "/staff/holds/{id}/lift",
            Access::Staff(Action::LiftHold),
            holds::lift,
        )
}

/// What people ask the organisation to erase and correct.
fn for_requests() -> Routes {
    let (see, answer) = (Access::Staff(Action::SeeRequests), Access::Staff(Action::AnswerRequest));
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/requests", see, requests::list)
        .add(get, "/staff/requests/{id}", see, requests::one)
        .add(post.clone(), "/staff/requests/{id}/take-up", answer, requests::take_up)
        .add(post.clone(), "/staff/requests/{id}/extend", answer, requests::extend)
        .add(post.clone(), "/staff/requests/{id}/decline", answer, requests::decline)
        .add(post, "/staff/requests/{id}/grant", answer, requests::grant)
}

/// What the organisation has registered about a person.
fn for_extracts() -> Routes {
    let make = Access::Staff(Action::MakeRegisterExtract);
    Routes::default()
        .add(Method::GET, "/staff/extracts", make, extracts::page)
        .add(Method::POST, "/staff/extracts", make, extracts::make)
}

/// What admins and auditors see of what was purged.
fn for_protocols() -> Routes {
    let see = Access::Staff(Action::SeePurgeProtocols);
    let get = Method::GET;
    Routes::default()
        .add(get.clone(), "/staff/protocols", see, protocols::list)
        .add(get.clone(), "/staff/protocols/proofs", see, protocols::search)
        .add(get.clone(), "/staff/protocols/proofs/{id}", see, protocols::proofs_of)
        .add(get.clone(), "/staff/protocols/proofs/{id}/json", see, protocols::proof)
        .add(get.clone(), "/staff/protocols/{number}", see, protocols::one)
        .add(get.clone(), "/staff/protocols/{number}/pdf", see, protocols::pdf)
        .add(get.clone(), "/staff/protocols/{number}/json", see, protocols::json)
        .add(get, "/staff/protocols/{number}/csv", see, protocols::csv)
}

/// The organisation's audit log.
fn for_audit() -> Routes {
    let (see, export) = (Access::Staff(Action::SeeAudit), Access::Staff(Action::ExportAudit));
    let change = Access::Staff(Action::ChangeAuditWebhook);
    Routes::default()
        .add(Method::GET, "/staff/audit", see, audit::page)
        .add(Method::GET, "/staff/audit/checkpoint", see, audit::checkpoint)
        .add(Method::GET, "/staff/audit/export", export, audit::export)
        .add(Method::POST, "/staff/audit/webhook", change, audit::set_webhook)
        .add(
            Method::POST,
            "/staff/audit/webhook/remove",
            change,
            audit::remove_webhook,
        )
}
