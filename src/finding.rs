//! What can be wrong or odd with a notification: rules, places and findings.
//!
//! To add a rule, add one entry to the table below and note it where it is seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Write};
use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::Text;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "cli",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
pub enum Severity {
    /// Odd, but a receiver can live with it.
    Warning,
    /// The notification is not what the vendor documents.
    Error,
}

impl Severity {
    /// The word scripts and people see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($severity:ident $rule:ident $name:literal $sentence:literal;)*) => {
        /// A kind of finding, with a name that never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $sentence] $rule,)*
        }

        impl Rule {
            /// Every rule, errors first.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// How many rules there are.
            const COUNT: usize = Self::ALL.len();

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)* }
            }

            /// The severity it has unless the user says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// What the rule says, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$rule => $sentence,)* }
            }
        }
    };
}

rules! {
    Error NotJson "not-json" "The body is not JSON, or not text.";
    Error MissingField "missing-field" "An object lacks a field that it must have.";
    Error WrongType "wrong-type" "A value does not have the documented JSON type.";
    Error UnknownValue "unknown-value" "A value is not one of those documented for its field.";
    Error Contract "contract" "The notification violates your own schema, given with `--schema`.";
    Error BadTime "bad-time" "A time is not in RFC 3339 format, or a timestamp is out of range.";
    Error SignatureInvalid "signature-invalid" "The signature does not match the body.";
    Error SignatureMissing "signature-missing" "The delivery has no signature.";
    Warning SignatureInconclusive "signature-inconclusive" "The signature can be neither confirmed nor refuted: the capture did not keep what was sent.";
    Warning SignatureAmbiguous "signature-ambiguous" "The signature is valid, but the capture tells in two ways what was sent.";
    Warning UnknownField "unknown-field" "An object has a field that is not documented.";
    Warning UnknownContentType "unknown-content-type" "A message has a content type this program does not know.";
    Warning UnknownSystemEvent "unknown-system-event" "A system message reports an event this program does not know.";
    Warning DuplicateKey "duplicate-key" "An object has the same key more than once; most readers keep the last value.";
    Warning DuplicateMessageId "duplicate-message-id" "Two messages have the same id.";
    Warning DanglingReply "dangling-reply" "A reply is to a message that is not in the transcript.";
    Warning MessageOrder "message-order" "A message is older than the message before it.";
    Warning MessageOutsideSession "message-outside-session" "A message was sent before the session started or after it ended.";
    Warning SessionEndsBeforeStart "session-ends-before-start" "The session ends before it starts.";
    Warning EmptyTranscript "empty-transcript" "The session has no messages.";
    Warning NumberPrecision "number-precision" "A number is too large or too long for readers that keep numbers as 64-bit floats.";
}

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Rule {
    /// The rule of this name.
    ///
    /// # Errors
    /// Where there is none: the name of the nearest rule, if one is near.
    pub fn named(name: &str) -> Result<Self, Option<&'static str>> {
        let known = Self::ALL.iter().find(|rule| rule.name() == name);
        known
            .copied()
            .ok_or_else(|| nearest(name, Self::ALL.iter().map(|rule| rule.name())))
    }

    /// Says whether it is about the signature of a delivery, not about a value of its body.
    pub fn is_about_signature(self) -> bool {
        matches!(
            self,
            Self::SignatureInvalid
                | Self::SignatureMissing
                | Self::SignatureInconclusive
                | Self::SignatureAmbiguous
        )
    }

    /// Says whether a project file may set its level. A file that comes with the deliveries must
    /// not be able to make a forged or unreadable one pass.
    pub fn is_for_projects(self) -> bool {
        self != Self::NotJson && !self.is_about_signature()
    }
}

/// On the command line a rule is its name.
#[cfg(feature = "cli")]
impl clap::ValueEnum for Rule {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.sentence()))
    }
}

/// What a user wants done about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing: it is not noted.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// Every level with its name.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("warn", Self::Warn),
        ("deny", Self::Deny),
    ];
}

/// What a user wants done about each rule.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<Rule, Level>,
    /// The rules whose level the project has set.
    by_project: BTreeSet<Rule>,
    strict: bool,
}

impl Levels {
    /// Sets the level of a rule; the last one set counts.
    pub fn set(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.remove(&rule);
    }

    /// Sets the level of a rule as the project has it: errors that this relaxes are counted.
    pub fn set_by_project(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.insert(rule);
    }

    /// Makes an error of every warning.
    pub fn be_strict(&mut self) {
        self.strict = true;
    }

