//! Reads requests whose places are known: the user gave paths to them, so nothing is searched.
//!
//! The paths to the body, the headers and the signature are walked together. A `*` in the body's path
//! takes one item after another, and the same `*` in the other paths takes the same item of their own
//! list. So a list is read once, however long it is.
//!
//! # What the user vouches for
//!
//! Paths say which text is whose, and the search can only guess that. So two of its doubts are decided
//! differently here:
//!
//! - Whoever gives paths on the command line states that a string which they enter was written by the
//!   receiver, as a log line is. A signature in it may be valid. A project file states nothing, because
//!   it may come with the captures.
//! - What a record itself shows to be part of another request stays in doubt: an object around the
//!   signature's own has headers, too, or it is a query. Nobody can vouch for what was posted.
//!
//! A signature from inside the body is not a layout at all; see [`Layout::checked`].

use std::borrow::Cow;
use std::rc::Rc;

use foldhash::HashMap;

use super::super::entry_reader::EntryReader;
use super::super::json::{Object, Value};
use super::super::layout::{Layout, Part};
use super::super::record::{PlaceTallies, Problem};
use super::super::record_path::{RecordPath, Step, shortened};
use super::super::request::{Fault, Request};
use super::cursor::Cursor;
use super::form::Form;
use super::nearest::{Miss, kind};
use super::place::{inside_request, inside_string};
use super::sender::{Sender, headers_at};
use super::walk::{MAX_READS, is_chosen};
use crate::Text;
use crate::delivery::{Ambiguity, Doubt, Headers, SIGNATURE_HEADER};

/// Reads what is at the places of a layout in `text`, which is the record.
pub(super) fn read<'a>(text: &'a str, layout: &Layout, reader: &mut EntryReader<'a, '_>) {
    let mut found = Vec::new();
    let mut walk = Walk {
        layout,
        text,
        reader,
        shared: layout.shared_steps(),
        tallies: Box::default(),
        budget: text.len().saturating_mul(MAX_READS),
        is_partial: false,
    };
    walk.walk(State::at_start(layout, Value::of(text)), &mut found);
    let Walk {
        tallies,
        is_partial,
        ..
    } = walk;
    reader.capture.places = Some(tallies);
    for Located { entry, request } in found {
        reader.enter(entry.as_bytes());
        reader.deliver(request);
    }
    if is_partial {
        reader.problem(
            None,
            "its headers and strings are too large to copy for each body",
        );
    }
}

/// A request that was read.
struct Located<'t> {
    /// The part of the record where the delivery starts.
    entry: &'t str,
    request: Result<Request<'t>, Fault<'t>>,
}

impl Located<'_> {
    /// The same without borrows, for one that was read in decoded text, which `entry` holds.
    fn entered(self, entry: &str) -> Located<'_> {
        Located {
            entry,
            request: match self.request {
                Ok(request) => Ok(request.into_owned()),
                Err(fault) => Err(fault.within(entry)),
            },
        }
    }
}

/// Headers or a signature, on the way to them or where they are.
#[derive(Clone)]
enum Side<'t> {
    /// The layout or the record has none.
    Absent,
    Walking(Cursor<'t>),
    Arrived(Rc<Sender<'t>>, Option<Text<'t>>),
}

/// What surrounds the place of a body.
#[derive(Clone)]
struct State<'t> {
    body: Cursor<'t>,
    headers: Side<'t>,
    signature: Side<'t>,
    /// What the first `*`s of the body's path stand for here.
    stars: Vec<String>,
    ambiguities: Vec<Ambiguity>,
    /// The parts that the layout has and the record does not.
    missing: Vec<Part>,
}

