//! Words that stay, and words that fill the place of others.

/// Values that say yes or no.
const FLAGS: [&str; 13] = [
    "0", "1", "true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "unknown",
];

/// Words of keys that say what a value is, and nothing about anybody.
const KEY_WORDS: &str = " \
    accuracy action actions address age agent amount animated answer app appointment area arrival asked at \
    attachment attachments attempt attempts audio author available balance bank batch bed birth birthday \
    block body bool booking bot box branch breakfast bucket budget business button buttons by call callback \
    campaign cancelled caption card cards cart case category cause channel chat checkin checkout choice city \
    client closed code color colour coming comment company complaint confidence confirmed consent contact \
    contacts content context conversation count country courier created currency customer data date day days \
    deadline debug default delay delivered delivery department departure description destination detail \
    details device direction discount district doctor document dob done due duration email emoji end ended \
    entities entity error event events exact expire expired expires extension extra failed fee feedback file \
    filename files first flag flags floor flow footer format forwarded fraction from full gender goal group \
    guest guests handed handover hash header height hotel hour hours huge icon id identifier ids image index \
    info input intent intention interest interval invoice is item items job key kind label labels lang language last lat \
    latitude lead length level limit link links list lng loan locale location log lon long longitude mail \
    manager map max media member membership memo message messages meta metadata method middle mime min minute \
    minutes mobile mode model ner month months msg name names new next nick nickname nights no node nodetask note notes \
    notified number offer office ok old on open opt option options order orders org organization origin other \
    out outcome over owner package page paid parameter parameters params parent party passport path pay \
    payload payment percent person phone photo pick place plan platform plate point points policy position \
    postal postcode price priority product products profile progress promo property province provider purpose \
    quantity query question queue quote rate rating raw reason receipt recipient record ref reference refund \
    region reminder reply request requested rescheduled response result results retry return returned review \
    robot role room rooms round rounds row rows rule sale sales salutation score seat seats section sections \
    segment selected send sender sent sequence serial service session sex shipment shipping shop size sku slot \
    slots source stage start started state statement status step sticker stock store street style sub subject \
    subscription subtype summary surname system table tag tags talk target task tax team tel template text thumbnail \
    ticket tier time timestamp timezone title to token topic total tracking transaction transcript trip try \
    type types unit units until updated uri url used user username utc uuid valid value values variables vat \
    venue version via video vip village visit volume voucher waba wallet ward warehouse webhook week weeks weight \
    whatsapp whole width window with workflow year years zero zip zone ";

/// Those of them whose values may be names of people.
const PERSONS: &str = " agent author client contact contacts courier customer doctor guest guests lead manager member \
    name names nick nickname owner parent person recipient salutation sender surname user username ";

/// Endings of file names.
const ENDINGS: [&str; 34] = [
    ".3gp", ".aac", ".amr", ".avi", ".bmp", ".csv", ".doc", ".docx", ".gif", ".heic", ".htm",
    ".html", ".jpeg", ".jpg", ".json", ".m4a", ".mov", ".mp3", ".mp4", ".mpeg", ".oga", ".ogg",
    ".opus", ".pdf", ".png", ".ppt", ".pptx", ".svg", ".txt", ".vcf", ".wav", ".webm", ".webp",
    ".xlsx",
];

/// Words before names, or between them, that are not names by themselves.
const TITLES: [&str; 31] = [
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "pak", "bapak", "ibu", "mas", "mbak", "kak",
    "tuan", "nyonya", "herr", "frau", "the", "and", "van", "von", "der", "den", "del", "della",
    "dos", "das", "bin", "binti", "ibn", "los",
];

/// What replaces the words of texts.
const FILLER: &str = "loremipsumdolorsitametconsecteturadipiscingelit";

/// Whether a value says yes or no.
pub(super) fn is_flag(value: &str) -> bool {
    FLAGS.iter().any(|flag| flag.eq_ignore_ascii_case(value))
}

/// Whether a value looks like one of a set of words: `carousel`, `conversation.paused`.
pub(super) fn is_word(value: &str) -> bool {
    value.len() <= 24
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"._-".contains(&byte))
}

