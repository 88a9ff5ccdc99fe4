//! The tokens by which the organisation's directory provisions its staff.

use app::page::staff::{ProvisioningPage, TokenForm, TokenProblem, provisioning_page, provisioning_token_page};
use app::{Assets, Flash, Language};
use base::{Ids, TenantId};
use portal::{ProvisioningToken, ProvisioningTokenState};

use super::{Pages, at, inside};
use crate::samples::{clock, time_zone};

const ADDRESS: &str = "https://post.exempelkommunen.example/scim/v2";

fn tenant() -> Option<TenantId> {
    "11111111-2222-4333-8444-555555555555".parse().ok()
}

fn token(name: &str, made: i64, tenant: Option<TenantId>, state: ProvisioningTokenState) -> ProvisioningToken {
    ProvisioningToken {
        id: Ids::new(clock()).next(),
        name: name.to_owned(),
        tenant,
        state,
        created_at: at(made),
        expires_at: at(made + 365),
        last_used_at: (made < -10).then_some(at(0)),
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let zone = time_zone();
    let there = inside(language, assets, "/staff/provisioning");
    let tokens = [
        token("Entra ID 2025", -400, tenant(), ProvisioningTokenState::Withdrawn),
        token("Försök med Okta", -380, None, ProvisioningTokenState::Ended),
        token("Entra ID 2026", -340, tenant(), ProvisioningTokenState::Valid),
        token("Entra ID hösten 2026", -1, tenant(), ProvisioningTokenState::Valid),
    ];
    let removed = [token(
        "Entra ID",
        -40,
        tenant(),
        ProvisioningTokenState::DirectoryRemoved,
    )];
    let form = |problem: Option<TokenProblem>| TokenForm {
        name: problem.map_or_else(String::new, |_| "Entra ID hösten 2026".to_owned()),
        days: "365".to_owned(),
        directory: tenant().map(|tenant| tenant.to_string()).unwrap_or_default(),
        problem,
    };
    let page = |tokens, tenant, form: Option<&TokenForm>, flash| {
        let shown = ProvisioningPage {
            address: ADDRESS,
            tenant,
            tokens,
            form,
        };
        provisioning_page(&there, shown, flash, &zone)
    };
    let empty = TokenForm {
        directory: TokenForm::OTHER_DIRECTORY.to_owned(),
        ..form(None)
    };
    let wrong_days = TokenForm {
        days: "ett år".to_owned(),
        ..form(Some(TokenProblem::Days { most: 730 }))
    };
    let withdrawn = Some(Flash::CredentialWithdrawn);
    vec![
        ("provisioning", page(&tokens, tenant(), Some(&form(None)), withdrawn)),
        ("provisioning-empty", page(&[], None, Some(&empty), None)),
        ("provisioning-wrong", page(&[], tenant(), Some(&wrong_days), None)),
        (
            "provisioning-too-many",
            page(
                &tokens,
                tenant(),
                Some(&form(Some(TokenProblem::TooMany { limit: 2 }))),
                None,
            ),
        ),
        (
            "provisioning-unconfirmed",
            page(&[], tenant(), Some(&form(Some(TokenProblem::ConfirmFirst))), None),
        ),
        ("provisioning-removed", page(&removed, None, Some(&empty), None)),
        ("provisioning-seen", page(&tokens, tenant(), None, None)),
        (
            "provisioning-token",
            provisioning_token_page(
                &there,
                ADDRESS,
                "postvalv_provisioning_3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a",
            ),
        ),
    ]
}