    /// The severity of a rule; none where it is allowed.
    pub fn severity(&self, rule: Rule) -> Option<Severity> {
        let severity = match self.set.get(&rule) {
            Some(Level::Allow) => return None,
            Some(Level::Warn) => Severity::Warning,
            Some(Level::Deny) => Severity::Error,
            None => rule.severity(),
        };
        Some(if self.strict {
            Severity::Error
        } else {
            severity
        })
    }

    /// Says whether the project made less than an error of a rule that is one by default.
    pub(crate) fn relaxes(&self, rule: Rule) -> bool {
        self.by_project.contains(&rule)
            && rule.severity() == Severity::Error
            && self.severity(rule) != Some(Severity::Error)
    }
}

/// How many findings of each rule are kept; those beyond it are only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingLimit(usize);

impl FindingLimit {
    /// Keeps at most `count` findings of each rule; 0 means that there is no limit.
    pub fn new(count: usize) -> Self {
        Self(if count == 0 { usize::MAX } else { count })
    }
}

/// Enough to see what is wrong, whatever the size of the input.
impl Default for FindingLimit {
    fn default() -> Self {
        Self(100)
    }
}

/// Findings of one rule that are counted and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Omitted {
    /// Their rule.
    pub rule: Rule,
    /// How bad they are for this user.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
}

/// Which of several members with one name: JSON may repeat a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// The n-th, from 0.
    Nth(u32),
    /// The one that a reader keeps.
    Last,
}

/// Where the reader stands: a linked list on the stack, which costs nothing until it is needed.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The whole body.
    Root,
    /// A member of an object.
    Member {
        /// The object.
        of: &'a Place<'a>,
        /// The member's name.
        key: &'a str,
        /// Which member of that name.
        occurrence: Occurrence,
    },
    /// An item of an array.
    Item {
        /// The array.
        of: &'a Place<'a>,
        /// Its position, from 0.
        index: usize,
    },
}

impl<'a> Place<'a> {
    /// The member named `key`; where the key is repeated, the last of them.
    pub fn member(&'a self, key: &'a str) -> Self {
        Self::Member {
            of: self,
            key,
            occurrence: Occurrence::Last,
        }
    }

    /// The item at `index`, from 0.
    pub fn item(&'a self, index: usize) -> Self {
        Self::Item { of: self, index }
    }

    /// The place as a value of its own.
    pub fn pointer(&self) -> Pointer {
        let mut steps = Vec::new();
        let mut place = self;
        loop {
            match *place {
                Self::Root => break,
                Self::Member {
                    of,
                    key,
                    occurrence,
                } => {
                    steps.push(Step::Key(key.into(), occurrence));
                    place = of;
                }
                Self::Item { of, index } => {
                    steps.push(Step::Index(index));
                    place = of;
                }
            }
        }
        steps.reverse();
        Pointer(steps)
    }
}

/// One step of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into an object. A key may be as long as the input, and many places may be inside its value.
    Key(Arc<str>, Occurrence),
    /// Into an array, from 0.
    Index(usize),
}

/// The place of a value in a body; displays as a JSON Pointer (RFC 6901).
///
/// Unlike the pointer it displays as, it tells repeated keys apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointer(Vec<Step>);

impl Pointer {
    /// From the body's root inwards.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The position in `/messages` of the message that this place is in, from 0.
    pub fn message(&self) -> Option<usize> {
        match self.0.as_slice() {
            [Step::Key(key, _), Step::Index(index), ..] if &**key == "messages" => Some(*index),
            _ => None,
        }
    }

    /// The place that `steps` lead to from here.
    pub fn join(mut self, steps: &[Step]) -> Self {
        self.0.extend_from_slice(steps);
        self
    }

    /// The first of the members that have the name of this one.
    pub fn first_occurrence(&self) -> Self {
        let mut first = self.clone();
        if let Some(Step::Key(_, occurrence)) = first.0.last_mut() {
            *occurrence = Occurrence::Nth(0);
        }
        first
    }

    /// The pointer as RFC 6901 writes it, unescaped: what a program is given.
    pub fn to_json_pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.0 {
            pointer.push('/');
            match step {
                Step::Key(key, _) if key.contains(['~', '/']) => {
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Key(key, _) => pointer.push_str(key),
                Step::Index(index) => {
                    // Writing to a string cannot fail.
                    let _ = write!(pointer, "{index}");
                }
            }
        }
        pointer
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Text::from(self.to_json_pointer()).fmt(f)
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_json_pointer())
    }
}

