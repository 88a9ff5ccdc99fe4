//! Who it is that a provider vouched for: a recipient by their personnummer and how sure the provider is, or a staff member by
//! their directory's id and their own in it. Pure, and fails closed.

use base::{ObjectId, TenantId, Timestamp};
use portal::{AssuranceLevel, Role, SignInRefusal, VerifiedIdentity, VouchedStaff, WorkAccount};
use serde_json::Value;

use super::attempt::StaffAttempt;
use super::provider::Provider;
use super::said::Said;
use super::verify::{Refused, Vouched, invalid, refused};
use crate::config::{ClaimSource, ProviderSection};

/// Of several roles, the first here is the person's.
const PRECEDENCE: [Role; 3] = [Role::Admin, Role::Sender, Role::Auditor];

/// The recipient.
pub(super) fn of_recipient(provider: &Provider, vouched: &Vouched) -> Result<VerifiedIdentity, Refused> {
    let authenticated_at = vouched
        .authenticated_at
        .ok_or(invalid("it is not said when the person authenticated"))?;
    Ok(VerifiedIdentity {
        level: level(&provider.record, vouched.acr.as_deref())?,
        personnummer: vouched.said.number(&provider.record.number)?,
        name: vouched.said.text(&provider.record.name),
        provider: provider.name.clone(),
        at_provider: vouched.said.at_provider(provider),
        authenticated_at,
    })
}

/// The level that the token vouches for; what was asked for counts for nothing.
fn level(record: &ProviderSection, acr: Option<&str>) -> Result<AssuranceLevel, Refused> {
    let number = match acr {
        Some(acr) => record.levels.get(acr).copied(),
        None => record.level_without_acr,
    };
    number.and_then(AssuranceLevel::from_number).ok_or(refused(
        SignInRefusal::LevelTooLow,
        "the level of assurance is missing or too low",
    ))
}

/// The staff member. The token is of the issuer that was asked; it must name that directory too.
pub(super) fn of_staff(
    record: &ProviderSection,
    vouched: &Vouched,
    attempt: &StaffAttempt,
    began_at: Timestamp,
) -> Result<VouchedStaff, Refused> {
    let said = &vouched.said;
    let tenant: TenantId = id(said, "tid", "the token does not say which directory it is of")?;
    let object: ObjectId = id(said, "oid", "the token does not say which user it is of")?;
    if tenant != attempt.tenant {
        return Err(invalid("the token is another directory's"));
    }
    Ok(VouchedStaff {
        account: WorkAccount { tenant, object },
        role: role(record, said.at(ClaimSource::IdToken, "roles")),
        name: said.text(&record.name),
        email: said.text(&record.email),
        authenticated_at: vouched.authenticated_at,
        began_at,
    })
}

fn id<T: std::str::FromStr>(said: &Said, claim: &str, missing: &'static str) -> Result<T, Refused> {
    let text = said.at(ClaimSource::IdToken, claim).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok()).ok_or(invalid(missing))
}

/// The role that the claim's values give; values that the record does not know give none.
fn role(record: &ProviderSection, values: Option<&Value>) -> Option<Role> {
    let values = values?.as_array()?;
    let given = |role: &Role| {
        let gives = |value: &Value| value.as_str().and_then(|value| record.roles.get(value));
        values.iter().filter_map(gives).any(|given| given.0 == *role)
    };
    PRECEDENCE.into_iter().find(given)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    const TENANT: &str = "11111111-2222-4333-8444-555555555555";
    const OBJECT: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";

    fn record() -> ProviderSection {
        let text = r#"kind = "staff"
            label = "Arbetskonto"
            issuer = "https://login.example/{tenantid}/v2.0"
            client_id = "postvalv"
            roles = { "Send" = "sender", "Rule" = "admin", "Look" = "auditor" }
            name = [{ from = "id_token", claim = "name" }]
            email = [{ from = "id_token", claim = "email" }, { from = "id_token", claim = "preferred_username" }]"#;
        toml::from_str(text).unwrap()
    }

    fn vouched(claims: &Value) -> Vouched {
        Vouched {
            said: Said {
                id_token: claims.as_object().cloned().unwrap_or_default(),
                user_info: Map::new(),
            },
            acr: None,
            authenticated_at: None,
            id_token: String::new(),
        }
    }

    fn staff(claims: &Value) -> Result<VouchedStaff, &'static str> {
        let attempt = StaffAttempt {
            organisation: "norrby".to_owned(),
            tenant: TENANT.parse().unwrap(),
            confirms: None,
        };
        of_staff(&record(), &vouched(claims), &attempt, Timestamp::from_millis(0)).map_err(|refused| refused.problem)
    }

    fn claims() -> Value {
        json!({
            "iss": format!("https://login.example/{TENANT}/v2.0"),
            "tid": TENANT, "oid": OBJECT, "sub": "pairwise",
            "name": "Karin Ek", "preferred_username": "karin@norrby.example", "roles": ["Send"],
        })
    }

    #[test]
    fn a_staff_member_is_who_the_directory_and_its_object_say() {
        let found = staff(&claims()).unwrap();
        assert_eq!(found.account.tenant.to_string(), TENANT);
        assert_eq!(found.account.object.to_string(), OBJECT);
        assert_eq!(found.role, Some(Role::Sender));
        assert_eq!(found.name.as_deref(), Some("Karin Ek"));
        assert_eq!(found.email.as_deref(), Some("karin@norrby.example"));
    }

    #[test]
    fn a_token_without_directory_or_user_or_of_another_directory_is_nobodys() {
        let without = |claim: &str, value: Value| {
            let mut claims = claims();
            claims[claim] = value;
            staff(&claims).unwrap_err()
        };
        let directory = "the token does not say which directory it is of";
        for value in [json!(null), json!(""), json!(7), json!("common"), json!({"a": 1})] {
            assert_eq!(without("tid", value), directory);
        }
        for value in [json!(null), json!(""), json!([OBJECT])] {
            assert_eq!(without("oid", value), "the token does not say which user it is of");
        }
        assert_eq!(without("tid", json!(OBJECT)), "the token is another directory's");
    }

    #[test]
    fn of_several_roles_the_first_in_precedence_counts_and_unknown_ones_give_none() {
        for (values, role) in [
            (json!(["Send"]), Some(Role::Sender)),
            (json!(["Look", "Send"]), Some(Role::Sender)),
            (json!(["Look", "Send", "Rule"]), Some(Role::Admin)),
            (json!(["Look", "other"]), Some(Role::Auditor)),
            (json!(["send", "Rule ", "sender"]), None),
            (json!([]), None),
            (json!(null), None),
            (json!("Rule"), None),
            (json!([["Rule"]]), None),
            (json!({"Rule": true}), None),
        ] {
            let mut claims = claims();
            claims["roles"] = values.clone();
            assert_eq!(staff(&claims).unwrap().role, role, "{values}");
        }
    }
}
