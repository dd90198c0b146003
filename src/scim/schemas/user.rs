//! The core User schema (RFC 7643 §4.1).

use crate::schema::{Attribute, Mutability, Returned, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:User`.
pub static USER: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person's account",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 21] = [
    Attribute::string(
        "userName",
        "The name that the user signs in with, unique among users",
    )
    .required()
    .unique(Uniqueness::Server)
    .trimmed(),
    Attribute::complex("name", "The parts of the user's name", &NAME),
    Attribute::string("displayName", "The name to show for the user"),
    Attribute::string("nickName", "The casual name of the user"),
    Attribute::reference(
        "profileUrl",
        "The address of a page about the user",
        &["external"],
    ),
    Attribute::string("title", "The user's title, such as \"Vice President\""),
    Attribute::string(
        "userType",
        "The relation to the organisation, such as \"Employee\"",
    ),
    Attribute::string(
        "preferredLanguage",
        "Languages, as in an Accept-Language header (RFC 7231)",
    ),
    Attribute::string("locale", "The user's locale, such as \"en-US\" (RFC 5646)"),
    Attribute::string(
        "timezone",
        "The user's time zone, such as \"America/Los_Angeles\"",
    ),
    // An application asks `active = 1` before it lets somebody in: nobody is without it.
    Attribute::boolean("active", "Whether the user may use the application").lasting(),
    // Never stored: this server does not authenticate people (`changePassword` is false).
    Attribute::string("password", "Accepted and forgotten; never stored")
        .case_exact()
        .mutability(Mutability::WriteOnly)
        .returned(Returned::Never),
    Attribute::complex("emails", "E-mail addresses", &EMAIL).multi_valued(),
    Attribute::complex("phoneNumbers", "Telephone numbers", &PHONE_NUMBER).multi_valued(),
    Attribute::complex("ims", "Instant messaging addresses", &IM).multi_valued(),
    Attribute::complex("photos", "Addresses of pictures of the user", &PHOTO).multi_valued(),
    Attribute::complex("addresses", "Postal addresses", &ADDRESS).multi_valued(),
    Attribute::complex("groups", "The groups that the user belongs to", &GROUP)
        .multi_valued()
        .mutability(Mutability::ReadOnly)
        .linked(),
    Attribute::complex(
        "entitlements",
        "Things that the user may do or have",
        &ENTITLEMENT,
    )
    .multi_valued(),
    Attribute::complex("roles", "What the user is, such as \"Student\"", &ROLE).multi_valued(),
    Attribute::complex("x509Certificates", "Certificates of the user", &CERTIFICATE).multi_valued(),
];

static NAME: [Attribute; 6] = [
    Attribute::string("formatted", "The whole name, as it is shown"),
    Attribute::string("familyName", "The family name"),
    Attribute::string("givenName", "The given name"),
    Attribute::string("middleName", "The middle names"),
    Attribute::string("honorificPrefix", "Titles before the name"),
    Attribute::string("honorificSuffix", "Suffixes after the name"),
];

const DISPLAY: Attribute = Attribute::string("display", "A name to show for the value");
const PRIMARY: Attribute = Attribute::boolean(
    "primary",
    "Whether this is the preferred value; true for one at the most",
);

/// `type` with its suggested values.
const fn kind(canonical_values: &'static [&'static str]) -> Attribute {
    Attribute::string("type", "What the value is for").canonical(canonical_values)
}

static EMAIL: [Attribute; 4] = [
    Attribute::string("value", "The e-mail address"),
    DISPLAY,
    kind(&["work", "home", "other"]),
    PRIMARY,
];

static PHONE_NUMBER: [Attribute; 4] = [
    Attribute::string("value", "The telephone number"),
    DISPLAY,
    kind(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

static IM: [Attribute; 4] = [
    Attribute::string("value", "The instant messaging address"),
    DISPLAY,
    kind(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

static PHOTO: [Attribute; 4] = [
    Attribute::reference("value", "The address of the picture", &["external"]),
    DISPLAY,
    kind(&["photo", "thumbnail"]),
    PRIMARY,
];

static ADDRESS: [Attribute; 8] = [
    Attribute::string("formatted", "The whole address, as it is shown"),
    Attribute::string("streetAddress", "Street, house number, apartment"),
    Attribute::string("locality", "The city"),
    Attribute::string("region", "The state or region"),
    Attribute::string("postalCode", "The postal code"),
    Attribute::string("country", "The country, ISO 3166-1 alpha-2"),
    kind(&["work", "home", "other"]),
    PRIMARY,
];

static GROUP: [Attribute; 4] = [
    Attribute::string("value", "The id of the group")
        .case_exact()
        .mutability(Mutability::ReadOnly),
    Attribute::reference("$ref", "The address of the group", &["Group"])
        .mutability(Mutability::ReadOnly),
    Attribute::string("display", "The name of the group").mutability(Mutability::ReadOnly),
    Attribute::string(
        "type",
        "Whether the user is a member itself or through another group",
    )
    .canonical(&["direct", "indirect"])
    .mutability(Mutability::ReadOnly),
];

static ENTITLEMENT: [Attribute; 4] = [
    Attribute::string("value", "The entitlement"),
    DISPLAY,
    kind(&[]),
    PRIMARY,
];

static ROLE: [Attribute; 4] = [
    Attribute::string("value", "The role"),
    DISPLAY,
    kind(&[]),
    PRIMARY,
];

static CERTIFICATE: [Attribute; 4] = [
    Attribute::binary("value", "The certificate, DER in base64"),
    DISPLAY,
    kind(&[]),
    PRIMARY,
];
