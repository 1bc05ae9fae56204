//! The theme: a style for each role that text can have.
//!
//! Views name roles (a heading, an error, a sender), never colours, so that the look is decided
//! here alone. A theme uses the sixteen colours that every terminal has and that its owner has
//! chosen, and colour is never the only sign of anything: [`Theme::plain`] shows as much.

use owo_colors::Style;

use super::transcript::Role;
use crate::finding::Severity;
use crate::notification::Sender;
use crate::signature::Verdict;

/// A style for each role.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Titles and names of rows.
    pub heading: Style,
    /// Labels, ids and other text that matters less.
    pub muted: Style,
    /// Web addresses.
    pub link: Style,
    /// Bars, which show how large a number is.
    pub bar: Style,
    /// Buttons and the rows of lists.
    pub button: Style,
    /// A choice that the person made.
    pub pick: Style,
    /// The sender `user`: the person.
    pub user: Style,
    /// The sender `robot`: the bot inside the session.
    pub robot: Style,
    /// The sender `chatbot`: the bot that opened the conversation.
    pub chatbot: Style,
    /// The sender `agent`: a human who took over.
    pub agent: Style,
    /// Errors.
    pub error: Style,
    /// Warnings.
    pub warning: Style,
    /// Success: a valid signature, a message that was read.
    pub good: Style,
}

/// How words sound, for the parts of a view that are not a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Like all other words.
    Plain,
    /// Worth a second look.
    Strong,
    /// Matters less.
    Muted,
    /// About the person.
    User,
    /// About a human who took over.
    Agent,
    /// As it should be.
    Good,
    /// Odd.
    Warning,
    /// Wrong.
    Error,
}

impl Tone {
    pub(super) fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Good,
            Verdict::Invalid | Verdict::Missing => Self::Error,
            Verdict::Inconclusive => Self::Warning,
            Verdict::Unchecked => Self::Muted,
        }
    }

    pub(super) fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
        }
    }
}

impl Theme {
    /// A theme without colours: text as it is, without escape sequences.
    pub fn plain() -> Self {
        let none = Style::new();
        Self {
            heading: none,
            muted: none,
            link: none,
            bar: none,
            button: none,
            pick: none,
            user: none,
            robot: none,
            chatbot: none,
            agent: none,
            error: none,
            warning: none,
            good: none,
        }
    }

    /// A theme of the sixteen colours of every terminal.
    pub fn ansi() -> Self {
        let style = Style::new();
        Self {
            heading: style.bold(),
            muted: style.dimmed(),
            link: style.blue().underline(),
            bar: style.blue(),
            button: style.cyan(),
            pick: style.green().bold(),
            user: style.green().bold(),
            robot: style.cyan(),
            chatbot: style.blue(),
            agent: style.magenta().bold(),
            error: style.red().bold(),
            warning: style.yellow(),
            good: style.green(),
        }
    }

    /// Whether this is the theme without colours.
    pub fn is_plain(&self) -> bool {
        self.error.is_plain()
    }

    pub(super) fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Strong => self.heading,
            Tone::Muted => self.muted,
            Tone::User => self.user,
            Tone::Agent => self.agent,
            Tone::Good => self.good,
            Tone::Warning => self.warning,
            Tone::Error => self.error,
        }
    }

    pub(super) fn severity(&self, severity: Severity) -> Style {
        self.tone(Tone::of_severity(severity))
    }

    pub(super) fn sender(&self, sender: Option<Sender>) -> Style {
        match sender {
            Some(Sender::User) => self.user,
            Some(Sender::Robot) => self.robot,
            Some(Sender::Chatbot) => self.chatbot,
            Some(Sender::Agent) => self.agent,
            Some(Sender::System) => self.muted,
            None => self.warning,
        }
    }

    pub(super) fn role(&self, role: Role) -> Style {
        match role {
            Role::Said | Role::Undocumented => Style::new(),
            Role::Heading => self.heading,
            Role::Label | Role::Kind | Role::Template | Role::Footer | Role::Event => self.muted,
            Role::Button => self.button,
            Role::Pick => self.pick,
            Role::Link => self.link,
        }
    }
}
