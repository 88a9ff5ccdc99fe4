//! Who it is that a provider vouched for: a recipient by what they are known by and how sure the provider is, or a staff member by
//! their directory's id and their own in it. Pure, and fails closed.

use base::{Personnummer, PersonnummerKind, Timestamp};
use portal::{Identity, Role, SignInRefusal, VerifiedIdentity, VouchedStaff, WorkAccount};
use serde_json::Value;

use super::attempt::StaffAttempt;
use super::provider::Provider;
use super::said::{Said, missing};
use super::verify::{Refused, Vouched, invalid, refused};
use crate::config::{ClaimSource, ProviderSection};

/// Of several roles, the first here is the person's.
const PRECEDENCE: [Role; 3] = [Role::Admin, Role::Sender, Role::Auditor];

/// The most addresses of a work account that answer invitations.
const MAX_EMAILS: usize = 4;

/// The recipient.
pub(super) fn of_recipient(provider: &Provider, vouched: &Vouched) -> Result<VerifiedIdentity, Refused> {
    let (record, said) = (&provider.record, &vouched.said);
    let authenticated_at = vouched
        .authenticated_at
        .ok_or(invalid("it is not said when the person authenticated"))?;
    Ok(VerifiedIdentity {
        level: record.level(vouched.acr.as_deref()).ok_or(refused(
            SignInRefusal::LevelTooLow,
            "the level of assurance is missing or too low",
        ))?,
        identity: if record.knows_work_accounts() {
            at_work(record, said)?
        } else {
            person(record, said)?
        },
        name: said.text(&record.name),
        provider: provider.name.clone(),
        at_provider: said.at_provider(record),
        authenticated_at,
    })
}

/// Somebody with a number, or with an e-ID of another country.
fn person(record: &ProviderSection, said: &Said) -> Result<Identity, Refused> {
    let prid = said.prid(&record.prid)?;
    if let Some(number) = said.number(&record.number)? {
        let previous = said.number(&record.previous_number)?;
        // Else the provider says something else than that a samordningsnummer became a personnummer.
        let is_follower = number.kind() == PersonnummerKind::Personnummer;
        let fits = |before: &Personnummer| is_follower && before.kind() == PersonnummerKind::Samordningsnummer;
        return if previous.as_ref().is_none_or(fits) {
            Ok(Identity::Number { number, previous, prid })
        } else {
            Err(missing("the number before is no samordningsnummer of a personnummer"))
        };
    }
    let prid = prid.ok_or(missing("there is no personnummer"))?;
    let mapped = said.number(&record.mapped_number)?.filter(|_| is_bound(record, said));
    Ok(match mapped {
        Some(number) => Identity::Number {
            number,
            previous: None,
            prid: Some(prid),
        },
        None => Identity::Prid(prid),
    })
}

/// Whether the number of somebody with an e-ID of another country was bound to it in a way that suffices.
fn is_bound(record: &ProviderSection, said: &Said) -> bool {
    let bindings = said.first(&record.identity_binding).and_then(Value::as_str);
    bindings.is_some_and(|bindings| {
        let mut bindings = bindings.split(';').map(str::trim);
        bindings.any(|binding| record.identity_bindings.iter().any(|accepted| accepted == binding))
    })
}

/// Somebody with a work account. The token is of the issuer that was asked; it must name that directory too.
fn at_work(record: &ProviderSection, said: &Said) -> Result<Identity, Refused> {
    let account = work_account(said)?;
    if record.tenant() != Some(account.tenant) {
        return Err(invalid("the token is another directory's"));
    }
    let mut emails = Vec::new();
    for place in record.email.iter().take(MAX_EMAILS) {
        let email = said.at(place.from, &place.claim).and_then(Value::as_str);
        emails.extend(email.map(str::to_owned));
    }
    Ok(Identity::WorkAccount { account, emails })
}

fn work_account(said: &Said) -> Result<WorkAccount, Refused> {
    Ok(WorkAccount {
        tenant: id(said, "tid", "the token does not say which directory it is of")?,
        object: id(said, "oid", "the token does not say which user it is of")?,
    })
}