impl<'t> State<'t> {
    fn at_start(layout: &Layout, record: Value<'t>) -> Self {
        let start = Cursor::new(record, 0);
        let side = |part| match layout.path(part) {
            Some(_) => Side::Walking(start),
            None => Side::Absent,
        };
        Self {
            body: start,
            headers: side(Part::Headers),
            signature: side(Part::Signature),
            stars: Vec::new(),
            ambiguities: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn side(&self, part: Part) -> &Side<'t> {
        match part {
            Part::Signature => &self.signature,
            _ => &self.headers,
        }
    }

    fn set_side(&mut self, part: Part, side: Side<'t>) {
        match part {
            Part::Signature => self.signature = side,
            _ => self.headers = side,
        }
    }

    fn set_cursor(&mut self, part: Part, cursor: Cursor<'t>) {
        match part {
            Part::Body => self.body = cursor,
            _ => self.set_side(part, Side::Walking(cursor)),
        }
    }

    /// Adds a doubt; one of each kind is enough.
    fn doubt(&mut self, doubt: Doubt, message: String) {
        if self.ambiguities.iter().all(|known| known.doubt != doubt) {
            self.ambiguities.push(Ambiguity::new(doubt, message));
        }
    }

    /// A path with what its `*`s stand for here. Safe to print.
    fn shown(&self, path: &RecordPath, steps: usize) -> String {
        let mut stars = self.stars.iter();
        let steps = path.steps()[..steps].iter().map(|step| match step {
            Step::Every => stars.next().map_or(Step::Every, |it| Step::Key(it.clone())),
            step => step.clone(),
        });
        RecordPath::new(steps.collect()).shown()
    }
}

const SIDES: [Part; 2] = [Part::Headers, Part::Signature];

struct Walk<'l, 'a, 'r> {
    layout: &'l Layout,
    text: &'l str,
    reader: &'l EntryReader<'a, 'r>,
    /// How many steps the body's path shares with that to the signature.
    shared: usize,
    tallies: Box<PlaceTallies>,
    /// How many more bytes may be copied.
    budget: usize,
    is_partial: bool,
}

