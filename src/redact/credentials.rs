//! Redacts credentials in headers and URLs, so that output can be shared and CI logs can be public.
//!
//! Credentials are recognised by the names of headers and parameters, never by their values. A name
//! is compared without case, dashes and underscores, so that `X-API-Key`, `api_key` and `apikey`
//! are the same. When in doubt, too much is redacted: from the first credential up to the next `&`.

use percent_encoding::percent_decode_str;

use crate::Text;

/// The text that replaces a credential.
const REDACTED: &str = "[redacted]";

/// Parts of the names of headers and parameters that hold credentials.
const PARTS: [&str; 9] = [
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "passwd",
    "password",
    "secret",
    "token",
];

/// Other names of parameters that hold credentials, such as those of Azure and Google. They are too
/// short to be searched for in longer names.
const PARAMETERS: [&str; 7] = ["auth", "code", "key", "pass", "pwd", "sig", "signature"];

/// The value of a header with credentials redacted.
pub(crate) fn header<'t>(name: &str, value: &'t Text<'_>) -> Text<'t> {
    let text = value.as_str();
    if PARTS.iter().any(|part| letters(name).contains(part)) {
        Text::from(REDACTED)
    } else if text.starts_with('/') || text.contains("//") {
        url(value)
    } else {
        Text::from(text)
    }
}

/// A URL or the target of a request with users, passwords and other credentials redacted.
pub(crate) fn url<'t>(url: &Text<'_>) -> Text<'t> {
    let text = without_users(url.as_str());
    let pairs: Vec<String> = text.split('&').map(without_credentials).collect();
    Text::from(pairs.join("&"))
}

/// Redacts `user:password@` at the start of the text and after each `//`: a URL may contain another
/// one.
fn without_users(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    let mut is_authority = !text.starts_with('/');
    loop {
        if is_authority {
            let end = rest.find(['/', '?', '#', '&']).unwrap_or(rest.len());
            let (authority, after) = rest.split_at(end);
            let host = authority.rsplit_once('@').map(|(_, host)| host);
            shown.extend(host.map(|_| [REDACTED, "@"]).into_iter().flatten());
            shown.push_str(host.unwrap_or(authority));
            rest = after;
        }
        let Some(at) = rest.find("//") else { break };
        shown.push_str(&rest[..at + 2]);
        rest = &rest[at + 2..];
        is_authority = true;
    }
    shown + rest
}

/// Redacts the text between two `&` from the first credential in it on.
fn without_credentials(text: &str) -> String {
    let mut shown = String::new();
    for pair in text.split_inclusive(['?', ';', '#']) {
        match pair.split_once('=') {
            // What follows `?`, `;` or `#` may be part of the credential.
            Some((name, _)) if is_credential(name) => {
                return shown + name + "=" + REDACTED;
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

fn is_credential(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    let name = letters(&percent_decode_str(name).decode_utf8_lossy());
    PARAMETERS.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

/// The ASCII letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(target: &str, want: &str) {
        assert_eq!(url(&Text::from(target)).as_str(), want);
    }

    #[test]
    fn masks_credentials_in_urls() {
        shows("/hook?token=x&a=1", "/hook?token=[redacted]&a=1");
        shows("/hook?a=1&API-Key=x", "/hook?a=1&API-Key=[redacted]");
        shows("/hook?%74oken=x", "/hook?%74oken=[redacted]");
        shows(
            "/hook?auth[client_secret]=x#y",
            "/hook?auth[client_secret]=[redacted]",
        );
        shows("/hook?a=1;token=x;y#z", "/hook?a=1;token=[redacted]");
        shows("/hook;access_token=x?a=1", "/hook;access_token=[redacted]");
        shows(
            "/hook#access_token=x&a=1",
            "/hook#access_token=[redacted]&a=1",
        );
        shows("/hook?sv=1&sig=x", "/hook?sv=1&sig=[redacted]");
        shows("/a/token=x/b?c=d", "/a/token=[redacted]");
        shows(
            "/hook?u=http://a/?token=x",
            "/hook?u=http://a/?token=[redacted]",
        );
        shows(
            "https://u:p@h/x?token=y",
            "https://[redacted]@h/x?token=[redacted]",
        );
        shows("https://u@p@h", "https://[redacted]@h");
        shows("//u:p@h/x", "//[redacted]@h/x");
        shows("u:p@h/x", "[redacted]@h/x");
        shows(
            "/to?next=https://u:p@h/x",
            "/to?next=https://[redacted]@h/x",
        );
    }

    #[test]
    fn leaves_other_urls_as_they_are() {
        for target in [
            "",
            "/",
            "*",
            "h:443",
            "/hook?id=1&name=a=b",
            "https://h:80/@me?to=a@b.c",
            "/a?keys=1",
            "/secret/hook",
            "/é?ü=\u{202e}",
            "&&?;#=",
        ] {
            shows(target, target);
        }
    }

    #[test]
    fn masks_headers_by_name_and_urls_in_them() {
        let shown =
            |name, value: &'static str| header(name, &Text::from(value)).as_str().to_owned();
        for name in [
            "Authorization",
            "proxy-authorization",
            "Cookie",
            "Set-Cookie",
            "X-API-Key",
            "apikey",
            "X_Api_Key",
            "X-Gitlab-Token",
            "X-Telegram-Bot-Api-Secret-Token",
            "X-Client-Secret",
        ] {
            assert_eq!(shown(name, "x"), REDACTED, "{name}");
        }
        assert_eq!(
            shown("Referer", "https://h/?token=x"),
            "https://h/?token=[redacted]"
        );
        assert_eq!(shown("X-Original-URI", "/x?token=x"), "/x?token=[redacted]");
        for (name, value) in [
            ("X-AIRudder-Sign", "5e0ee6"),
            ("Content-Type", "a/b; token=x"),
            ("From", "a@b.c"),
        ] {
            assert_eq!(shown(name, value), value);
        }
    }
}
