//! The look: styles named by what they mean.

use owo_colors::Style;

use super::transcript::Role;
use crate::finding::Severity;
use crate::notification::Sender;

/// A style for each thing that has a look of its own.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Titles and names of rows.
    pub heading: Style,
    /// What matters less.
    pub muted: Style,
    /// Web addresses.
    pub link: Style,
    /// Something to press.
    pub button: Style,
    /// What the person picked.
    pub pick: Style,
    /// The person.
    pub user: Style,
    /// The bot inside the session.
    pub robot: Style,
    /// The bot that opened the conversation.
    pub chatbot: Style,
    /// A human who took over.
    pub agent: Style,
    /// Errors.
    pub error: Style,
    /// Warnings.
    pub warning: Style,
    /// What is as it should be.
    pub good: Style,
}

impl Theme {
    /// No colours at all.
    pub fn plain() -> Self {
        let none = Style::new();
        Self {
            heading: none,
            muted: none,
            link: none,
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

    /// The sixteen colours of every terminal, as its owner has set them.
    pub fn ansi() -> Self {
        let style = Style::new();
        Self {
            heading: style.bold(),
            muted: style.dimmed(),
            link: style.blue().underline(),
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

    /// Says whether nothing has a look of its own.
    pub fn is_plain(&self) -> bool {
        self.error.is_plain()
    }

    pub(super) fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
        }
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
            Role::Label | Role::Footer | Role::Event | Role::Quote => self.muted,
            Role::Button => self.button,
            Role::Pick => self.pick,
            Role::Link => self.link,
        }
    }
}