impl Walk<'_, '_, '_> {
    /// Walks on from a state and collects the requests.
    fn walk<'t>(&mut self, mut state: State<'t>, found: &mut Vec<Located<'t>>) {
        for part in SIDES {
            if let Some(string) = self.walk_side(part, &mut state) {
                return self.enter(part, string, state, found);
            }
        }
        self.walk_body(&mut state);
        let body = state.body;
        match self.layout.body.steps().get(body.steps) {
            None => self.add(state, found),
            Some(Step::Key(_)) => self.miss(Part::Body, body, &mut state),
            Some(Step::Every) => self.every(state, found),
            Some(Step::Enter) => self.enter(Part::Body, body, state, found),
        }
    }

    /// Walks to the body as far as keys lead, and notes what is in doubt on the way.
    fn walk_body(&self, state: &mut State<'_>) {
        let path = &self.layout.body;
        let mut doubts = Vec::new();
        state.body = state.body.along_keys(path.steps(), |at, object, key| {
            if object.is_ambiguous(key) {
                let message = "and either may have been sent: the last one was read";
                doubts.push(two_keys(key, message));
            }
            if at < self.shared && is_request(object, key) {
                doubts.push(inside_request(&state.shown(path, at + 1)));
            }
        });
        for message in doubts {
            state.doubt(Doubt::OfBoth, message);
        }
    }

    /// Walks to the headers or the signature as far as keys lead. Returns a string that must be entered.
    fn walk_side<'t>(&mut self, part: Part, state: &mut State<'t>) -> Option<Cursor<'t>> {
        let path = self.layout.path(part)?;
        let Side::Walking(cursor) = *state.side(part) else {
            return None;
        };
        let mut repeated = None;
        let cursor = cursor.along_keys(path.steps(), |_, object, key| {
            if object.is_ambiguous(key) {
                repeated = Some(two_keys(key, "and the last one was read"));
            }
        });
        if let Some(message) = repeated {
            state.doubt(Doubt::OfMismatch, message);
        }
        match path.steps().get(cursor.steps) {
            None => self.arrive(part, cursor, state),
            Some(Step::Key(_)) => self.miss(part, cursor, state),
            Some(Step::Every) => state.set_cursor(part, cursor),
            Some(Step::Enter) => return Some(cursor),
        }
        None
    }

    /// Reads headers or a signature at their place.
    fn arrive<'t>(&mut self, part: Part, at: Cursor<'t>, state: &mut State<'t>) {
        let path = self.layout.path(part).unwrap_or(&self.layout.body);
        let is_null = at.value.text() == "null";
        let (headers, signature) = match part {
            Part::Signature => (Some(Headers::default()), at.value.header_value()),
            _ if is_null => (Some(Headers::default()), None),
            _ => (headers_at(path.last_key(), at.value), None),
        };
        let is_unreadable = headers.is_none() || part == Part::Signature && signature.is_none();
        if is_unreadable && !is_null {
            let message = format!(
                "the {part} at `{}` cannot be read from {}",
                state.shown(path, at.steps),
                kind(at.value)
            );
            return self.miss_because(part, at, state, || message);
        }
        self.tallies.of(part).found += 1;
        // Variables of CGI are members of the object that has the body.
        let object = if self.layout.body.starts_with(path) {
            at.value.object()
        } else {
            at.parent.and_then(Value::object)
        };
        let sender = Sender::with_headers(object.as_ref(), headers.unwrap_or_default());
        state.set_side(part, Side::Arrived(Rc::new(sender), signature));
    }

    /// Walks on in the text that a string on the way to a part holds.
    fn enter<'t>(
        &mut self,
        part: Part,
        string: Cursor<'t>,
        mut state: State<'t>,
        found: &mut Vec<Located<'t>>,
    ) {
        if !self.layout.is_vouched_for {
            let path = self.layout.path(part).unwrap_or(&self.layout.body);
            let message = inside_string(&state.shown(path, string.steps));
            state.doubt(Doubt::OfBoth, message);
        }
        let Some(text) = Form::held_text(string.value) else {
            self.miss(part, string, &mut state);
            if part != Part::Body {
                self.walk(state, found);
            }
            return;
        };
        if !self.spend(text.len()) {
            return;
        }
        let mut inner = Vec::new();
        let mut inside: State<'_> = state.clone();
        inside.set_cursor(part, string.inside(Value::of(&text)));
        self.walk(inside, &mut inner);
        let entry = string.value.text();
        let inner = inner.into_iter();
        found.extend(inner.map(|located| located.entered(entry)));
    }

    /// Walks on from every item of a list.
    fn every<'t>(&mut self, mut state: State<'t>, found: &mut Vec<Located<'t>>) {
        let list = state.body;
        let Some(items) = entries(list.value) else {
            return self.miss(Part::Body, list, &mut state);
        };
        let is_array = list.value.items().is_some();
        let mut sides = SIDES.map(|part| (part, self.items_of_side(part, is_array, &mut state)));
        for (name, value) in items {
            let mut item = state.clone();
            item.stars.push(shortened(&name));
            item.body = list.inside(value);
            for (part, items) in &mut sides {
                let Some((cursor, items)) = items else {
                    continue;
                };
                match items.take(&name) {
                    Some(value) => item.set_cursor(*part, cursor.inside(value)),
                    None => self.miss(*part, *cursor, &mut item),
                }
            }
            self.walk(item, found);
        }
    }

    /// The items of the list that a side stands at, if it stands at one.
    fn items_of_side<'t>(
        &mut self,
        part: Part,
        is_array: bool,
        state: &mut State<'t>,
    ) -> Option<(Cursor<'t>, SideItems<'t>)> {
        let Side::Walking(cursor) = *state.side(part) else {
            return None;
        };
        if is_array && let Some(items) = cursor.value.items() {
            return Some((cursor, SideItems::List(Box::new(items))));
        }
        let Some(items) = entries(cursor.value) else {
            self.miss(part, cursor, state);
            return None;
        };
        Some((cursor, SideItems::ByName(items.into_iter().collect())))
    }

    /// Adds the request with the body here.
    fn add<'t>(&mut self, state: State<'t>, found: &mut Vec<Located<'t>>) {
        self.tallies.of(Part::Body).found += 1;
        let entry = state.body.value.text();
        if let Some(request) = self.request(state) {
            found.push(Located { entry, request });
        }
    }

    /// The request with the body here; `None` if too much was copied.
    fn request<'t>(&mut self, state: State<'t>) -> Option<Result<Request<'t>, Fault<'t>>> {
        let layout = self.layout;
        let path = state.shown(&layout.body, state.body.steps);
        let is_null = state.body.value.text() == "null";
        let form = match Form::decoded(state.body.value, layout.decoding, &path) {
            _ if is_null => None,
            Ok(form) => Some(form),
            Err(fault) => return Some(Err(fault)),
        };
        let signature = match &state.signature {
            Side::Arrived(_, signature) => signature.clone(),
            _ => None,
        };
        let own;
        let sender = match (&state.headers, &state.signature) {
            (Side::Arrived(sender, _), _) | (_, Side::Arrived(sender, _)) => &**sender,
            _ => {
                let object = state.body.parent.and_then(Value::object);
                own = Sender::with_headers(object.as_ref(), Headers::default());
                &own
            }
        };
        if !self.spend(sender.size) {
            return None;
        }
        let mut request = sender.request();
        if let Some(signature) = signature {
            let others = request.headers.iter().filter(|(name, _)| {
                let name = name.as_str();
                !name.eq_ignore_ascii_case(SIGNATURE_HEADER)
            });
            request.headers = others
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            request.headers.push(SIGNATURE_HEADER, signature);
        }
        if let Some(form) = form {
            request.notes.push(self.note(&state, &path, form.name));
            request.body = Some(form.body);
        }
        request.ambiguities.extend(state.ambiguities);
        Some(Ok(request))
    }

    /// Where the parts were read.
    fn note(&self, state: &State<'_>, path: &str, form: &str) -> String {
        let mut note = match path {
            "" => format!("the body was read as {form}"),
            path => format!("the body was read at `{path}`, as {form}"),
        };
        for part in SIDES {
            let Some(path) = self.layout.path(part) else {
                continue;
            };
            let shown = state.shown(path, path.steps().len());
            note += &if state.missing.contains(&part) {
                format!("; there is no `{shown}` with its {part}")
            } else {
                format!("; its {part} at `{shown}`")
            };
        }
        note
    }

    /// Notes that a path leads no further than to `at`.
    fn miss<'t>(&mut self, part: Part, at: Cursor<'t>, state: &mut State<'t>) {
        let (layout, text) = (self.layout, self.text);
        self.miss_because(part, at, state, || {
            let path = layout.path(part).unwrap_or(&layout.body);
            let miss = Miss {
                part,
                layout,
                path,
                at,
            };
            miss.explain(text)
        });
    }

    fn miss_because<'t>(
        &mut self,
        part: Part,
        at: Cursor<'t>,
        state: &mut State<'t>,
        message: impl FnOnce() -> String,
    ) {
        let tally = self.tallies.of(part);
        tally.missing += 1;
        if tally.first_missing.is_none() {
            tally.first_missing = Some(Problem {
                position: self.reader.position(at.value.text().as_bytes()),
                message: message(),
            });
        }
        if part != Part::Body {
            state.set_side(part, Side::Absent);
            state.missing.push(part);
        }
    }

    /// Spends some of the budget; returns false if too little is left.
    fn spend(&mut self, bytes: usize) -> bool {
        let rest = self.budget.checked_sub(bytes);
        self.budget = rest.unwrap_or(0);
        self.is_partial |= rest.is_none();
        rest.is_some()
    }
}

