//! The attributes that are kept of users and groups, as tables: everything here that reads, changes, compares or describes a
//! resource goes by them (RFC 7643 sections 2, 4 and 7).

use serde_json::{Value, json};

/// What a value of an attribute is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Boolean,
    Instant,
    /// The address of a resource of one of these types.
    Reference(&'static [&'static str]),
    /// Parts with names of their own.
    Complex(&'static [Attribute]),
}

/// Who sets an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutability {
    ReadWrite,
    ReadOnly,
    Immutable,
}

/// An attribute, or a part of one.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// How many values it has at most; `None` for one alone.
    pub(super) many: Option<usize>,
    pub(super) required: bool,
    pub(super) mutability: Mutability,
    pub(super) case_exact: bool,
    unique: bool,
    /// Values that mean something; others may be kept.
    canonical: &'static [&'static str],
    about: &'static str,
}

impl Attribute {
    const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            many: None,
            required: false,
            mutability: Mutability::ReadWrite,
            case_exact: false,
            unique: false,
            canonical: &[],
            about,
        }
    }

    const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Text, about)
    }

    const fn many(mut self, most: usize) -> Self {
        self.many = Some(most);
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    const fn canonical(mut self, values: &'static [&'static str]) -> Self {
        self.canonical = values;
        self
    }

    const fn set_by(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// The parts; none of an attribute that is not complex.
    pub(super) const fn parts(&self) -> &'static [Self] {
        match self.kind {
            Kind::Complex(parts) => parts,
            Kind::Text | Kind::Boolean | Kind::Instant | Kind::Reference(_) => &[],
        }
    }

    fn to_json(&self) -> Value {
        let kind = match self.kind {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::Instant => "dateTime",
            Kind::Reference(_) => "reference",
            Kind::Complex(_) => "complex",
        };
        let mutability = match self.mutability {
            Mutability::ReadWrite => "readWrite",
            Mutability::ReadOnly => "readOnly",
            Mutability::Immutable => "immutable",
        };
        let mut described = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.many.is_some(),
            "description": self.about,
            "required": self.required,
            "caseExact": self.case_exact,
            "mutability": mutability,
            "returned": "default",
            "uniqueness": if self.unique { "server" } else { "none" },
        });
        if let Value::Object(members) = &mut described {
            if !self.canonical.is_empty() {
                members.insert("canonicalValues".to_owned(), json!(self.canonical));
            }
            if let Kind::Reference(types) = self.kind {
                members.insert("referenceTypes".to_owned(), json!(types));
            }
            if let Kind::Complex(parts) = self.kind {
                let parts: Vec<Value> = parts.iter().map(Self::to_json).collect();
                members.insert("subAttributes".to_owned(), Value::Array(parts));
            }
        }
        described
    }
}

/// The attribute with that name, whatever its capitals (RFC 7643 section 2.1).
pub(super) fn named(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A type of resource.
pub(super) struct Schema {
    pub(super) urn: &'static str,
    pub(super) name: &'static str,
    pub(super) endpoint: &'static str,
    about: &'static str,
    attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute with that name, those of every resource included.
    pub(super) fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        named(self.attributes, name).or_else(|| named(COMMON, name))
    }

    /// How `/Schemas` describes it.
    pub(super) fn to_json(&self, base: &str) -> Value {
        let attributes: Vec<Value> = self.attributes.iter().map(Attribute::to_json).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn,
            "name": self.name,
            "description": self.about,
            "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.urn) },
        })
    }

    /// How `/ResourceTypes` describes it.
    pub(super) fn resource_type(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.about,
            "endpoint": self.endpoint,
            "schema": self.urn,
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }
}

/// What every resource has besides (RFC 7643 section 3.1).
const COMMON: &[Attribute] = &[
    Attribute::text("schemas", "")
        .many(20)
        .set_by(Mutability::ReadOnly)
        .exact(),
    Attribute::text("id", "").set_by(Mutability::ReadOnly).exact(),
    Attribute::text("externalId", "").exact(),
    Attribute::new(
        "meta",
        Kind::Complex(&[
            Attribute::text("resourceType", "").exact(),
            Attribute::new("created", Kind::Instant, ""),
            Attribute::new("lastModified", Kind::Instant, ""),
            Attribute::text("location", "").exact(),
        ]),
        "",
    )
    .set_by(Mutability::ReadOnly),
];