/// The staff member. The token is of the issuer that was asked; it must name that directory too.
pub(super) fn of_staff(
    provider: &str,
    record: &ProviderSection,
    vouched: &Vouched,
    attempt: &StaffAttempt,
    began_at: Timestamp,
) -> Result<VouchedStaff, Refused> {
    let said = &vouched.said;
    let account = work_account(said)?;
    if account.tenant != attempt.tenant {
        return Err(invalid("the token is another directory's"));
    }
    Ok(VouchedStaff {
        account,
        role: role(record, said.at(ClaimSource::IdToken, "roles")),
        name: said.text(&record.name),
        email: said.text(&record.email),
        authenticated_at: vouched.authenticated_at,
        began_at,
        provider: provider.to_owned(),
        at_provider: said.at_provider(record),
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
        let began_at = Timestamp::from_millis(0);
        of_staff("entra", &record(), &vouched(claims), &attempt, began_at).map_err(|refused| refused.problem)
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

    const NUMBER: &str = "200001012384";
    const BEFORE: &str = "197010632391";
    const PRID: &str = "NO:05068907693";
    const BINDING: &str = "http://id.swedenconnect.se/id-binding/process/swedish-eid";

    fn who(claims: &Value) -> Result<Identity, &'static str> {
        let text = format!(
            r#"label = "Foreign"
            issuer = "https://login.example"
            client_id = "postvalv"
            number = [{{ from = "id_token", claim = "number" }}]
            previous_number = [{{ from = "id_token", claim = "before" }}]
            prid = [{{ from = "id_token", claim = "prid" }}]
            mapped_number = [{{ from = "id_token", claim = "mapped" }}]
            identity_binding = [{{ from = "id_token", claim = "binding" }}]
            identity_bindings = ["{BINDING}"]"#
        );
        person(&toml::from_str(&text).unwrap(), &vouched(claims).said).map_err(|refused| refused.problem)
    }

    fn number(digits: &str) -> Personnummer {
        Personnummer::from_digits(digits).unwrap()
    }

    #[test]
    fn a_person_is_their_number_and_the_samordningsnummer_that_it_followed() {
        let known = |previous, prid| {
            Ok(Identity::Number {
                number: number(NUMBER),
                previous,
                prid,
            })
        };
        assert_eq!(who(&json!({ "number": NUMBER })), known(None, None));
        assert_eq!(
            who(&json!({ "number": NUMBER, "before": BEFORE })),
            known(Some(number(BEFORE)), None)
        );
        let problem = "the number before is no samordningsnummer of a personnummer";
        for (now, before) in [(NUMBER, "197701172392"), (BEFORE, NUMBER), (BEFORE, BEFORE)] {
            assert_eq!(who(&json!({ "number": now, "before": before })), Err(problem));
        }
        for before in [json!(7), json!(""), json!("197010632390")] {
            assert!(who(&json!({ "number": NUMBER, "before": before })).is_err());
        }
        assert_eq!(who(&json!({})), Err("there is no personnummer"));
        assert!(who(&json!({ "number": "1", "prid": PRID })).is_err());
    }

    #[test]
    fn a_mapped_number_counts_with_its_binding_alone() {
        let prid = || PRID.parse().unwrap();
        assert_eq!(who(&json!({ "prid": PRID })), Ok(Identity::Prid(prid())));
        let bound = || {
            Ok(Identity::Number {
                number: number(NUMBER),
                previous: None,
                prid: Some(prid()),
            })
        };
        let mapped = |binding: Value| who(&json!({ "prid": PRID, "mapped": NUMBER, "binding": binding }));
        assert_eq!(mapped(json!(BINDING)), bound());
        assert_eq!(mapped(json!(format!("http://other.example; {BINDING}"))), bound());
        for binding in [
            json!(null),
            json!(""),
            json!("swedish-eid"),
            json!([BINDING]),
            json!(format!("{BINDING}x")),
        ] {
            assert_eq!(mapped(binding.clone()), Ok(Identity::Prid(prid())), "{binding}");
        }
        assert_eq!(
            who(&json!({ "mapped": NUMBER, "binding": BINDING })),
            Err("there is no personnummer")
        );
        assert!(who(&json!({ "prid": PRID, "mapped": "1", "binding": BINDING })).is_err());
        assert_eq!(who(&json!({ "prid": "no:1" })), Err("the prid is none"));
    }

    #[test]
    fn a_recipient_at_work_is_the_directorys_user_whose_addresses_answer_invitations() {
        let text = format!(
            r#"label = "Norrby"
            work_accounts = true
            issuer = "https://login.example/{TENANT}/v2.0"
            client_id = "postvalv"
            email = [{{ from = "id_token", claim = "email" }}, {{ from = "id_token", claim = "preferred_username" }}]"#
        );
        let record: ProviderSection = toml::from_str(&text).unwrap();
        let of = |claims: &Value| at_work(&record, &vouched(claims).said).map_err(|refused| refused.problem);
        let account = WorkAccount {
            tenant: TENANT.parse().unwrap(),
            object: OBJECT.parse().unwrap(),
        };
        let emails = vec!["karin@norrby.example".to_owned()];
        assert_eq!(of(&claims()), Ok(Identity::WorkAccount { account, emails }));
        let mut elsewhere = claims();
        elsewhere["tid"] = json!(OBJECT);
        assert_eq!(of(&elsewhere), Err("the token is another directory's"));
        elsewhere["tid"] = json!(null);
        assert_eq!(of(&elsewhere), Err("the token does not say which directory it is of"));
    }
}