/// The items of a list beside that of the bodies.
enum SideItems<'t> {
    /// Taken in order.
    List(Box<dyn Iterator<Item = Value<'t>> + 't>),
    ByName(HashMap<Cow<'t, str>, Value<'t>>),
}

impl<'t> SideItems<'t> {
    fn take(&mut self, name: &str) -> Option<Value<'t>> {
        match self {
            Self::List(items) => items.next(),
            Self::ByName(items) => items.get(name).copied(),
        }
    }
}

/// The items of an array or the members of an object, with their names.
fn entries(list: Value<'_>) -> Option<Vec<(Cow<'_, str>, Value<'_>)>> {
    if let Some(object) = list.object() {
        let members = object.members();
        return Some(members.map(|(key, value)| (key.clone(), value)).collect());
    }
    let items = list.items()?.enumerate();
    Some(
        items
            .map(|(index, value)| (index.to_string().into(), value))
            .collect(),
    )
}

/// Whether an object holds a request other than in the member of this name, or the member is what
/// whoever sends a request chooses.
fn is_request(object: &Object<'_>, key: &str) -> bool {
    let sender = Sender::of(object, 0);
    is_chosen(key) || sender.is_some_and(|sender| !sender.is_inside(key))
}

/// The message for two members of one name.
fn two_keys(key: &str, which: &str) -> String {
    let key = Text::from(shortened(key)).to_string();
    format!("two `{key}` keys differ, {which}")
}
