//! Replaces identities: fields that hold one as a whole, and in texts wherever they are written.
//!
//! Pseudonyms are numbered first for the fields, in their order, and then for what is only found in
//! texts, where it is found. Text that was redacted holds the same pseudonyms in the same order, so
//! redacting it again changes nothing.

use std::borrow::Cow;
use std::ops::Range;

use jiff::civil::DateTime;

use super::fields::{Piece, Role};
use super::fold::{fold, is_unseen};
use super::forms::Match;
use super::known::{Known, Shown, overlaps};
use super::patterns::{self, Pattern, PatternKind};
use super::pseudonyms::{Kind, Pseudonyms};
use super::replaced::Replaced;
use super::{Body, Leak, Options, words};
use crate::json::{UnixTime, is_rfc3339, unescape, without_lone_surrogates};

/// The times that are kept: from the year 2000 to 2099. Other numbers may be anything.
const TIMES: Range<f64> = 946_684_800.0..4_102_444_800.0;
/// The fewest digits of a number that is looked for in texts.
const MIN_DIGITS: usize = 4;
/// How often a text is searched again beside what was found.
const MAX_DEPTH: usize = 3;

/// Whether a value is left as it is, because it says nothing about anybody.
pub(super) fn stays(role: Role, token: &str, value: &str) -> bool {
    match token.as_bytes().first() {
        Some(b'"') => {
            value.trim().is_empty()
                || match role {
                    Role::Word(is_word) => is_word(value),
                    Role::Time => is_time(value),
                    Role::Value => words::is_flag(value),
                    _ => false,
                }
        }
        Some(b'-' | b'0'..=b'9') => match role {
            Role::UnixTime => is_unix_time(token),
            Role::Count => token.len() <= 4 && token.bytes().all(|byte| byte.is_ascii_digit()),
            _ => token.len() == 1,
        },
        _ => true,
    }
}

/// Whether a number is a time of our days, in whole seconds.
fn is_unix_time(token: &str) -> bool {
    let time: Option<f64> = token.parse().ok().filter(|_| token.len() <= 14);
    time.is_some_and(|time| time.fract() == 0.0 && TIMES.contains(&time))
}

/// Whether a text is a time and nothing else, even if it has no offset.
fn is_time(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"-:.+ TtZz".contains(&byte);
    text.len() <= 40
        && text.bytes().all(is_part)
        && (is_rfc3339(text) || text.len() <= 19 && text.parse::<DateTime>().is_ok())
}

/// Replaces the identities of one delivery.
pub(super) struct Rewriter<'r> {
    options: &'r Options,
    pseudonyms: &'r mut Pseudonyms,
    pub(super) known: Known,
}

impl<'r> Rewriter<'r> {
    pub(super) fn new(options: &'r Options, pseudonyms: &'r mut Pseudonyms) -> Self {
        Self {
            options,
            pseudonyms,
            known: Known::default(),
        }
    }

    /// Collects the identities in the fields of a body, and then those in its texts.
    pub(super) fn collect(&mut self, body: &Body<'_>) {
        let is_text = |piece: &Piece| matches!(piece.role, Some(Role::Text));
        for piece in body
            .pieces()
            .filter(|piece| !piece.is_key && !is_text(piece))
        {
            drop(self.field(body.text(), &piece));
        }
        if self.options.texts {
            return;
        }
        for piece in body.pieces().filter(is_text) {
            let text = unescape(&body.text()[piece.span.clone()]);
            self.collect_patterns(&text);
        }
    }

    /// Collects what looks like somebody's in a text and is in no field.
    fn collect_patterns(&mut self, text: &str) {
        let known = self.known.find(text).into_iter();
        let known: Vec<_> = known.map(|found| found.bytes).collect();
        let addresses = patterns::addresses(text);
        let written: Vec<_> = addresses.iter().map(|it| it.bytes.clone()).collect();
        let mut numbers = patterns::numbers(text);
        numbers.retain(|number| !overlaps(&number.bytes, &written));
        for pattern in addresses.iter().chain(&numbers) {
            if pattern.kind != PatternKind::Url && !overlaps(&pattern.bytes, &known) {
                self.known.add_pattern(pattern);
            }
        }
    }

