//! Addresses of MCP servers, told apart by their text alone. Owns which of them keep a secret and which lead into the
//! house; a name is never looked up here.

/// Endings under which no public name is.
const INSIDE: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "onion",
    "test",
    "invalid",
    "example",
];

/// Parts of names of parameters that hold secrets.
const SECRETS: &[&str] = &[
    "key", "token", "secret", "password", "passwd", "auth", "sig",
];

/// An address in its parts.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
    query: &'a str,
}

/// Whether an address can be one of an MCP server and keeps no secret. The error says what to put right.
pub(super) fn check(url: &str) -> Result<(), String> {
    let Some(parts) = parts(url) else {
        return Err(
            "give the server's whole address, such as https://example.com/mcp; names outside ASCII in their xn-- form"
                .to_owned(),
        );
    };
    let secret = parts.query.split('&').any(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        SECRETS.iter().any(|word| name.contains(word))
    });
    if secret {
        return Err(
            "this address holds a secret, which would be kept in clear; have an admin name a variable with a bearer token"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether it is encrypted and goes to a public name.
pub(super) fn is_public(url: &str) -> bool {
    let Some(parts) = parts(url) else {
        return false;
    };
    let labels: Vec<&str> = parts.host.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    parts.scheme == "https"
        && labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        // An address in numbers ends in a number, also in its odd forms.
        && last.starts_with(|c: char| c.is_ascii_lowercase())
        && !INSIDE.contains(&last)
}

/// Scheme, host and port: what may be told without what stands behind them.
pub(super) fn origin(url: &str) -> String {
    parts(url).map_or_else(String::new, |parts| {
        let port = parts.port.map(|port| format!(":{port}"));
        format!(
            "{}://{}{}",
            parts.scheme,
            parts.host,
            port.unwrap_or_default()
        )
    })
}

/// `None` for what is no address, or could be read as one by some and as another by others.
fn parts(url: &str) -> Option<Parts<'_>> {
    if !url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (host, port) = if let Some(inner) = authority.strip_prefix('[') {
        let (host, port) = inner.split_once(']')?;
        let fits = |b: u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
        if !host.bytes().all(fits) || host.is_empty() {
            return None;
        }
        (&authority[..host.len() + 2], port)
    } else {
        let at = authority.find(':').unwrap_or(authority.len());
        let (host, port) = authority.split_at(at);
        if !host.split('.').all(is_label) {
            return None;
        }
        (host, port)
    };
    let port = match port.strip_prefix(':') {
        Some(port) => Some(port.parse::<u16>().ok().map(|_| port)?),
        None if port.is_empty() => None,
        None => return None,
    };
    let query = rest.split('#').next().unwrap_or_default();
    let query = query.split_once('?').map_or("", |(_, query)| query);
    Some(Parts {
        scheme,
        host,
        port,
        query,
    })
}

/// One part of a name between dots: `-` not at its ends, in lower case so that one name has one spelling.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_to_a_name_of_the_world_is_public() {
        for (url, public) in [
            ("https://example.com", true),
            ("https://mcp.example.com:8443/mcp?mode=all", true),
            ("https://xn--bcher-kva.example.com/", true),
            ("http://example.com/mcp", false),
            ("https://localhost/mcp", false),
            ("https://printer/mcp", false),
            ("https://db.internal/mcp", false),
            ("https://me.local/mcp", false),
            ("https://a.localhost/mcp", false),
            ("https://1.1.168.192.in-addr.arpa/", false),
            ("https://127.0.0.1/mcp", false),
            ("https://2130706433/mcp", false),
            ("https://127.1/mcp", false),
            ("https://0x7f.1/mcp", false),
            ("https://127.0.0.0x1/mcp", false),
            ("https://[::1]/mcp", false),
            ("https://example.com./mcp", false),
            ("https://example.com@127.0.0.1/mcp", false),
            ("https://127.0.0.1\\@example.com/mcp", false),
            ("https://127.0.0.1#.example.com/mcp", false),
            ("https://%31%32%37.0.0.1.example.com/", false),
            ("https://example.com:99999/", false),
            ("https:example.com", false),
            ("https:///example.com", false),
            ("HTTPS://example.com", false),
            ("https://EXAMPLE.com", false),
            ("https://exämple.com", false),
            ("https://example.com/a b", false),
            ("", false),
        ] {
            assert_eq!(is_public(url), public, "{url}");
        }
    }

    #[test]
    fn an_admins_address_may_lead_anywhere_but_keeps_no_secret() {
        for (url, fits) in [
            ("http://localhost:8080/mcp", true),
            ("http://127.0.0.1/mcp", true),
            ("http://[::1]:9/mcp", true),
            ("http://printer/mcp?mode=x", true),
            ("http://me:pw@printer/mcp", false),
            ("http://printer/mcp?API-Key=1", false),
            ("http://printer/mcp?a=1&access_token=2", false),
            ("unix:///run/x", false),
        ] {
            assert_eq!(check(url).is_ok(), fits, "{url}");
        }
    }
}