/// As many e-mail addresses and roles as one user may have.
const VALUES: usize = 20;

const USER_NAME: Attribute = Attribute::text(
    "userName",
    "What the directory calls the account; unique, whatever its capitals",
)
.required()
.unique();

const NAME: Attribute = Attribute::new(
    "name",
    Kind::Complex(&[
        Attribute::text("formatted", "The whole name as it is shown"),
        Attribute::text("familyName", "The family name"),
        Attribute::text("givenName", "The first name"),
    ]),
    "The parts of the name",
);

const DISPLAY_NAME: Attribute = Attribute::text("displayName", "The name to show");

const EMAIL_PARTS: &[Attribute] = &[
    Attribute::text("value", "The address").required(),
    Attribute::text("type", "What it is for").canonical(&["work", "home", "other"]),
    Attribute::new("primary", Kind::Boolean, "Whether it is the one to use"),
];

const EMAILS: Attribute = Attribute::new(
    "emails",
    Kind::Complex(EMAIL_PARTS),
    "E-mail addresses; the one for work is the account's",
)
.many(VALUES);

const ACTIVE: Attribute = Attribute::new(
    "active",
    Kind::Boolean,
    "Whether the account lets its owner in; false ends every session at once",
)
.required();

const ROLES: Attribute = Attribute::new(
    "roles",
    Kind::Complex(&[
        Attribute::text("value", "The role's name")
            .required()
            .exact()
            .canonical(&["Postvalv.Sender", "Postvalv.Admin", "Postvalv.Auditor"]),
        Attribute::text("display", "What people call it"),
        Attribute::text("type", "What kind of role it is"),
        Attribute::new("primary", Kind::Boolean, "Whether it is the first of several"),
    ]),
    "Roles; of several, admin comes before sender and sender before auditor",
)
.many(VALUES);

const GROUPS: Attribute = Attribute::new(
    "groups",
    Kind::Complex(&[
        Attribute::text("value", "The group's id")
            .exact()
            .set_by(Mutability::ReadOnly),
        Attribute::new("$ref", Kind::Reference(&["Group"]), "The group's address")
            .exact()
            .set_by(Mutability::ReadOnly),
        Attribute::text("display", "The group's name").set_by(Mutability::ReadOnly),
    ]),
    "The groups that the user is in",
)
.many(500)
.set_by(Mutability::ReadOnly);

/// Users of a directory of Entra ID: who it is says the object id.
pub(super) const WORK_USER: Schema = Schema {
    urn: USER_URN,
    name: "User",
    endpoint: "/Users",
    about: "A staff member with a work account",
    attributes: &[
        USER_NAME,
        Attribute::text("externalId", "The user's object id in Entra ID, a GUID")
            .required()
            .exact()
            .unique()
            .set_by(Mutability::Immutable),
        NAME,
        DISPLAY_NAME,
        EMAILS,
        ACTIVE,
        ROLES,
        GROUPS,
    ],
};

/// Users of any other directory: they sign in with their e-mail address.
pub(super) const USER: Schema = Schema {
    urn: USER_URN,
    name: "User",
    endpoint: "/Users",
    about: "A staff member",
    attributes: &[
        USER_NAME,
        Attribute::text("externalId", "What the directory knows the user by").exact(),
        NAME,
        DISPLAY_NAME,
        Attribute {
            required: true,
            ..EMAILS
        },
        ACTIVE,
        ROLES,
        GROUPS,
    ],
};

const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Groups.
pub(super) const GROUP: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    endpoint: "/Groups",
    about: "A group of staff members",
    attributes: &[
        Attribute::text("displayName", "The group's name; unique, whatever its capitals")
            .required()
            .unique(),
        Attribute::text("externalId", "What the directory knows the group by").exact(),
        Attribute::new(
            "members",
            Kind::Complex(&[
                Attribute::text("value", "The member's id")
                    .exact()
                    .set_by(Mutability::Immutable),
                Attribute::new("$ref", Kind::Reference(&["User"]), "The member's address")
                    .exact()
                    .set_by(Mutability::Immutable),
                Attribute::text("type", "What the member is")
                    .canonical(&["User"])
                    .set_by(Mutability::Immutable),
            ]),
            "Who is in the group",
        )
        .many(portal::Portal::MAX_GROUP_MEMBERS),
    ],
};