    /// The text of a body with everything replaced, and masked from its first fault on.
    pub(super) fn rewrite(&mut self, body: &Body<'_>) -> String {
        let text = body.text();
        let mut rewritten = String::with_capacity(text.len());
        let mut copied = 0;
        let mut last = 0;
        for piece in body.pieces() {
            last = piece.span.end;
            let replaced = if piece.is_key {
                self.key(text, &piece)
            } else {
                self.field(text, &piece)
            };
            if let Some(replaced) = replaced {
                rewritten.push_str(&text[copied..piece.span.start]);
                rewritten.push_str(&replaced);
                copied = piece.span.end;
            }
        }
        if body.is_json() {
            return rewritten + &text[copied..];
        }
        rewritten.push_str(&text[copied..last]);
        rewritten + &words::mask(&text[last..])
    }

    /// The token that replaces a key.
    fn key(&mut self, text: &str, piece: &Piece) -> Option<String> {
        piece.role?;
        let token = &text[piece.span.clone()];
        let key = unescape(token);
        if words::is_harmless_key(&key) {
            return None;
        }
        let pseudonym = self.give(&Kind::Key, &key, &key);
        Some(quoted(token, &pseudonym))
    }

    /// The token that replaces a value; `None` if it stays as it is.
    fn field(&mut self, text: &str, piece: &Piece) -> Option<String> {
        let token = &text[piece.span.clone()];
        let value = unescape(token);
        let role = piece.role.filter(|role| !stays(*role, token, &value))?;
        let label = label(&unescape(&text[piece.key.clone()]));
        if !token.starts_with('"') {
            return Some(self.number(role, token));
        }
        let value = without_surrogates(token, value);
        let replaced = match role {
            Role::Text => self.text(&value)?,
            Role::Url if patterns::is_url(value.trim()) => self.link(value.trim()),
            role => self.identity(role, label, &value),
        };
        Some(quoted(token, &replaced))
    }

    /// The pseudonym of a field that holds an identity.
    fn identity(&mut self, role: Role, label: String, value: &str) -> String {
        let kind = match role {
            Role::Id(word, digits) => return self.name(&Kind::Id(word, digits), value, value),
            Role::File => Kind::File(words::ending(value)),
            Role::Name(word) | Role::Phone(word) => Kind::Name(word),
            _ => Kind::Value(label),
        };
        let is_time = matches!(role, Role::Time | Role::UnixTime | Role::Count);
        if matches!(kind, Kind::Name(_) | Kind::Value(_)) && !is_time {
            if let Some(digits) = patterns::phone(value) {
                return self.phone(&digits, value);
            }
            if let Some(address) = patterns::email(value) {
                return self.name(&Kind::Email, &address, value);
            }
            if patterns::is_url(value.trim()) {
                return self.link(value.trim());
            }
        }
        if matches!(role, Role::Word(_)) && words::is_word(value) {
            // A new word of the documentation, which texts may contain too.
            return self.give(&kind, &plain(value), value);
        }
        let is_of_person = is_of_person(&kind);
        if matches!(kind, Kind::Value(_)) && !is_of_person && words::is_common(value) {
            return self.give(&kind, &plain(value), value);
        }
        let pseudonym = self.name(&kind, &plain(value), value);
        if pseudonym != value && (is_of_person || is_perhaps_of_person(&kind, value)) {
            for part in parts_of_name(value) {
                self.known.add_part(part, &pseudonym);
            }
        }
        pseudonym
    }

    fn name(&mut self, kind: &Kind, identity: &str, written: &str) -> String {
        let pseudonym = self.give(kind, identity, written);
        self.known.add(written, &pseudonym);
        pseudonym
    }

    fn phone(&mut self, digits: &str, written: &str) -> String {
        let pseudonym = self.give(&Kind::Phone, digits, digits);
        self.known.add_phone(digits, &pseudonym);
        written_like(&pseudonym, written)
    }

