//! The form with which the rules are changed. It decides nothing: what it would do is shown first.

use leptos::prelude::*;
use portal::{CountedFrom, RetentionPolicy, RetentionRule};

use crate::component::back_link;
use crate::component::form::{Choice, Field, Kind, choices, refusal, title};
use crate::context::Layout;
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The rules as they were filled in.
#[derive(Clone, Debug)]
pub struct RetentionForm {
    /// The version that the form began with, which it sends back.
    pub version: u32,
    /// The operator's ceiling, in days.
    pub ceiling_days: u32,
    /// The fewest days, as it was written.
    pub minimum_days: String,
    /// The most days, as it was written.
    pub maximum_days: String,
    /// The rule of everything without one of its own.
    pub default: RuleForm,
    /// The document types that are known, each with its rule; an empty number of days for none.
    pub types: Vec<TypeForm>,
    /// A document type that is new.
    pub new_type: TypeForm,
    /// What was wrong.
    pub problem: Option<RetentionProblem>,
}

/// A rule as it was filled in.
#[derive(Clone, Debug)]
pub struct RuleForm {
    /// How many days, as it was written.
    pub days: String,
    /// From when on.
    pub counted_from: CountedFrom,
    /// What for.
    pub purpose: String,
    /// By which law.
    pub legal_ground: String,
}

/// A document type with its rule.
#[derive(Clone, Debug)]
pub struct TypeForm {
    /// The type's name.
    pub document_type: String,
    /// Its rule.
    pub rule: RuleForm,
}

/// Which rule of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulePlace {
    /// The one of everything without its own.
    Default,
    /// The known type with that place in the list.
    Type(usize),
    /// The new type.
    New,
}

/// What can be wrong with the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionProblem {
    /// The minimum is no number of days, or above the maximum.
    Minimum,
    /// The maximum is no number of days, or above the operator's ceiling.
    Maximum,
    /// A rule's days are no number, or outside minimum and maximum.
    Days(RulePlace),
    /// A purpose or legal ground is too long.
    Reason(RulePlace),
    /// The name of the new type can't be one.
    TypeName,
    /// The new type has a rule in the list.
    TypeKnown,
    /// There are as many types with rules as there may be.
    TooManyTypes,
    /// Nothing would be different.
    Unchanged,
}

impl RuleForm {
    /// One that is not filled in.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            days: String::new(),
            counted_from: CountedFrom::Sent,
            purpose: String::new(),
            legal_ground: String::new(),
        }
    }

    fn of(rule: &RetentionRule) -> Self {
        Self {
            days: rule.days.to_string(),
            counted_from: rule.counted_from,
            purpose: rule.reason.purpose.clone(),
            legal_ground: rule.reason.legal_ground.clone(),
        }
    }
}

impl RetentionForm {
    /// The form as it begins: the policy in force, and every type that anything was sent with.
    #[must_use]
    pub fn of(version: u32, policy: &RetentionPolicy, types_in_use: &[String], ceiling_days: u32) -> Self {
        let mut types: Vec<TypeForm> = policy
            .types
            .iter()
            .map(|it| TypeForm {
                document_type: it.document_type.clone(),
                rule: RuleForm::of(&it.rule),
            })
            .collect();
        for name in types_in_use {
            if !types.iter().any(|it| it.document_type.eq_ignore_ascii_case(name)) {
                types.push(TypeForm {
                    document_type: name.clone(),
                    rule: RuleForm::empty(),
                });
            }
        }
        Self {
            version,
            ceiling_days,
            minimum_days: policy.minimum_days.to_string(),
            maximum_days: policy.maximum_days.to_string(),
            default: RuleForm::of(&policy.default),
            types,
            new_type: TypeForm {
                document_type: String::new(),
                rule: RuleForm::empty(),
            },
            problem: None,
        }
    }
}

/// The page of the form.
#[must_use]
pub fn retention_form_page(layout: &Layout, form: &RetentionForm) -> Page {
    let texts = Texts::of(layout.language);
    let problem = form.problem;
    let head = Head::plain(title(texts, "retention-form-title", problem.is_some()));
    let refused = match problem {
        Some(RetentionProblem::Unchanged) => Some(refusal(texts.get("retention-unchanged"))),
        Some(RetentionProblem::TooManyTypes) => Some(refusal(texts.get("retention-too-many-types"))),
        _ => None,
    };
    let default = rule_fields(texts, form, RulePlace::Default, &form.default);
    let types: Vec<_> = form
        .types
        .iter()
        .enumerate()
        .map(|(index, it)| type_fields(texts, form, index, it))
        .collect();
    let types = (!types.is_empty()).then_some(types);
    let new_type = new_type_fields(texts, form);
    let version = form.version.to_string();
    let limits = limit_fields(texts, form);
    render(layout, head, move || {
        view! {
            {back_link("/staff/retention".to_owned(), texts.get("retention-title"))}
            {refused}
            <h1>{texts.get("retention-form-title")}</h1>
            <p class="lead">{texts.get("retention-form-lead")}</p>
            <form class="form" method="post" action="/staff/retention/effect" novalidate>
                <input type="hidden" name="version" value=version />
                <fieldset class="group">
                    <legend>{texts.get("retention-limits-legend")}</legend>
                    {limits}
                </fieldset>
                <fieldset class="group">
                    <legend>{texts.get("retention-default")}</legend>
                    {default}
                </fieldset>
                <section aria-labelledby="types">
                    <h2 id="types">{texts.get("retention-types")}</h2>
                    <p>{texts.get("retention-types-lead")}</p>
                    {types}
                    {new_type}
                </section>
                <button class="button">{texts.get("retention-show-effect")}</button>
            </form>
        }
    })
}

