//! The table of routes: the router is built from it, so no route can be added without saying who may use it, and a test
//! walks it to see that nobody else can.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use portal::Action;

use crate::state::AppState;
use crate::{staff, visitor};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A signed-in recipient who has accepted the terms, if there are any.
    Recipient,
    /// A signed-in recipient, also one who has not accepted the terms: nothing that shows what was sent to them.
    RecipientBeforeTerms,
    /// Somebody who gave a staff member's password, and has the next step of the sign-in before them.
    StaffCandidate,
    /// A signed-in staff member whose role allows the action.
    Staff(Action),
    /// An organisation's system with a token.
    System,
    /// An organisation's directory with a token.
    Directory,
}

/// A route as the table knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path with its parameters, such as `/cases/{id}`.
    pub path: String,
    /// Who may use it.
    pub access: Access,
}

/// Routes and their table, growing together.
#[derive(Default)]
pub struct Routes {
    pub(crate) router: Router<AppState>,
    pub(crate) table: Vec<Route>,
}

impl Routes {
    /// Adds a route.
    ///
    /// # Panics
    ///
    /// At start, when two routes have the same method and path.
    #[must_use]
    pub(crate) fn add<H, T>(self, method: Method, path: &str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let handler = match access {
            Access::Staff(action) => {
                on(filter, handler).layer(from_fn(move |request, next| staff::require(action, request, next)))
            }
            Access::Recipient => on(filter, handler).layer(from_fn(visitor::require_terms)),
            Access::Public
            | Access::RecipientBeforeTerms
            | Access::StaffCandidate
            | Access::System
            | Access::Directory => on(filter, handler),
        };
        self.add_service(method, path, access, handler)
    }

    /// Adds a route whose handler is made elsewhere.
    #[must_use]
    pub(crate) fn add_service(
        mut self,
        method: Method,
        path: &str,
        access: Access,
        handler: MethodRouter<AppState>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        self.table.push(Route {
            method,
            path: path.to_owned(),
            access,
        });
        self
    }

    /// Applies `change` to the router of the routes so far, for layers.
    #[must_use]
    pub(crate) fn map(mut self, change: impl FnOnce(Router<AppState>) -> Router<AppState>) -> Self {
        self.router = change(self.router);
        self
    }

    /// Adds other routes.
    #[must_use]
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }
}