    /// The number that replaces another one of the same type.
    fn number(&mut self, role: Role, token: &str) -> String {
        if matches!(role, Role::UnixTime) {
            return unix_time(token);
        }
        let is_whole = token
            .parse()
            .is_ok_and(|value: f64| value.is_infinite() || value.fract() == 0.0);
        if is_whole && matches!(role, Role::Count) {
            return "9999".to_owned();
        }
        let kind = if is_whole {
            Kind::Integer
        } else {
            Kind::Decimal
        };
        let pseudonym = self.give(&kind, token, token);
        let digits = token.bytes().filter(u8::is_ascii_digit).count();
        if digits >= MIN_DIGITS {
            self.known.add(token, &pseudonym);
        }
        pseudonym
    }

    fn give(&mut self, kind: &Kind, identity: &str, written: &str) -> String {
        let pseudonym = self.pseudonyms.of(kind, identity, written);
        self.known.give(kind, &pseudonym);
        pseudonym
    }

    /// What somebody wrote, with everything or with what is known replaced; `None` if nothing is.
    fn text(&mut self, text: &str) -> Option<String> {
        let replaced = if self.options.texts {
            words::fill(text)
        } else {
            self.sentence(text)
        };
        (replaced != text).then_some(replaced)
    }

    /// A text with all that is known, and all that looks like somebody's, replaced.
    pub(super) fn sentence(&mut self, text: &str) -> String {
        let mut replaced = Replaced::new(text);
        self.replace_patterns(text, 0, &mut replaced);
        replaced.finish()
    }

    /// Replaces links and e-mail addresses, then what is known between them, then the other numbers.
    fn replace_patterns(&mut self, text: &str, offset: usize, replaced: &mut Replaced<'_>) {
        let mut from = 0;
        for Pattern {
            bytes,
            kind,
            folded,
        } in patterns::addresses(text)
        {
            self.replace_known(&text[from..bytes.start], offset + from, 0, replaced);
            let pseudonym = match kind {
                PatternKind::Url => self.url(&text[bytes.clone()]),
                _ => self.pattern(&Kind::Email, &folded),
            };
            replaced.put(offset + bytes.start..offset + bytes.end, &pseudonym, None);
            from = bytes.end;
        }
        self.replace_known(&text[from..], offset + from, 0, replaced);
    }

    /// Replaces what is known, and then the numbers between. A pseudonym stands alone, so what is
    /// beside it may have become a word of its own that is known too.
    fn replace_known(&mut self, text: &str, offset: usize, depth: usize, done: &mut Replaced<'_>) {
        let places = self.known_in(text);
        if places.is_empty() || depth == MAX_DEPTH {
            return self.replace_numbers(text, offset, done);
        }
        let mut from = 0;
        for Match { bytes, id } in places {
            self.replace_known(&text[from..bytes.start], offset + from, depth + 1, done);
            let pseudonym = self.pseudonym(id, &text[bytes.clone()]);
            done.put(offset + bytes.start..offset + bytes.end, &pseudonym, id);
            from = bytes.end;
        }
        self.replace_known(&text[from..], offset + from, depth + 1, done);
    }

    /// The pseudonym for something that is known, which is written in this way.
    fn pseudonym(&mut self, id: Option<usize>, written: &str) -> String {
        match id.map(|id| self.known.shown(id).clone()) {
            None => self.give(&Kind::Token, written, written),
            Some(Shown::Words(words)) => words,
            Some(Shown::Phone(digits)) => written_like(&digits, written),
            Some(Shown::Pattern(kind, identity)) => {
                let pseudonym = self.pattern(&kind, &identity);
                match kind {
                    Kind::Phone => written_like(&pseudonym, written),
                    _ => pseudonym,
                }
            }
        }
    }

    /// Where something is that is known. What overlaps is replaced together, so that no part of it is
    /// left.
    fn known_in(&self, text: &str) -> Vec<Match> {
        let mut places: Vec<Match> = Vec::new();
        let mut whole_to = 0;
        for found in self.known.find(text) {
            // A number of any length is walked only once.
            if found.bytes.end <= whole_to {
                continue;
            }
            let is_settled = found.id.is_some_and(|id| self.known.is_settled(id));
            let bytes = if is_settled {
                found.bytes
            } else {
                let whole = whole_number(text, found.bytes);
                whole_to = whole.end;
                whole
            };
            match places.last_mut() {
                Some(last) if bytes.start < last.bytes.end => {
                    last.bytes.start = last.bytes.start.min(bytes.start);
                    last.bytes.end = last.bytes.end.max(bytes.end);
                }
                _ => places.push(Match { bytes, ..found }),
            }
        }
        places
    }