fn limit_fields(texts: &'static Texts, form: &RetentionForm) -> impl IntoView + use<> {
    let wrong_minimum = (form.problem == Some(RetentionProblem::Minimum)).then(|| texts.get("retention-minimum-wrong"));
    let ceiling = [("ceiling", form.ceiling_days.into())];
    let wrong_maximum =
        (form.problem == Some(RetentionProblem::Maximum)).then(|| texts.with("retention-maximum-wrong", &ceiling));
    let minimum = Field::new("minimum_days", Kind::Number, texts.get("retention-minimum"))
        .hint(texts.get("retention-minimum-hint"))
        .value(&form.minimum_days)
        .problem(wrong_minimum);
    let maximum = Field::new("maximum_days", Kind::Number, texts.get("retention-maximum"))
        .hint(texts.with("retention-maximum-hint", &ceiling))
        .value(&form.maximum_days)
        .problem(wrong_maximum);
    view! { {minimum.view()} {maximum.view()} }
}

/// What the names of a rule's fields end with.
fn suffix(place: RulePlace) -> String {
    match place {
        RulePlace::Default => String::new(),
        RulePlace::Type(index) => format!("_{index}"),
        RulePlace::New => "_new".to_owned(),
    }
}

fn rule_fields(
    texts: &'static Texts,
    form: &RetentionForm,
    place: RulePlace,
    rule: &RuleForm,
) -> impl IntoView + use<> {
    let suffix = suffix(place);
    let wrong_days = (form.problem == Some(RetentionProblem::Days(place))).then(|| texts.get("retention-days-wrong"));
    let too_long = (form.problem == Some(RetentionProblem::Reason(place))).then(|| texts.get("retention-reason-wrong"));
    let days = Field::new(format!("days{suffix}"), Kind::Number, texts.get("retention-days"))
        .value(&rule.days)
        .problem(wrong_days);
    let days = match place {
        RulePlace::Type(_) => days.hint(texts.get("retention-type-days-hint")),
        RulePlace::Default | RulePlace::New => days,
    };
    let offered = vec![
        Choice {
            value: "sent".to_owned(),
            label: texts.get("retention-counted-sent"),
            hint: None,
        },
        Choice {
            value: "first_opened".to_owned(),
            label: texts.get("retention-counted-opened"),
            hint: Some(texts.get("retention-counted-opened-hint")),
        },
        Choice {
            value: "case_closed".to_owned(),
            label: texts.get("retention-counted-closed"),
            hint: Some(texts.get("retention-counted-closed-hint")),
        },
    ];
    let chosen = match rule.counted_from {
        CountedFrom::Sent => "sent",
        CountedFrom::FirstOpened => "first_opened",
        CountedFrom::CaseClosed => "case_closed",
    };
    let counted = choices(
        &format!("counted_from{suffix}"),
        texts.get("retention-counted"),
        offered,
        chosen,
        None,
    );
    let purpose = Field::new(format!("purpose{suffix}"), Kind::Text, texts.get("retention-purpose"))
        .hint(texts.get("retention-purpose-hint"))
        .value(&rule.purpose)
        .problem(too_long);
    let ground = Field::new(
        format!("legal_ground{suffix}"),
        Kind::Text,
        texts.get("retention-legal-ground"),
    )
    .hint(texts.get("retention-legal-ground-hint"))
    .value(&rule.legal_ground);
    view! { {days.view()} {counted} {purpose.view()} {ground.view()} }
}

/// Whether something about this rule was wrong, so that its fields are shown at once.
fn is_wrong(form: &RetentionForm, place: RulePlace) -> bool {
    matches!(
        form.problem,
        Some(RetentionProblem::Days(at) | RetentionProblem::Reason(at)) if at == place
    )
}

fn type_fields(texts: &'static Texts, form: &RetentionForm, index: usize, it: &TypeForm) -> impl IntoView + use<> {
    let place = RulePlace::Type(index);
    let fields = rule_fields(texts, form, place, &it.rule);
    let open = is_wrong(form, place);
    let state = if it.rule.days.trim().is_empty() {
        texts.get("retention-type-follows")
    } else {
        texts.get("retention-type-own")
    };
    let name = it.document_type.clone();
    let (label, value) = (name.clone(), name.clone());
    view! {
        <details class="card rule" open=open>
            <summary>
                <span class="name">{name}</span>
                " "
                <span class="state">{state}</span>
            </summary>
            <fieldset class="form plain" aria-label=label>
                <input type="hidden" name=format!("type_{index}") value=value />
                {fields}
            </fieldset>
        </details>
    }
}

fn new_type_fields(texts: &'static Texts, form: &RetentionForm) -> impl IntoView + use<> {
    let wrong_name = match form.problem {
        Some(RetentionProblem::TypeName) => Some(texts.get("retention-type-name-wrong")),
        Some(RetentionProblem::TypeKnown) => Some(texts.get("retention-type-known")),
        _ => None,
    };
    let open = wrong_name.is_some() || is_wrong(form, RulePlace::New) || !form.new_type.document_type.is_empty();
    let name = Field::new("type_new", Kind::Text, texts.get("retention-type-name"))
        .hint(texts.get("retention-type-name-hint"))
        .value(&form.new_type.document_type)
        .problem(wrong_name);
    let fields = rule_fields(texts, form, RulePlace::New, &form.new_type.rule);
    view! {
        <details class="card rule" open=open>
            <summary>
                <span class="name">{texts.get("retention-new-type")}</span>
            </summary>
            <fieldset class="form plain" aria-label=texts.get("retention-new-type")>
                {name.view()} {fields}
            </fieldset>
        </details>
    }
}
