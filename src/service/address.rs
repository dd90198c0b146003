//! Addresses that this server fetches from by itself: none leads into the inside of anything.
//!
//! An operator writes them down, yet what he is told to write may come from a customer. The rules
//! are asked when one is stored and each time before it is used. That a name does not lead to a
//! machine of the inside is the platform's to see to (`global_fetch_strictly_public`).

use scim::part;

/// Characters of the longest.
pub const LONGEST: usize = 2_000;

/// Last parts of names that are nobody's outside: those that are reserved (RFC 2606, 6761, 6762,
/// 7686, 8375, 9476, and `internal` by ICANN), and others that networks use for themselves.
const INSIDE: &str = " localhost localdomain local internal intranet private corp lan home mail arpa alt onion test example invalid ";

/// Refuses an address that may not be fetched from, with what it must be. `own` are addresses of
/// this server. Where `local` is said, a server of this machine may be asked without TLS.
///
/// ```
/// use service::address::check;
/// let own = ["https://scim.example.com"];
/// assert!(check("https://login.example.com/keys?v=2", &own, false).is_ok());
/// for wrong in [
///     "http://login.example.com/keys", "https://10.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://localhost./",
///     "https://a@login.example.com/", "https://login.example.com:8443/", "https://SCIM.example.com./x", "https:///a",
///     "https://login.example.com\\@10.0.0.1/", "https://intranet/", "https://a.example.com/#x", "http://127.0.0.1:90/",
/// ] {
///     assert!(check(wrong, &own, false).is_err(), "{wrong}");
/// }
/// for inside in [
///     "local", "internal", "intranet", "corp", "home.arpa", "test", "example", "invalid", "onion",
/// ] {
///     assert!(check(&format!("https://app.{inside}/"), &own, false).is_err(), "{inside}");
/// }
/// assert!(check(&format!("https://{}.com/", "a".repeat(63)), &own, false).is_ok());
/// assert!(check(&format!("https://{}.com/", "a".repeat(64)), &own, false).is_err());
/// assert!(check("https://xn--bcher-kva.de/", &own, false).is_ok());
/// assert!(check("https://bücher.de/", &own, false).is_err_and(|wanted| wanted.contains("xn--")));
/// assert!(check("http://127.0.0.1:90/", &["http://localhost:8787"], true).is_ok());
/// for wrong in [":8787/", ":08787/", ":+90/", ":90@example.com/"] {
///     let wrong = format!("http://127.0.0.1{wrong}");
///     assert!(check(&wrong, &["http://localhost:8787"], true).is_err(), "{wrong}");
/// }
/// ```
pub fn check(address: &str, own: &[&str], local: bool) -> Result<(), &'static str> {
    let is_strange = |byte: u8| !byte.is_ascii_graphic() || b"\\\"<>^`{|}#".contains(&byte);
    if !address.is_ascii() {
        return Err(
            "an address in ASCII: of a name in other letters the form that begins with xn--",
        );
    }
    if address.len() > LONGEST || address.bytes().any(is_strange) {
        const { assert!(LONGEST == 2_000, "the sentence has the number") };
        return Err("an address of up to 2,000 ASCII characters, without blanks and #");
    }
    let (scheme, host, port) =
        parts(address).ok_or("a whole address, such as https://login.example.com/keys")?;
    let is_here = |host: &str| matches!(host, "127.0.0.1" | "localhost");
    if local && scheme == "http" && is_here(&host) {
        let is_number = |port: &str| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
        if !port.is_none_or(is_number) {
            return Err("an address with the number of a port");
        }
        let is_own = own
            .iter()
            .filter_map(|own| parts(own))
            .any(|(_, own, own_port)| {
                is_here(&own) && own_port.unwrap_or("80") == port.unwrap_or("80")
            });
        return if is_own {
            Err("the address of another server than this one")
        } else {
            Ok(())
        };
    }
    if scheme != "https" {
        return Err("an address with https://");
    }
    if !matches!(port, None | Some("443")) {
        return Err("an address without a port");
    }
    if !is_public(&host) {
        return Err(
            "an address with the public name of a server, such as login.example.com, and without a user in it",
        );
    }
    if own
        .iter()
        .filter_map(|own| parts(own))
        .any(|(_, own, _)| own == host)
    {
        return Err("the address of another server than this one");
    }
    Ok(())
}

/// Scheme, host and port of an address. A name with a dot at its end is the same without.
fn parts(address: &str) -> Option<(String, String, Option<&str>)> {
    let (scheme, rest) = part::split(address, "://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty()).then_some((scheme.to_ascii_lowercase(), host, port))
}

/// Whether this is a name below another, whose last part begins with a letter: every way to write
/// the number of a machine ends in a number (URL standard, "ends in a number checker").
fn is_public(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(is_known)
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.as_bytes().contains(&b'.')
        && host.split('.').all(is_label)
        && last.starts_with(|first: char| first.is_ascii_alphabetic())
        && !part::has(INSIDE, &[" ", last, " "].concat())
}