    fn replace_numbers(&mut self, text: &str, offset: usize, replaced: &mut Replaced<'_>) {
        for Pattern { bytes, folded, .. } in patterns::numbers(text) {
            let pseudonym = self.pattern(&Kind::Phone, &folded);
            let pseudonym = written_like(&pseudonym, &text[bytes.clone()]);
            replaced.put(offset + bytes.start..offset + bytes.end, &pseudonym, None);
        }
    }

    /// The pseudonym of something that was found by its look.
    fn pattern(&mut self, kind: &Kind, identity: &str) -> String {
        let pseudonym = self.give(kind, identity, identity);
        self.known.settle(kind, identity, &pseudonym);
        pseudonym
    }

    /// A link with only its scheme and host, unless the host names somebody.
    fn url(&mut self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let rest = if scheme.is_empty() { url } else { rest };
        let (authority, path) =
            rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let is_somebody =
            !self.known.find(host).is_empty() || has_many_digits(host) || !is_host(host);
        let host = if is_somebody {
            self.give(&Kind::Host, host, host)
        } else {
            host.to_owned()
        };
        let scheme = if self.known.find(scheme).is_empty() && scheme.len() <= 8 {
            scheme
        } else {
            "https"
        };
        let scheme = match scheme {
            "" => String::new(),
            scheme => format!("{scheme}://"),
        };
        if path.len() <= 1 {
            return format!("{scheme}{host}{path}");
        }
        let file = path.split(['?', '#']).next().unwrap_or_default();
        let kind = Kind::Link(words::ending(file));
        // With the host as it is shown: in another delivery it may be nobody's, and stay.
        let identity = format!("{scheme}{host}{path}");
        let pseudonym = self.give(&kind, &identity, path.trim_start_matches('/'));
        format!("{scheme}{host}/{pseudonym}")
    }

    /// A field that holds a link, whose file may be named in texts.
    fn link(&mut self, url: &str) -> String {
        let redacted = self.url(url);
        let file = |url: &str| {
            let path = url.split(['?', '#']).next().unwrap_or_default();
            path.rsplit('/').next().unwrap_or_default().to_owned()
        };
        let name = file(url);
        if name.len() >= 6 && name.contains(|c: char| c.is_ascii_digit()) {
            self.known.add(&name, &file(&redacted));
        }
        redacted
    }

    /// A text that is shown with the delivery, such as the name of its file.
    pub(super) fn shared(&mut self, text: &str) -> Result<String, Leak> {
        let replaced = self.sentence(text);
        if self.known.is_in(&replaced) {
            return Err(Leak);
        }
        Ok(replaced)
    }
}

/// A string token with another content. An unpaired surrogate stays one, because it is a fault that
/// the report is about.
fn quoted(token: &str, content: &str) -> String {
    let mut quoted = serde_json::to_string(content).expect("a string is JSON");
    if matches!(without_lone_surrogates(token), Cow::Owned(_)) {
        quoted.insert_str(quoted.len() - 1, "\\ud800");
    }
    quoted
}

/// The content of a string without what stands for its unpaired surrogates.
fn without_surrogates<'v>(token: &str, value: Cow<'v, str>) -> Cow<'v, str> {
    match without_lone_surrogates(token) {
        Cow::Owned(mended) => Cow::Owned(unescape(&mended.replace("\\ufffd", "")).into_owned()),
        Cow::Borrowed(_) => value,
    }
}

/// The word for the values of a key that does not say what they are.
const UNLABELLED: &str = "value";

/// The word for the values of a key.
fn label(key: &str) -> String {
    if words::is_harmless_key(key) {
        words::slug(key)
    } else {
        UNLABELLED.to_owned()
    }
}

/// A name or a value without its case and what is not seen.
fn plain(value: &str) -> String {
    let plain: String = fold(value.trim()).into_iter().map(|unit| unit.c).collect();
    if plain.is_empty() {
        value.to_owned()
    } else {
        plain
    }
}