/// A place that explains a finding: the first of two equal keys, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub pointer: Pointer,
    /// What is there, as a label.
    pub label: Cow<'static, str>,
    /// The bytes of the body it covers, once located.
    pub span: Option<Range<usize>>,
}

/// Something wrong or odd with a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub rule: Rule,
    /// How bad it is for this user.
    pub severity: Severity,
    /// The value at fault; for a missing field the object that lacks it.
    pub pointer: Pointer,
    /// The bytes of the body at fault, once located.
    pub span: Option<Range<usize>>,
    /// What was expected and what was found: lower case, no full stop. Words of the payload in it
    /// are already safe to show.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

/// Such as ``error[missing-field]: missing field `content` ``.
impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[{}]: {}",
            self.severity.name(),
            self.rule,
            self.message
        )
    }
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: Rule, place: &Place<'_>, message: impl Into<String>) -> Self {
        Self::at(rule, place.pointer(), message)
    }

    /// A finding of `rule` at a place that is known already.
    pub fn at(rule: Rule, pointer: Pointer, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity(),
            pointer,
            span: None,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// Adds what to do about it.
    pub fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Adds a place that explains it.
    pub fn with_related(mut self, pointer: Pointer, label: impl Into<Cow<'static, str>>) -> Self {
        self.related.push(Related {
            pointer,
            label: label.into(),
            span: None,
        });
        self
    }
}

/// How a document is being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Every single value is what it should be; one that is not ends the reading.
    Swift,
    /// Any value may be anything.
    #[default]
    Careful,
}

/// How many findings there are of each rule.
type Counts = [usize; Rule::COUNT];

/// A moment of the reading: what was noted until then.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Counts);

/// How many more findings of a rule are kept than asked for. What an object's members say about
/// each other is noted where the object starts, a few places before where it belongs: findings are
/// cut to the limit once their true places are known.
const SPARE: usize = 16;

/// Everything noted about one notification so far.
///
/// All findings are counted. Of each rule the first ones in the order of the document are kept; a
/// finding that is not kept is never made.
#[derive(Debug, Default)]
pub struct Findings {
    kept: [Vec<Finding>; Rule::COUNT],
    counts: Counts,
    limit: FindingLimit,
    pace: Pace,
}

impl Findings {
    /// Nothing yet; of each rule, `limit` findings will be kept.
    pub fn new(limit: FindingLimit) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// How many findings of a rule are kept while reading.
    fn room(&self) -> usize {
        self.limit.0.saturating_add(SPARE)
    }

    /// Notes something of `rule` here, after all that was noted before.
    pub fn note(&mut self, rule: Rule, finding: impl FnOnce(Rule) -> Finding) {
        if self.counts[rule as usize] < self.room() {
            self.kept[rule as usize].push(finding(rule));
        }
        self.counts[rule as usize] += 1;
    }

    /// Notes something of `rule` about a value that was read to its end: before all that was noted
    /// since `start`, where the value starts.
    pub fn note_at(&mut self, start: &mut Mark, rule: Rule, finding: impl FnOnce(Rule) -> Finding) {
        let room = self.room();
        let place = &mut start.0[rule as usize];
        if *place < room {
            let kept = &mut self.kept[rule as usize];
            kept.insert(*place, finding(rule));
            kept.truncate(room);
        }
        *place += 1;
        self.counts[rule as usize] += 1;
    }

    /// What was noted so far: to note something here later, or to take back what comes after.
    pub fn mark(&self) -> Mark {
        Mark(self.counts)
    }

    /// Takes back what was noted about the *shape* of a value since `mark`: its type turned out
    /// to be one of which nothing is known.
    pub fn forgive_since(&mut self, mark: &Mark) {
        for rule in [
            Rule::MissingField,
            Rule::WrongType,
            Rule::UnknownValue,
            Rule::UnknownField,
        ] {
            self.take_back(rule, mark);
        }
    }

    /// Takes back everything noted since `mark`.
    pub(crate) fn take_back_since(&mut self, mark: &Mark) {
        for rule in Rule::ALL {
            self.take_back(*rule, mark);
        }
    }

    /// Takes back the findings of a rule since `mark`. Those before it stand first in the list, and
    /// no later one has taken the place of any.
    fn take_back(&mut self, rule: Rule, mark: &Mark) {
        let count = mark.0[rule as usize];
        self.counts[rule as usize] = count;
        self.kept[rule as usize].truncate(count);
    }

