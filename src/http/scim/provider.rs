//! Which identity provider is at the other end: for the log only, nothing is decided by it.

use scim::part;

/// What a `User-Agent` contains, lower case, and whose it is.
const AGENTS: [(&str, &str); 13] = [
    ("okta", "okta"),
    ("azure", "entra"),
    ("entra", "entra"),
    ("microsoft", "entra"),
    ("onelogin", "onelogin"),
    ("jumpcloud", "jumpcloud"),
    ("google", "google"),
    ("ping", "ping"),
    ("authentik", "authentik"),
    ("keycloak", "keycloak"),
    ("scim-sdk", "keycloak"),
    ("rauthy", "rauthy"),
    ("rippling", "rippling"),
];

/// The provider by its `User-Agent`, else by a habit that only one is known for.
pub fn recognise(user_agent: Option<&str>, habits: &[&'static str]) -> Option<&'static str> {
    let agent = user_agent.unwrap_or_default().to_ascii_lowercase();
    let named = AGENTS
        .iter()
        .find(|(name, _)| part::has(&agent, name))
        .map(|(_, provider)| *provider);
    named.or_else(|| {
        habits.iter().find_map(|habit| {
            let (front, _) = habit.split_once('-')?;
            AGENTS
                .iter()
                .map(|(_, provider)| *provider)
                .find(|provider| *provider == front)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::recognise;

    #[test]
    fn by_agent_then_by_habit() {
        assert_eq!(recognise(Some("Okta SCIM Client 1.0.0"), &[]), Some("okta"));
        assert_eq!(
            recognise(Some("goauthentik.io/2025.4.1"), &[]),
            Some("authentik")
        );
        assert_eq!(
            recognise(None, &["dotted-key", "entra-string-boolean"]),
            Some("entra")
        );
        assert_eq!(recognise(Some("curl/8.0"), &["dotted-key"]), None);
    }
}