/// Whether a field holds the name of a person, of which the parts are used as well.
fn is_of_person(kind: &Kind) -> bool {
    match kind {
        Kind::Name(word) => matches!(*word, "Contact" | "Customer"),
        Kind::Value(label) => label.split('_').any(words::is_person),
        _ => false,
    }
}

/// Whether a value whose key does not say what it is looks like the name of a person.
fn is_perhaps_of_person(kind: &Kind, value: &str) -> bool {
    let is_unlabelled = matches!(kind, Kind::Value(label) if label == UNLABELLED);
    let mut words = value.split_whitespace();
    let is_name = |word: &str| !starts_small(word) && !words::is_harmless_key(word);
    is_unlabelled
        && (2..=4).contains(&words.clone().count())
        && is_written_as_name(value)
        && words.all(is_name)
}

/// Whether there are only words in a value.
fn is_written_as_name(value: &str) -> bool {
    let is_part = |c: char| c.is_alphabetic() || is_unseen(c) || " .'’-".contains(c);
    value.chars().all(is_part)
}

/// The words of a name that are names by themselves: with a capital, unless it has none at all, or in
/// a script without.
fn parts_of_name(name: &str) -> impl Iterator<Item = &str> {
    let needs_capital = name.contains(char::is_uppercase) || !is_written_as_name(name);
    let parts = name.split(|c: char| !c.is_alphanumeric() && !is_unseen(c));
    parts.filter(move |part| {
        let is_uncased = |c: char| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase();
        let fewest = if part.contains(is_uncased) { 2 } else { 3 };
        let is_small = needs_capital && starts_small(part);
        !is_small
            && part.chars().count() >= fewest
            && !words::is_title(part)
            && !part.contains(|c: char| c.is_numeric())
    })
}

fn starts_small(word: &str) -> bool {
    word.starts_with(char::is_lowercase)
}

/// The digits of a pseudonym, grouped if the number is.
fn written_like(digits: &str, written: &str) -> String {
    if written.contains('%') || written.trim().chars().all(char::is_numeric) {
        return digits.to_owned();
    }
    let (code, rest) = digits.split_at(3.min(digits.len()));
    let groups = rest.as_bytes().chunks(4).map(String::from_utf8_lossy);
    let groups = groups.map(|group| format!(" {group}"));
    format!("+{code}{}", groups.collect::<String>())
}

/// What was found, with the digits and the plus sign around it if it is or ends with a number.
fn whole_number(text: &str, bytes: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = bytes;
    let found = &text[bytes];
    let is_part = |c: char| c.is_numeric() || is_unseen(c);
    if found.starts_with(char::is_numeric) {
        let before = text[..start].trim_end_matches(is_part);
        start = before.strip_suffix('+').unwrap_or(before).len();
    }
    if found.ends_with(char::is_numeric) {
        end = text.len() - text[end..].trim_start_matches(is_part).len();
    }
    start..end
}

/// A time in seconds that keeps what findings are about: whether it is one, and its order.
fn unix_time(token: &str) -> String {
    let time: f64 = token.parse().unwrap_or(f64::INFINITY);
    if time.is_finite() && time.fract() != 0.0 {
        return "0.5".to_owned();
    }
    match format!("{time:.0}").parse::<i64>() {
        Ok(time @ 0..=9999) => time.to_string(),
        Ok(time @ 0..=UnixTime::MAX) => {
            // Only the first two digits, which nobody is known by.
            let scale = 10_i64.pow(time.ilog10() - 1);
            (time / scale * scale).to_string()
        }
        _ if time < 0.0 => "-1".to_owned(),
        _ => "999999999999".to_owned(),
    }
}

fn has_many_digits(host: &str) -> bool {
    host.chars().filter(|c| c.is_numeric()).count() >= 7
        || host
            .trim_end_matches(|c: char| c == ':' || c.is_ascii_digit())
            .is_empty()
        || host
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ':'))
}

/// Whether the host of a URL is the name of one, perhaps with a port.
fn is_host(host: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    !host.is_empty() && host.len() <= 80 && host.chars().all(is_part)
}
