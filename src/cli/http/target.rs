//! Where deliveries are sent.
//!
//! A delivery holds personal data and a signature that is still good, so by default it must not
//! leave the machine. What a name stands for can change from one look-up to the next. So a name is
//! looked up once, and only the addresses that were found then, and could be checked, are ever
//! connected to.

use std::fmt::{self, Display};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use crate::cli::url::Url;

/// A URL whose host was looked up.
#[derive(Debug)]
pub(crate) struct Target {
    url: Url,
    addresses: Vec<SocketAddr>,
}

impl Target {
    /// Parses a URL and looks up its host. This may block until a name server answers.
    ///
    /// # Errors
    /// A message that does not repeat the URL, because it may contain a password.
    pub(crate) fn resolve(url: &str) -> Result<Self, TargetError> {
        let url = Url::parse(url).map_err(TargetError::Url)?;
        if url.is_https() {
            return Err(TargetError::Https);
        }
        let addresses = host_and_port(url.host())
            .to_socket_addrs()
            .map_err(|error| TargetError::Lookup(url.host().to_owned(), error))?;
        Ok(Self {
            addresses: addresses.collect(),
            url,
        })
    }

    /// An address that is not this machine's own, if one of the addresses is such. Mapped to IPv6,
    /// 127.0.0.1 is still this machine's own; 0.0.0.0 is not, though some systems take it for that.
    pub(crate) fn remote(&self) -> Option<IpAddr> {
        let addresses = self.addresses.iter();
        addresses
            .map(|address| address.ip().to_canonical())
            .find(|address| !address.is_loopback())
    }

    /// Whether connections to it arrive at a server of this machine that listens on this address.
    pub(crate) fn leads_to(&self, server: SocketAddr) -> bool {
        let is_own = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
        self.addresses.iter().any(|address| {
            let (ip, own) = (address.ip().to_canonical(), server.ip().to_canonical());
            address.port() == server.port()
                && (ip == own || is_own(ip) && (own.is_unspecified() || ip.is_unspecified()))
        })
    }

    /// The URL.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The addresses to try, in this order.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

/// A host with the port 80, if it has none of its own.
fn host_and_port(host: &str) -> String {
    let after_address = host.rsplit(']').next().unwrap_or(host);
    if after_address.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    }
}

/// Why deliveries cannot be sent to a URL.
#[derive(Debug)]
pub(crate) enum TargetError {
    /// It is not a URL.
    Url(&'static str),
    /// It needs TLS.
    Https,
    /// Its host cannot be looked up.
    Lookup(String, io::Error),
}

impl Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(what) => f.write_str(what),
            Self::Https => f.write_str(
                "https is not supported: send to a local proxy that adds TLS, or pass single deliveries to curl with `chatlog sign --as curl` or `chatlog extract`",
            ),
            Self::Lookup(host, error) => write!(f, "cannot look up {host}: {error}"),
        }
    }
}

impl std::error::Error for TargetError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn remote(addresses: &[&str]) -> Option<String> {
        let address = |text: &&str| SocketAddr::new(text.parse().expect("an address"), 80);
        let target = Target {
            url: Url::parse("http://h/").expect("a URL"),
            addresses: addresses.iter().map(address).collect(),
        };
        target.remote().map(|address| address.to_string())
    }

    #[test]
    fn every_address_must_be_of_this_machine() {
        assert_eq!(
            remote(&["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]),
            None
        );
        for (addresses, want) in [
            (&["127.0.0.1", "192.0.2.1"][..], "192.0.2.1"),
            (&["2001:db8::1", "::1"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            (&["0.0.0.0"], "0.0.0.0"),
            (&["::"], "::"),
            (&["169.254.169.254"], "169.254.169.254"),
            (&["10.0.0.1"], "10.0.0.1"),
        ] {
            assert_eq!(remote(addresses).as_deref(), Some(want));
        }
    }

    #[test]
    fn looks_up_addresses_with_their_ports() {
        for (url, want) in [
            ("http://127.0.0.1/x", "127.0.0.1:80"),
            ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            let target = Target::resolve(url).expect(url);
            assert_eq!(target.addresses(), [want.parse().expect(want)], "{url}");
        }
        let error = Target::resolve("https://127.0.0.1/").expect_err("TLS is needed");
        assert!(matches!(error, TargetError::Https));
    }
}