    /// How the document is being read.
    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// Says how the document is read from here on.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The findings that were kept, rule by rule, and how many there are beside them.
    pub fn finish(self) -> (Vec<Finding>, Vec<Omitted>) {
        let omitted = Rule::ALL.iter().map(|rule| Omitted {
            rule: *rule,
            severity: rule.severity(),
            count: self.counts[*rule as usize] - self.kept[*rule as usize].len(),
        });
        let omitted = omitted.filter(|omitted| omitted.count > 0).collect();
        (self.kept.into_iter().flatten().collect(), omitted)
    }
}

/// Leaves of each rule the first findings up to `limit`, and counts the others as omitted.
pub(crate) fn cut(findings: &mut Vec<Finding>, omitted: &mut Vec<Omitted>, limit: FindingLimit) {
    let mut counts: Counts = [0; Rule::COUNT];
    findings.retain(|finding| {
        let count = &mut counts[finding.rule as usize];
        *count += 1;
        *count <= limit.0
    });
    for rule in Rule::ALL {
        let more = counts[*rule as usize].saturating_sub(limit.0);
        add_omitted(
            omitted,
            Omitted {
                rule: *rule,
                severity: rule.severity(),
                count: more,
            },
        );
    }
}

/// Adds to the findings that are omitted; they stay in the order of the rules.
pub(crate) fn add_omitted(omitted: &mut Vec<Omitted>, more: Omitted) {
    if more.count == 0 {
        return;
    }
    match omitted.binary_search_by_key(&more.rule, |omitted| omitted.rule) {
        Ok(at) => omitted[at].count += more.count,
        Err(at) => omitted.insert(at, more),
    }
}

/// The name of `names` that `word` was probably meant to be. The library alone does not guess.
#[cfg(not(feature = "cli"))]
pub fn nearest<'n>(_: &str, _: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    None
}

/// The name of `names` that `word` was probably meant to be.
#[cfg(feature = "cli")]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // A stranger's word may be megabytes long; no name is.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: Rule, message: &str) -> Finding {
        Finding::new(rule, &Place::Root, message)
    }

    /// What is kept of a rule, as one string, and how many more there are.
    fn kept(findings: Findings, rule: Rule) -> (String, usize) {
        let (mut kept, mut omitted) = findings.finish();
        let limit = FindingLimit(2);
        cut(&mut kept, &mut omitted, limit);
        let of_rule = kept.iter().filter(|finding| finding.rule == rule);
        let more = omitted.iter().find(|omitted| omitted.rule == rule);
        (
            of_rule.map(|finding| &*finding.message).collect(),
            more.map_or(0, |omitted| omitted.count),
        )
    }

    fn note_many(findings: &mut Findings, rule: Rule) {
        for _ in 0..100 {
            findings.note(rule, |rule| found(rule, "x"));
        }
    }

    #[test]
    fn a_finding_that_is_not_kept_is_never_made() {
        let mut findings = Findings::new(FindingLimit(2));
        let mut made = 0;
        for _ in 0..1_000 {
            findings.note(Rule::WrongType, |rule| {
                made += 1;
                found(rule, "x")
            });
        }
        assert!(made <= 2 + SPARE, "{made} were made");
        assert_eq!(kept(findings, Rule::WrongType), ("xx".to_owned(), 998));
    }

    #[test]
    fn what_is_taken_back_leaves_room_for_what_comes_after() {
        for forgive in [true, false] {
            let mut findings = Findings::new(FindingLimit(2));
            findings.note(Rule::WrongType, |rule| found(rule, "a"));
            let mark = findings.mark();
            note_many(&mut findings, Rule::WrongType);
            note_many(&mut findings, Rule::DuplicateKey);
            if forgive {
                findings.forgive_since(&mark);
            } else {
                findings.take_back_since(&mark);
            }
            for message in ["b", "c", "d"] {
                findings.note(Rule::WrongType, |rule| found(rule, message));
            }
            // Repeated keys are not a matter of shape, and are not forgiven.
            let repeated = findings.counts[Rule::DuplicateKey as usize];
            assert_eq!(repeated, if forgive { 100 } else { 0 });
            assert_eq!(kept(findings, Rule::WrongType), ("ab".to_owned(), 2));
        }
    }

    #[test]
    fn what_is_noted_later_about_an_earlier_place_stands_before_what_follows_it() {
        let mut findings = Findings::new(FindingLimit(2));
        let rule = Rule::MissingField;
        let mut outer = findings.mark();
        let mut inner = findings.mark();
        note_many(&mut findings, rule);
        findings.note_at(&mut inner, rule, |rule| found(rule, "b"));
        findings.note_at(&mut outer, rule, |rule| found(rule, "a"));
        assert_eq!(kept(findings, rule), ("ab".to_owned(), 100));
    }
}
