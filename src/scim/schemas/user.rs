//! The core User schema (RFC 7643 §4.1).

use crate::schema::{Attribute, Mutability, Returned, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:User`.
pub static USER: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User Account",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 21] = [
    Attribute::string(
        "userName",
        "Unique identifier for the User, typically used by the user to directly authenticate to \
         the service provider. Each User MUST include a non-empty userName value.  This \
         identifier MUST be unique across the service provider's entire set of Users. REQUIRED.",
    )
    .required()
    .unique(Uniqueness::Server)
    .trimmed(),
    Attribute::complex(
        "name",
        "The components of the user's real name. Providers MAY return just the full name as a \
         single string in the formatted sub-attribute, or they MAY return just the individual \
         component attributes using the other sub-attributes, or they MAY return both.  If both \
         variants are returned, they SHOULD be describing the same name, with the formatted name \
         indicating how the component attributes should be combined.",
        &NAME,
    ),
    Attribute::string(
        "displayName",
        "The name of the User, suitable for display to end-users.  The name SHOULD be the full \
         name of the User being described, if known.",
    ),
    Attribute::string(
        "nickName",
        "The casual way to address the user in real life, e.g., 'Bob' or 'Bobby' instead of \
         'Robert'.  This attribute SHOULD NOT be used to represent a User's username (e.g., \
         'bjensen' or 'mpepperidge').",
    ),
    Attribute::reference(
        "profileUrl",
        "A fully qualified URL pointing to a page representing the User's online profile.",
        &["external"],
    ),
    Attribute::string("title", "The user's title, such as \"Vice President.\""),
    Attribute::string(
        "userType",
        "Used to identify the relationship between the organization and the user.  Typical values \
         used might be 'Contractor', 'Employee', 'Intern', 'Temp', 'External', and 'Unknown', but \
         any value may be used.",
    ),
    Attribute::string(
        "preferredLanguage",
        "Indicates the User's preferred written or spoken language.  Generally used for selecting \
         a localized user interface; e.g., 'en_US' specifies the language English and country US.",
    ),
    Attribute::string(
        "locale",
        "Used to indicate the User's default location for purposes of localizing items such as \
         currency, date time format, or numerical representations.",
    ),
    Attribute::string(
        "timezone",
        "The User's time zone in the 'Olson' time zone database format, e.g., \
         'America/Los_Angeles'.",
    ),
    // An application asks `active = 1` before it lets somebody in: nobody is without it.
    Attribute::boolean(
        "active",
        "A Boolean value indicating the User's administrative status.",
    )
    .lasting(),
    // Never stored: this server does not authenticate people (`changePassword` is false).
    Attribute::string(
        "password",
        "The User's cleartext password.  This attribute is intended to be used as a means to \
         specify an initial password when creating a new User or to reset an existing User's \
         password.",
    )
    .case_exact()
    .mutability(Mutability::WriteOnly)
    .returned(Returned::Never),
    Attribute::complex(
        "emails",
        "Email addresses for the user.  The value SHOULD be canonicalized by the service \
         provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type \
         values of 'work', 'home', and 'other'.",
        &EMAIL,
    )
    .multi_valued(),
    Attribute::complex(
        "phoneNumbers",
        "Phone numbers for the User.  The value SHOULD be canonicalized by the service provider \
         according to the format specified in RFC 3966, e.g., 'tel:+1-201-555-0123'. Canonical \
         type values of 'work', 'home', 'mobile', 'fax', 'pager', and 'other'.",
        &PHONE_NUMBER,
    )
    .multi_valued(),
    Attribute::complex("ims", "Instant messaging addresses for the User.", &IM).multi_valued(),
    Attribute::complex("photos", "URLs of photos of the User.", &PHOTO).multi_valued(),
    Attribute::complex(
        "addresses",
        "A physical mailing address for this User. Canonical type values of 'work', 'home', and \
         'other'.  This attribute is a complex type with the following sub-attributes.",
        &ADDRESS,
    )
    .multi_valued(),
    Attribute::complex(
        "groups",
        "A list of groups to which the user belongs, either through direct membership, through \
         nested groups, or dynamically calculated.",
        &GROUP,
    )
    .multi_valued()
    .mutability(Mutability::ReadOnly)
    .linked(),
    Attribute::complex(
        "entitlements",
        "A list of entitlements for the User that represent a thing the User has.",
        &ENTITLEMENT,
    )
    .multi_valued(),
    Attribute::complex(
        "roles",
        "A list of roles for the User that collectively represent who the User is, e.g., \
         'Student', 'Faculty'.",
        &ROLE,
    )
    .multi_valued(),
    Attribute::complex(
        "x509Certificates",
        "A list of certificates issued to the User.",
        &CERTIFICATE,
    )
    .multi_valued(),
];

static NAME: [Attribute; 6] = [
    Attribute::string(
        "formatted",
        "The full name, including all middle names, titles, and suffixes as appropriate, \
         formatted for display (e.g., 'Ms. Barbara J Jensen, III').",
    ),
    Attribute::string(
        "familyName",
        "The family name of the User, or last name in most Western languages (e.g., 'Jensen' \
         given the full name 'Ms. Barbara J Jensen, III').",
    ),
    Attribute::string(
        "givenName",
        "The given name of the User, or first name in most Western languages (e.g., 'Barbara' \
         given the full name 'Ms. Barbara J Jensen, III').",
    ),
    Attribute::string(
        "middleName",
        "The middle name(s) of the User (e.g., 'Jane' given the full name 'Ms. Barbara J Jensen, \
         III').",
    ),
    Attribute::string(
        "honorificPrefix",
        "The honorific prefix(es) of the User, or title in most Western languages (e.g., 'Ms.' \
         given the full name 'Ms. Barbara J Jensen, III').",
    ),
    Attribute::string(
        "honorificSuffix",
        "The honorific suffix(es) of the User, or suffix in most Western languages (e.g., 'III' \
         given the full name 'Ms. Barbara J Jensen, III').",
    ),
];

const DISPLAY: Attribute = Attribute::string(
    "display",
    "A human-readable name, primarily used for display purposes.  READ-ONLY.",
);

/// `type` with its suggested values.
const fn kind(description: &'static str, canonical_values: &'static [&'static str]) -> Attribute {
    Attribute::string("type", description).canonical(canonical_values)
}

const fn primary(description: &'static str) -> Attribute {
    Attribute::boolean("primary", description)
}

static EMAIL: [Attribute; 4] = [
    Attribute::string(
        "value",
        "Email addresses for the user.  The value SHOULD be canonicalized by the service \
         provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type \
         values of 'work', 'home', and 'other'.",
    ),
    DISPLAY,
    kind(
        "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        &["work", "home", "other"],
    ),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute, e.g., the preferred mailing address or primary email address.  The primary \
         attribute value 'true' MUST appear no more than once.",
    ),
];

static PHONE_NUMBER: [Attribute; 4] = [
    Attribute::string("value", "Phone number of the User."),
    DISPLAY,
    kind(
        "A label indicating the attribute's function, e.g., 'work', 'home', 'mobile'.",
        &["work", "home", "mobile", "fax", "pager", "other"],
    ),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute, e.g., the preferred phone number or primary phone number.  The primary \
         attribute value 'true' MUST appear no more than once.",
    ),
];

static IM: [Attribute; 4] = [
    Attribute::string("value", "Instant messaging address for the User."),
    DISPLAY,
    kind(
        "A label indicating the attribute's function, e.g., 'aim', 'gtalk', 'xmpp'.",
        &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
    ),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute, e.g., the preferred messenger or primary messenger.  The primary attribute \
         value 'true' MUST appear no more than once.",
    ),
];

static PHOTO: [Attribute; 4] = [
    Attribute::reference("value", "URL of a photo of the User.", &["external"]),
    DISPLAY,
    kind(
        "A label indicating the attribute's function, i.e., 'photo' or 'thumbnail'.",
        &["photo", "thumbnail"],
    ),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute, e.g., the preferred photo or thumbnail.  The primary attribute value 'true' \
         MUST appear no more than once.",
    ),
];

static ADDRESS: [Attribute; 8] = [
    Attribute::string(
        "formatted",
        "The full mailing address, formatted for display or use with a mailing label.  This \
         attribute MAY contain newlines.",
    ),
    Attribute::string(
        "streetAddress",
        "The full street address component, which may include house number, street name, P.O. \
         box, and multi-line extended street address information.  This attribute MAY contain \
         newlines.",
    ),
    Attribute::string("locality", "The city or locality component."),
    Attribute::string("region", "The state or region component."),
    Attribute::string("postalCode", "The zip code or postal code component."),
    Attribute::string("country", "The country name component."),
    kind(
        "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        &["work", "home", "other"],
    ),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute.  The primary attribute value 'true' MUST appear no more than once.",
    ),
];

static GROUP: [Attribute; 4] = [
    Attribute::string("value", "The identifier of the User's group.")
        .case_exact()
        .mutability(Mutability::ReadOnly),
    Attribute::reference(
        "$ref",
        "The URI of the corresponding 'Group' resource to which the user belongs.",
        &["Group"],
    )
    .mutability(Mutability::ReadOnly),
    Attribute::string(
        "display",
        "A human-readable name, primarily used for display purposes.  READ-ONLY.",
    )
    .mutability(Mutability::ReadOnly),
    Attribute::string(
        "type",
        "A label indicating the attribute's function, e.g., 'direct' or 'indirect'.",
    )
    .canonical(&["direct", "indirect"])
    .mutability(Mutability::ReadOnly),
];

static ENTITLEMENT: [Attribute; 4] = [
    Attribute::string("value", "The value of an entitlement."),
    DISPLAY,
    kind("A label indicating the attribute's function.", &[]),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute.  The primary attribute value 'true' MUST appear no more than once.",
    ),
];

static ROLE: [Attribute; 4] = [
    Attribute::string("value", "The value of a role."),
    DISPLAY,
    kind("A label indicating the attribute's function.", &[]),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute.  The primary attribute value 'true' MUST appear no more than once.",
    ),
];

static CERTIFICATE: [Attribute; 4] = [
    Attribute::binary("value", "The value of an X.509 certificate."),
    DISPLAY,
    kind("A label indicating the attribute's function.", &[]),
    primary(
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute.  The primary attribute value 'true' MUST appear no more than once.",
    ),
];
