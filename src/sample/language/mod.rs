//! What people and robots say, one table for each language.
//!
//! To add a language, copy a table and add it to [`LANGUAGES`]. The placeholders `{name}`, `{order}`,
//! `{shop}` and `{choice}` are filled in for each conversation. People have a given name
//! and no more, and a number that begins with 800, as those of no person do.

mod ar;
mod en;
mod es;
mod hi;
mod id;
mod pt;
mod zh;

/// How a language says what comes up in a conversation.
#[derive(Debug)]
pub(super) struct Language {
    /// As the platform writes it for a template.
    pub(super) tag: &'static str,
    /// The country code of the people who speak it here.
    pub(super) country: &'static str,
    pub(super) people: [&'static str; 6],
    /// What the template of each topic says: delivery, appointment, payment, feedback.
    pub(super) openings: [&'static str; 4],
    pub(super) footer: &'static str,
    /// The buttons of a template: agree, something else, opt out.
    pub(super) buttons: [&'static str; 3],
    /// The robot takes note of a choice.
    pub(super) noted: &'static str,
    /// A question with a list: the words before it, its button, its two sections.
    pub(super) ask_list: &'static str,
    pub(super) list_button: &'static str,
    pub(super) sections: [&'static str; 2],
    /// The rows of each section, with their descriptions.
    pub(super) rows: [(&'static str, &'static str); 3],
    /// A question with buttons.
    pub(super) ask_button: &'static str,
    pub(super) choices: [&'static str; 3],
    pub(super) ask_location: &'static str,
    /// Places: name, address, latitude and longitude in degrees.
    pub(super) places: [(&'static str, &'static str, i64, i64); 2],
    pub(super) ask_photo: &'static str,
    pub(super) send_file: &'static str,
    pub(super) send_contact: &'static str,
    /// What people ask, and what the robot answers.
    pub(super) questions: [(&'static str, &'static str); 6],
    /// The robot does not understand.
    pub(super) pardon: &'static str,
    /// Something that it does not understand.
    pub(super) remarks: [&'static str; 4],
    pub(super) ask_human: &'static str,
    pub(super) connecting: &'static str,
    /// What the agent says, and what the person answers.
    pub(super) agent: [(&'static str, &'static str); 4],
    pub(super) thanks: [&'static str; 3],
    pub(super) farewell: &'static str,
    pub(super) opted_out: &'static str,
    pub(super) failure: &'static str,
}

/// Every language, as often as its weight says.
pub(super) static LANGUAGES: [(u64, &Language); 7] = [
    (6, &id::TABLE),
    (4, &en::TABLE),
    (3, &es::TABLE),
    (2, &ar::TABLE),
    (3, &zh::TABLE),
    (2, &hi::TABLE),
    (2, &pt::TABLE),
];