/// Whether a value is so short, or so usual, that in a text it says nothing about anybody: `en`, `12`,
/// `order`.
pub(super) fn is_common(value: &str) -> bool {
    let value = value.trim();
    let is_short = value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_short || !value.contains(char::is_uppercase) && is_harmless_key(value)
}

/// Whether a word of a key says that its value may be the name of a person.
pub(super) fn is_person(word: &str) -> bool {
    PERSONS.contains(&format!(" {word} "))
}

/// Whether a word is a title, such as `Mrs`.
pub(super) fn is_title(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    TITLES.iter().any(|title| title.eq_ignore_ascii_case(word))
}

/// Whether a key says what a value is, and nothing else: it consists of such words.
pub(super) fn is_harmless_key(key: &str) -> bool {
    let is_word = |word: &str| KEY_WORDS.contains(&format!(" {} ", word.to_ascii_lowercase()));
    let mut words = key_words(key).peekable();
    let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.' | ' ');
    words.peek().is_some() && key.chars().all(is_plain) && words.all(is_word)
}

/// The words of a key in snake, kebab or camel case.
fn key_words(key: &str) -> impl Iterator<Item = &str> {
    let parts = key.split(|c: char| !c.is_ascii_alphabetic());
    parts.flat_map(humps).filter(|word| !word.is_empty())
}

fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bytes = rest.as_bytes();
        let is_hump =
            |at: &usize| bytes[at - 1].is_ascii_lowercase() && bytes[*at].is_ascii_uppercase();
        let end = (1..bytes.len()).find(is_hump).unwrap_or(bytes.len());
        let (hump, after) = rest.split_at(end);
        rest = after;
        (!hump.is_empty()).then_some(hump)
    })
}

/// A harmless key as the word of a pseudonym: `handed_over`.
pub(super) fn slug(key: &str) -> String {
    let words: Vec<String> = key_words(key).map(str::to_ascii_lowercase).collect();
    words.join("_")
}

/// The ending of a file's name or of a path, if it is a usual one.
pub(super) fn ending(name: &str) -> &'static str {
    let is_ending = |ending: &&&str| {
        let start = name.len().checked_sub(ending.len());
        let end = start.and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    ENDINGS.iter().find(is_ending).copied().unwrap_or_default()
}

/// The text with words of the same length, in which only the first letter may be a capital, and with
/// zeros for digits.
pub(super) fn fill(text: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut letters = FILLER.chars().cycle();
    let mut in_word = false;
    for c in text.chars() {
        if c.is_numeric() {
            filled.push('0');
        } else if is_part_of_word(c) {
            if !in_word {
                letters = FILLER.chars().cycle();
            }
            let letter = letters.next().unwrap_or('x');
            let is_capital = !in_word && c.is_uppercase();
            filled.push(if is_capital {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
        } else {
            filled.push(c);
        }
        in_word = is_part_of_word(c);
    }
    filled
}

/// The text with an `x` for each letter and a zero for each digit, for what is not JSON.
pub(super) fn mask(text: &str) -> String {
    let masked = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_uppercase() => 'X',
        c if is_part_of_word(c) => 'x',
        c => c,
    };
    text.chars().map(masked).collect()
}

/// Letters, and whatever is written with them: accents, and characters that are not seen.
fn is_part_of_word(c: char) -> bool {
    c.is_alphabetic() || super::fold::is_unseen(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_keys_of_known_words_only() {
        for key in [
            "name",
            "order_id",
            "Handed over",
            "firstName",
            "delivery-day",
        ] {
            assert!(is_harmless_key(key), "{key}");
        }
        for key in [
            "",
            "Dewi",
            "order_dewi",
            "field-1",
            "name2",
            "628000000042",
            "namé",
            "a",
        ] {
            assert!(!is_harmless_key(key), "{key}");
        }
        assert_eq!(slug("Handed over"), "handed_over");
    }

    #[test]
    fn fills_words_of_the_same_length() {
        assert_eq!(fill("Halo, Dewi42! 谢谢 🎉"), "Lore, Lore00! lo 🎉");
        assert_eq!(fill(&fill("Déjà-vu 7")), fill("Déjà-vu 7"));
        assert_eq!(mask("{\"Dewi\": 42"), "{\"Xxxx\": 00");
    }
}
