//! `--forward`: passes deliveries on to the program under test, and its answers back.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::answer::Answer;
use super::head::Head;
use crate::cli::args::Listen;
use crate::cli::http::{Header, Limits, Request, Target, end_to_end};

/// The bytes of an answer's body that are passed back; a longer answer counts as none.
const MAX_ANSWER: usize = 1 << 20;

/// The program that deliveries are passed on to.
pub(super) struct Forward {
    target: Target,
    timeout: Duration,
}

impl Forward {
    /// The target that the user named, if any.
    ///
    /// # Errors
    /// It cannot be reached with plain HTTP, is not on this machine, or is the server itself.
    pub(super) fn of(args: &Listen, own_address: SocketAddr) -> Result<Option<Self>> {
        let Some(url) = &args.answer.forward else {
            return Ok(None);
        };
        // The URL may contain a password, so messages do not repeat it.
        let target = Target::resolve(url).context("--forward")?;
        if let Some(address) = target.remote()
            && !args.answer.allow_remote
        {
            bail!(
                "--forward: {address} is not this machine: deliveries hold personal data; to send \
                 them there, add --allow-remote"
            );
        }
        if target.leads_to(own_address) {
            bail!("--forward: this is the address that chatlog itself listens on");
        }
        Ok(Some(Self {
            target,
            timeout: args.bounds.timeout(),
        }))
    }

    /// Passes a delivery on. Its connection has headers of its own, and so has the answer's; all
    /// others are passed on in both directions.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(super) async fn send(&self, head: &Head, body: &[u8]) -> Result<Response<Answer>, String> {
        let headers: Vec<Header> = head
            .headers()
            .map(|(name, value)| Header::new(name, value))
            .collect();
        let limits = Limits {
            timeout: self.timeout,
            max_body: MAX_ANSWER,
        };
        let request = Request::new(&self.target, &headers, body);
        let answer = request.send(limits).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.is_cut {
            return Err(format!(
                "its answer is larger than {} MiB",
                MAX_ANSWER >> 20
            ));
        }
        let Some(status) = passed_on(answer.status) else {
            return Err(format!("it answered with the status {}", answer.status));
        };
        let mut response = Response::new(Answer::of(Bytes::from(answer.body)));
        *response.status_mut() = status;
        for Header { name, value } in end_to_end(&answer.headers) {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(&name),
                HeaderValue::from_bytes(&value),
            ) && name != CONTENT_LENGTH
            {
                response.headers_mut().append(name, value);
            }
        }
        Ok(response)
    }
}

/// The status of an answer, if it ends the exchange.
fn passed_on(status: u16) -> Option<StatusCode> {
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| !status.is_informational())
}
