//! Parses the URL that `sign` writes into requests and that `replay` sends them to.
//!
//! The parts go into a request line, into headers and into a shell command. So nothing passes that
//! could end any of them: white space and control characters are refused, and whatever RFC 3986
//! does not allow is percent-encoded.

use std::fmt::{self, Display};
use std::net::Ipv6Addr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// The characters that RFC 3986 does not allow in a path or query. Braces and brackets are among
/// them, which curl would expand as patterns.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// An HTTP URL without its fragment, which clients never send.
#[derive(Debug)]
pub(crate) struct Url {
    scheme: &'static str,
    user: Option<String>,
    host: String,
    target: String,
}

impl Url {
    /// Parses a URL.
    ///
    /// # Errors
    /// A message that does not repeat the URL, because it may contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err("a URL cannot contain white space or control characters");
        }
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = ["http", "https"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(scheme))
            .ok_or("expected a URL such as http://localhost:8080/hook")?;
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(encoded(user)), host),
            None => (None, authority),
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            scheme,
            user,
            host: host_and_port(host)?,
            target: format!("{slash}{}", encoded(path)),
        })
    }

    /// Whether the scheme is `https`.
    #[cfg(feature = "listen")]
    pub(crate) fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// The path and the query.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The host and its port, without the user.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The value of the header `Authorization` that curl sends for the user and password.
    pub(crate) fn authorization(&self) -> Option<String> {
        let user = self.user.as_deref()?;
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        let decoded = |text| percent_decode_str(text).collect::<Vec<u8>>();
        let credentials = [&decoded(name)[..], b":", &decoded(password)].concat();
        Some(format!("Basic {}", STANDARD.encode(credentials)))
    }
}

impl Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        write!(f, "{}{}", self.host, self.target)
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn host_and_port(text: &str) -> Result<String, &'static str> {
    let end = match text.find(']') {
        Some(bracket) => bracket + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    Ok(checked_host(host)? + checked_port(port)?)
}

fn checked_host(host: &str) -> Result<String, &'static str> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.trim_end_matches(']').parse::<Ipv6Addr>();
        return match address {
            Ok(address) => Ok(format!("[{address}]")),
            Err(_) => Err("the IPv6 address is invalid"),
        };
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    match host {
        "" => Err("the host is missing"),
        host if host.chars().all(is_part) => Ok(host.to_owned()),
        _ => Err(
            "expected a host of letters, digits, dots and hyphens; write other characters as xn--…",
        ),
    }
}

/// The port with its colon, or nothing.
fn checked_port(port: &str) -> Result<&str, &'static str> {
    let digits = port.strip_prefix(':');
    let is_number = |digits: &str| {
        digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.parse::<u16>().is_ok()
    };
    match digits {
        None if port.is_empty() => Ok(""),
        Some("") => Ok(""),
        Some(digits) if is_number(digits) => Ok(port),
        _ => Err("expected a port from 0 to 65535"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, url: &str, host: &str, target: &str) {
        let parsed = Url::parse(text).expect(text);
        assert_eq!(parsed.to_string(), url, "{text}");
        assert_eq!(parsed.host(), host, "{text}");
        assert_eq!(parsed.target(), target, "{text}");
    }

    #[test]
    fn takes_urls_apart() {
        reads("http://h", "http://h/", "h", "/");
        reads("HTTP://h?x=1", "http://h/?x=1", "h", "/?x=1");
        reads("http://h#f", "http://h/", "h", "/");
        reads("http://h/a?b=/c#d?e", "http://h/a?b=/c", "h", "/a?b=/c");
        reads(
            "https://a.example:8443/x",
            "https://a.example:8443/x",
            "a.example:8443",
            "/x",
        );
        reads("http://h:/x", "http://h/x", "h", "/x");
        reads("http://[::1]:80/x", "http://[::1]:80/x", "[::1]:80", "/x");
        reads(
            "http://[2001:DB8::]",
            "http://[2001:db8::]/",
            "[2001:db8::]",
            "/",
        );
        reads("http://u:p@h/x", "http://u:p@h/x", "h", "/x");
        reads("http://u@v@h?@", "http://u@v@h/?@", "h", "/?@");
        reads(
            "http://h/é%20{a,b}",
            "http://h/%C3%A9%20%7Ba,b%7D",
            "h",
            "/%C3%A9%20%7Ba,b%7D",
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_url() {
        for (text, want) in [
            ("hook", "expected a URL"),
            ("ftp://h/", "expected a URL"),
            ("://h/", "expected a URL"),
            ("http://", "the host is missing"),
            ("http:///x", "the host is missing"),
            ("http://u:p@/x", "the host is missing"),
            ("http://:80/x", "the host is missing"),
            ("http://bücher.example/", "xn--"),
            ("http://a,b/", "expected a host"),
            ("http://a%2eb/", "expected a host"),
            ("http://a\\b/", "expected a host"),
            ("http://h:+80/", "expected a port"),
            ("http://h:65536/", "expected a port"),
            ("http://h:80:80/", "expected a port"),
            ("http://[::1/", "the IPv6 address is invalid"),
            ("http://[h]/", "the IPv6 address is invalid"),
            ("http://[::1]x/", "expected a port"),
            ("http://h/\r\nX: y", "white space"),
            ("http://h\u{85}/", "white space"),
            ("http://h/a b", "white space"),
        ] {
            let error = Url::parse(text).expect_err(text);
            assert!(error.contains(want), "{text}: {error}");
        }
    }

    #[test]
    fn a_user_is_authorized_as_by_curl() {
        let authorization = |text| Url::parse(text).expect(text).authorization();
        assert_eq!(authorization("http://h/"), None);
        // `curl -v http://user:p%40ss@h/`
        let both = authorization("http://user:p%40ss@h/");
        assert_eq!(both.as_deref(), Some("Basic dXNlcjpwQHNz"));
        assert_eq!(
            authorization("http://user@h/").as_deref(),
            Some("Basic dXNlcjo=")
        );
    }
}
