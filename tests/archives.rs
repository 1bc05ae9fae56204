//! Files in zip and tar archives are read like those in a folder, and no archive does harm.
//!
//! Most archives here are put together byte by byte, because no tool writes broken ones. Those in
//! `samples/captures` are of Info-ZIP and GNU tar.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, Crc};
use serde_json::Value;

use crate::folder::{Folder, Run, run};
use crate::notifications::session;

/// A notification on one line.
fn line(name: &str) -> String {
    let mut session = session(Value::Array(Vec::new()));
    session["workflow_name"] = name.into();
    session.to_string()
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

/// A file in a zip archive, as the archive states it.
#[derive(Clone)]
struct Packed {
    name: Vec<u8>,
    stored: Vec<u8>,
    method: u16,
    flags: u16,
    sum: u32,
    length: u32,
    /// The type and permissions on Unix.
    mode: u32,
    /// Where it claims to start, if not where it does.
    start: Option<u32>,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const LZMA: u16 = 14;
const ENCRYPTED: u16 = 1;
/// Lengths and checksum are stated behind the file.
const STREAMED: u16 = 1 << 3;

fn packed(name: &str, content: impl AsRef<[u8]>) -> Packed {
    let content = content.as_ref();
    let mut crc = Crc::new();
    crc.update(content);
    Packed {
        name: name.into(),
        stored: deflated(content),
        method: DEFLATED,
        flags: 0,
        sum: crc.sum(),
        length: content.len().try_into().expect("a short file"),
        mode: 0o100_644,
        start: None,
    }
}

/// The bytes of some numbers, each with its size.
fn numbers(numbers: &[(usize, u32)]) -> Vec<u8> {
    let bytes = numbers
        .iter()
        .flat_map(|(size, number)| number.to_le_bytes()[..*size].to_vec());
    bytes.collect()
}

fn size_of_vec(bytes: &[u8]) -> u32 {
    bytes.len().try_into().expect("a short file")
}

/// A zip archive of these files.
fn zip(files: &[Packed]) -> Vec<u8> {
    let (mut archive, mut list) = (Vec::new(), Vec::new());
    for file in files {
        let start = file.start.unwrap_or(size_of_vec(&archive));
        let sizes = [
            (4, file.sum),
            (4, size_of_vec(&file.stored)),
            (4, file.length),
        ];
        let kind = [(2, file.flags.into()), (2, file.method.into()), (4, 0)];
        let names = [(2, size_of_vec(&file.name)), (2, 0)];
        let is_streamed = file.flags & STREAMED != 0;
        let known = if is_streamed { [(4, 0); 3] } else { sizes };
        archive.extend(b"PK\x03\x04");
        archive.extend(numbers(&[&[(2, 20)][..], &kind, &known, &names].concat()));
        archive.extend(&file.name);
        archive.extend(&file.stored);
        if is_streamed {
            archive.extend(b"PK\x07\x08");
            archive.extend(numbers(&sizes));
        }
        list.extend(b"PK\x01\x02");
        list.extend(numbers(&[(1, 20), (1, 3), (2, 20)]));
        list.extend(numbers(&[&kind[..], &sizes, &names].concat()));
        list.extend(numbers(&[
            (2, 0),
            (2, 0),
            (2, 0),
            (4, file.mode << 16),
            (4, start),
        ]));
        list.extend(&file.name);
    }
    let (size, start) = (size_of_vec(&list), size_of_vec(&archive));
    let count = files.len().try_into().expect("few files");
    archive.extend(list);
    archive.extend(b"PK\x05\x06");
    archive.extend(numbers(&[
        (4, 0),
        (2, count),
        (2, count),
        (4, size),
        (4, start),
        (2, 0),
    ]));
    archive
}

/// A tar archive of these files.
fn tar<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        archive
            .append_data(&mut header, name, content)
            .expect("memory");
    }
    archive.into_inner().expect("memory")
}

/// What a folder of captures holds, in the order of its names.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let utf_16 = line("utf-16");
    let utf_16: Vec<u8> = utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        (".git/x.json", line("of git").into()),
        ("README.md", "# Captures\n".into()),
        ("__MACOSX/a.json", "\0\x05\x16".into()),
        (
            "a/it.json",
            line("after a folder comes a file of its name").into(),
        ),
        (
            "a.ndjson.gz",
            gzip(format!("{}\n{}\n", line("one"), line("two")).as_bytes()),
        ),
        ("broken.json", line("broken")[..90].into()),
        ("empty.json", Vec::new()),
        ("node_modules/x.json", "{}".into()),
        ("request", "POST / HTTP/1.1\r\nA: b\r\n\r\n{\"a\":1}".into()),
        ("utf-16", [&[0xff, 0xfe], &utf_16[..]].concat()),
        ("ä.json", line("Unicode").into()),
    ]
}

fn zip_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    zip(&files
        .iter()
        .map(|(name, content)| packed(name, content))
        .collect::<Vec<_>>())
}

fn tar_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    tar(files.iter().map(|(name, content)| (*name, &**content)))
}

/// The names of the workflows in the lines of `show --format json`, each with its source.
fn workflows(run: &Run) -> Vec<String> {
    let workflow = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let name = &line["session"]["summary"]["workflow_name"];
        format!("{}: {}", line["source"].as_str().expect("a name"), name)
    };
    run.text().lines().map(workflow).collect()
}

/// Runs the program with these arguments, split at spaces, and without a secret.
fn chatlog(folder: &Folder, arguments: &str) -> Run {
    piped(folder, &arguments.split(' ').collect::<Vec<_>>(), b"")
}

fn show(folder: &Folder, arguments: &[&str]) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(
        command.args(["show", "--format", "json"]).args(arguments),
        b"",
    )
}

/// Runs the program with an archive on its standard input.
fn piped(folder: &Folder, arguments: &[&str], archive: &[u8]) -> Run {
    run(
        folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(arguments),
        archive,
    )
}

#[test]
fn the_output_for_an_archive_is_that_for_a_folder_with_the_same_files() {
    let folder = Folder::new("archives-folder");
    let files = files();
    for (name, content) in &files {
        folder.write(&format!("in/{name}"), content);
    }
    let mut shuffled = files.clone();
    shuffled.reverse();
    folder.write("in.zip", zip_of(&shuffled));
    folder.write("in.tar", tar_of(&files));
    folder.write("in.tgz", gzip(&tar_of(&files)));
    folder.write("above/in.zip", zip_of(&shuffled));
    let outcome = |run: &Run, name: &str| {
        let renamed = |text: &str| {
            text.replace(name, "in")
                .replace("\\\\", "/")
                .replace('\\', "/")
        };
        (run.code, renamed(run.text()), renamed(&run.stderr))
    };
    for command in [
        "show --format json",
        "validate",
        "validate -q --format concise",
    ] {
        let want = outcome(&chatlog(&folder, &format!("{command} in")), "in");
        for archive in ["in.zip", "in.tar", "in.tgz"] {
            let run = chatlog(&folder, &format!("{command} {archive}"));
            assert_eq!(outcome(&run, archive), want, "{command} {archive}");
        }
    }
    let want = outcome(&show(&folder, &["in"]), "in");
    assert_eq!(want.1.lines().count(), 7, "{}", want.1);
    let above = show(&folder, &["above"]);
    assert_eq!(outcome(&above, "above/in.zip").1, want.1);
    for archive in ["in.zip", "in.tar", "in.tgz"] {
        let bytes = fs::read(folder.path().join(archive)).expect("a file");
        let run = piped(&folder, &["show", "--format", "json"], &bytes);
        assert_eq!(
            outcome(&run, "-/in").1.replace("\"-/", "\"in/"),
            want.1,
            "{archive}"
        );
    }
}

#[test]
fn the_samples_of_real_tools_hold_valid_deliveries() {
    let verify = |input: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatlog"));
        command.env("CHATLOG_SECRET", "chatlog-sample-secret");
        command.args(["verify", "--format", "json"]);
        run(command.arg(format!("samples/captures/{input}")), b"")
    };
    let verdicts = |run: &Run| run.text().matches("\"verdict\":\"valid\"").count();
    let har = verify("har.har.zip");
    assert_eq!((har.code, verdicts(&har)), (0, 1), "{har:?}");
    assert!(har.text().contains("har.har.zip/har.har"), "{}", har.text());
    let request = verify("captures.tar.gz/captures/sub/http.http");
    assert_eq!((request.code, verdicts(&request)), (0, 1), "{request:?}");
    // One lacks a signature, which is what is checked here: it is read.
    assert!(
        verify("captures.tar.gz")
            .text()
            .contains("captures.tar.gz/captures/body.json")
    );
}

#[test]
fn a_path_in_an_archive_names_a_file_or_a_folder() {
    let folder = Folder::new("archives-named");
    let three = ["one", "two", "three"].map(line).join("\n");
    let files = [
        ("./in/.hidden.json", line("hidden").into_bytes()),
        ("./in/it.json", line("it").into_bytes()),
        ("./in/lines.ndjson", three.into_bytes()),
        ("./other.json", line("other").into_bytes()),
    ];
    folder.write("x.zip", zip_of(&files));
    folder.write("x.tar.gz", gzip(&tar_of(&files)));
    for archive in ["x.zip", "x.tar.gz"] {
        let found = |input: &str| workflows(&show(&folder, &[&format!("{archive}{input}")]));
        let named = |name: &str, workflow: &str| format!("{archive}/{name}: \"{workflow}\"");
        assert_eq!(found("/in/it.json"), [named("in/it.json", "it")]);
        assert_eq!(
            found("/in/lines.ndjson#2"),
            [named("in/lines.ndjson", "two")]
        );
        assert_eq!(found("#3"), [named("in/lines.ndjson", "two")]);
        assert_eq!(found("/in").len(), 4);
        assert_eq!(
            found("/in/.hidden.json"),
            [named("in/.hidden.json", "hidden")]
        );
        assert_eq!(found("/").len(), 5);
        show(&folder, &[&format!("{archive}/in/lines.ndjson#4")])
            .is(2, &["in/lines.ndjson: holds 3 deliveries; there is no #4"]);
        let wrong = show(
            &folder,
            &[&format!("{archive}/in/itt.json"), "x.zip/other.json"],
        );
        let tip = "/in/itt.json: the archive has no such file; a similar one is `in/it.json`\n";
        wrong.is(2, &[&format!("chatlog: {archive}{tip}"), "\"other\""]);
    }
    // The first word needs no command.
    chatlog(&folder, "x.zip/in/it.json").is(0, &["x.zip/in/it.json"]);
    folder.write("it.json", line("it"));
    folder.chatlog("show it.json/in").is(
        2,
        &["chatlog: it.json/in: cannot read: `it.json` is neither a zip nor a tar archive"],
    );
}

#[test]
fn an_existing_path_wins_over_a_path_in_an_archive() {
    let folder = Folder::new("archives-existing");
    folder.write("x.zip/in/it.json", line("a file"));
    let run = show(&folder, &["x.zip/in/it.json"]);
    assert_eq!(workflows(&run), ["x.zip/in/it.json: \"a file\""]);
    let two = [
        ("a.json", line("one").into()),
        ("b.json", line("two").into()),
    ];
    folder.write("y.zip", zip_of(&two));
    folder.write("y.zip#2", line("a file"));
    assert_eq!(
        workflows(&show(&folder, &["y.zip#2"])),
        ["y.zip#2: \"a file\""]
    );
}

#[test]
fn names_in_an_archive_lead_nowhere_and_act_on_no_terminal() {
    let folder = Folder::new("archives-names");
    folder.write("secret.json", line("outside"));
    let names = [
        "../secret.json",
        "/etc/absolute.json",
        "a/\u{1b}[31m\r\n.json",
        "twice.json",
        "twice.json",
        "windows\\it.json",
        "::error::x.json",
    ];
    let files: Vec<_> = names
        .iter()
        .map(|name| (*name, line("inside").into_bytes()))
        .collect();
    let mut packed: Vec<Packed> = files
        .iter()
        .map(|(name, content)| packed(name, content))
        .collect();
    packed[0].name = b"..\\..\\secret.json".to_vec();
    packed.push(Packed {
        name: b"f\xff.json".to_vec(),
        ..packed[3].clone()
    });
    // Links and devices are not files.
    packed.push(Packed {
        name: b"link.json".to_vec(),
        mode: 0o120_777,
        ..packed[3].clone()
    });
    folder.write("x.zip", zip(&packed));
    let shown = show(&folder, &["x.zip"]);
    assert_eq!(
        workflows(&shown),
        [
            "::error::x.json",
            "a/\u{1b}[31m\r\n.json",
            "etc/absolute.json",
            "f\\xff.json",
            "secret.json",
            "twice.json",
            "twice.json",
            "windows/it.json",
        ]
        .map(|name| format!("x.zip/{name}: \"inside\"")),
    );
    for command in [
        "validate -v x.zip",
        "show x.zip",
        "validate --format github x.zip",
    ] {
        let run = chatlog(&folder, command);
        let all = format!("{}{}", run.text(), run.stderr);
        assert!(!all.contains('\u{1b}') && !all.contains('\r'), "{all}");
    }
    // The tar crate refuses to write such a name, so it is written over another.
    let mut tar = tar([("xx/secret.json", line("inside").as_bytes())]);
    tar[..2].copy_from_slice(b"..");
    let sum: u32 = tar[..512]
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            u32::from(if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            })
        })
        .sum();
    tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    folder.write("x.tar", tar);
    assert_eq!(
        workflows(&show(&folder, &["x.tar"])),
        ["x.tar/secret.json: \"inside\""]
    );
}

type Damage = fn(&mut Packed);

/// What may be wrong with a file in a zip archive, and what is said of it.
const FAULTS: [(&str, Damage); 9] = [
    ("the checksum in the archive does not match", |file| {
        file.sum = 1;
    }),
    ("longer than its archive says", |file| file.length = 9),
    ("cut off or damaged in this file", |file| {
        file.length = 1 << 30;
    }),
    ("it is encrypted", |file| file.flags = ENCRYPTED),
    ("LZMA (method 14)", |file| file.method = LZMA),
    ("corrupt deflate stream", |file| {
        file.stored = vec![0xff; 99];
    }),
    ("a part of it is missing", |file| file.start = Some(1 << 30)),
    ("overlaps with another file", |file| file.start = Some(0)),
    ("1 MiB (see --max-size)", |file| {
        *file = packed("bad.json", format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20)));
    }),
];

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_read() {
    let folder = Folder::new("archives-broken");
    let good = packed("a.json", line("good"));
    for (what, damage) in FAULTS {
        let mut bad = packed("bad.json", line("bad"));
        damage(&mut bad);
        folder.write(
            "x.zip",
            zip(&[good.clone(), bad, packed("z.json", line("last"))]),
        );
        let run = show(&folder, &["--max-size", "1", "x.zip"]);
        run.is(
            2,
            &[what, "chatlog: x.zip/bad.json", "\"good\"", "\"last\""],
        );
    }
    // Only the list at the end has the length of this one.
    let streamed = Packed {
        flags: STREAMED,
        method: STORED,
        stored: line("streamed").into(),
        ..packed("b.json", line("streamed"))
    };
    folder.write("x.zip", zip(&[streamed, good]));
    show(&folder, &["x.zip"]).is(0, &["\"streamed\"", "\"good\""]);
}

#[test]
fn what_comes_before_a_cut_is_read() {
    let folder = Folder::new("archives-cut");
    let names = ["a.json", "b.json", "c.json"];
    let files: Vec<_> = names
        .iter()
        .map(|name| (*name, line(name).into_bytes()))
        .collect();
    let known: Vec<Packed> = files
        .iter()
        .map(|(name, content)| packed(name, content))
        .collect();
    let streamed: Vec<Packed> = known
        .iter()
        .cloned()
        .map(|file| Packed {
            flags: STREAMED,
            ..file
        })
        .collect();
    // From how many bytes on each is recognised, and how many at its end may be missing.
    for (name, archive, start, fill) in [
        ("zip", zip(&known), 4, 0),
        ("streamed zip", zip(&streamed), 4, 0),
        ("tar", tar_of(&files), 512, 1024),
        ("tar.gz", gzip(&tar_of(&files)), 256, 0),
    ] {
        let mut most = 0;
        for cut in (start..archive.len() - fill).step_by(16) {
            let run = piped(&folder, &["validate", "--format", "json"], &archive[..cut]);
            let is_whole = |line: &&str| !line.contains("\"error\"");
            let whole = run.text().lines().filter(is_whole).count();
            assert!(whole >= most, "{name} at {cut}: {}", run.stderr);
            assert_eq!(run.code, 2, "{name} at {cut}: {run:?}");
            most = whole;
        }
        assert_eq!(most, 3, "{name}");
    }
    folder.write("x.zip", &zip(&known)[..200]);
    show(&folder, &["x.zip"]).is(
        2,
        &["chatlog: x.zip: cannot read: the archive is cut off: the list of its files is missing"],
    );
}

#[test]
fn a_damaged_archive_does_no_harm() {
    let folder = Folder::new("archives-damaged");
    let files = [
        ("a.json", line("a").into_bytes()),
        ("b.json", line("b").into_bytes()),
    ];
    for archive in [zip_of(&files), tar_of(&files)[..1600].to_vec()] {
        for at in (0..archive.len()).step_by(5) {
            let mut damaged = archive.clone();
            damaged[at] ^= 0xff;
            let run = piped(&folder, &["validate", "-q"], &damaged);
            assert!((0..=2).contains(&run.code), "{at}: {run:?}");
        }
    }
}

#[test]
fn an_archive_without_a_delivery_is_an_error() {
    let folder = Folder::new("archives-nothing");
    folder.write("empty.zip", zip(&[]));
    folder.write("empty.tar", tar([]));
    folder.write("readme.zip", zip(&[packed("README.md", "# Captures")]));
    let nothing = "holds no delivery: there is no file to read";
    show(&folder, &["empty.zip"]).is(2, &[nothing]);
    show(&folder, &["empty.tar"]).is(2, &[nothing]);
    show(&folder, &["readme.zip"]).is(
        2,
        &["readme.zip: holds no delivery: passed over 1 file (-v names them)"],
    );
    let inner = zip(&[packed("a.json", line("inner"))]);
    let outer = [
        ("any", inner.clone()),
        ("captures.har.zip", gzip(&tar_of(&[]))),
        ("it.json", line("outer").into()),
    ];
    folder.write("outer.zip", zip_of(&outer));
    let run = show(&folder, &["outer.zip"]);
    run.is(
        2,
        &[
            "outer.zip/any: not read: it is an archive in an archive",
            "outer.zip/captures.har.zip: not read: ",
        ],
    );
    assert_eq!(workflows(&run), ["outer.zip/it.json: \"outer\""]);
    show(&folder, &["outer.zip/any"]).is(2, &["outer.zip/any: not read: "]);
}

#[test]
fn a_signature_in_an_archive_is_that_of_the_file_beside_it() {
    let folder = Folder::new("archives-signatures");
    let body = line("signed");
    folder.write("body", &body);
    let signature = folder.chatlog("sign --as value body").text().to_owned();
    let files = [
        ("in/a.json", body.into_bytes()),
        ("in/a.json.sig", signature.clone().into_bytes()),
    ];
    folder.write("x.zip", zip_of(&files));
    folder.write("x.tar", tar_of(&files));
    folder
        .chatlog("verify x.zip")
        .is(0, &["valid        x.zip/in/a.json (body, exact)"]);
    let unused = "chatlog: x.tar: the signature files NAME.sig in it are not used";
    folder
        .chatlog("verify x.tar")
        .is(1, &["missing      x.tar/in/a.json", unused]);
    // What lies beside the archive signs nothing in it.
    folder.write("y.zip", zip_of(&files[..1]));
    folder.write("y.zip.sig", signature);
    folder
        .chatlog("verify y.zip")
        .is(1, &["missing      y.zip/in/a.json"]);
}

#[test]
fn an_output_never_replaces_an_archive_that_is_read() {
    let folder = Folder::new("archives-outputs");
    let archive = zip(&[packed("a.json", line("a"))]);
    folder.write("x.zip", &archive);
    for input in ["x.zip", "x.zip/a.json", "x.zip/a.json#1"] {
        let run = folder.chatlog(&format!("validate --report json=x.zip {input}"));
        run.is(
            2,
            &["x.zip: this file is also --report x.zip: write to another file"],
        );
        assert!(fs::read(folder.path().join("x.zip")).expect("a file") == archive);
    }
}

#[test]
fn a_zip_archive_on_standard_input_may_take_as_much_memory_as_a_delivery() {
    let folder = Folder::new("archives-piped");
    let filler = Packed {
        stored: vec![b' '; 1 << 20],
        method: STORED,
        length: 1 << 20,
        ..packed("x.bin", "")
    };
    let archive = zip(&[packed("a.json", line("a")), filler]);
    let run = piped(&folder, &["show", "--max-size", "1"], &archive);
    run.is(2, &["chatlog: -: cannot read: a zip archive of more than 1 MiB can only be read from an uncompressed file"]);
    folder.write("x.zip", archive);
    show(&folder, &["--max-size", "1", "x.zip/a.json"]).is(0, &["\"a\""]);
    // A compressed one is not a file either, and its compression may be damaged behind all of it.
    let compressed = gzip(&zip(&[packed("a.json", line("a"))]));
    let cut = &compressed[..compressed.len() - 3];
    assert_eq!(piped(&folder, &["show"], &compressed).code, 0);
    piped(&folder, &["show"], cut).is(2, &["-/a.json", "chatlog: -: cannot read: "]);
}

#[test]
fn a_har_that_mitmproxy_compressed_is_read() {
    let folder = Folder::new("archives-zhar");
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(&fs::read("samples/captures/har.har").expect("a sample"))
        .expect("memory");
    folder.write("in/flows.zhar", encoder.finish().expect("memory"));
    chatlog(&folder, "show -v in").is(0, &["flows.zhar: read 1 × har, zlib decoded"]);
}

/// Runs the program with so little memory, of which the debug build itself and the stacks of threads
/// reserve a good part, that holding what an archive decodes to would fail.
#[cfg(target_os = "linux")]
fn with_little_memory(folder: &Folder, arguments: &str) -> Run {
    let script = format!(
        "ulimit -v 340000; exec {} {arguments}",
        env!("CARGO_BIN_EXE_chatlog")
    );
    run(folder.command("sh").args(["-c", &script]), b"")
}

#[test]
#[cfg(target_os = "linux")]
fn what_an_archive_decodes_to_is_not_held_in_memory() {
    const SIZE: u64 = 350 << 20;
    let folder = Folder::new("archives-memory");
    let zeros = || std::io::Read::take(std::io::repeat(b'x'), SIZE);
    let header = |kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        header.set_path("a.json").expect("a short name");
        header.set_entry_type(kind);
        header.set_size(SIZE);
        header.set_cksum();
        header
    };
    let good = packed("z.json", line("good"));
    for kind in [
        tar::EntryType::Regular,
        tar::EntryType::GNULongName,
        tar::EntryType::XHeader,
    ] {
        let encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let mut archive = tar::Builder::new(encoder);
        archive.append(&header(kind), zeros()).expect("memory");
        let mut last = tar::Header::new_gnu();
        last.set_size(line("good").len() as u64);
        archive
            .append_data(&mut last, "z.json", line("good").as_bytes())
            .expect("memory");
        folder.write(
            "x.tar.gz",
            archive
                .into_inner()
                .expect("memory")
                .finish()
                .expect("memory"),
        );
        let run = with_little_memory(&folder, "show --max-size 8 x.tar.gz");
        match kind {
            tar::EntryType::Regular => run.is(2, &["8 MiB (see --max-size)", "z.json"]),
            _ => run.is(
                2,
                &["the name and attributes of a file in the archive take more than 1 MiB"],
            ),
        }
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut zeros(), &mut encoder).expect("memory");
    let large = Packed {
        stored: encoder.finish().expect("memory"),
        length: u32::try_from(SIZE).expect("a number"),
        ..packed("a.json", "")
    };
    folder.write("x.zip", zip(&[large, good]));
    with_little_memory(&folder, "show --max-size 8 x.zip")
        .is(2, &["8 MiB (see --max-size)", "good"]);
}

#[test]
fn very_many_files_take_time_in_proportion() {
    let folder = Folder::new("archives-many");
    let mut files = vec![packed("a.txt", "x"); 60_000];
    for (number, file) in files.iter_mut().enumerate() {
        file.name = format!("in/{number}.txt").into_bytes();
    }
    files.push(packed("z.json", line("last")));
    folder.write("x.zip", zip(&files));
    let start = std::time::Instant::now();
    let run = show(&folder, &["x.zip"]);
    run.is(
        0,
        &["\"last\"", "passed over 60000 files without a delivery"],
    );
    assert!(start.elapsed() < std::time::Duration::from_mins(1));
}

/// Many files of many lines, which are worth several workers.
fn large_files() -> Vec<(String, Vec<u8>)> {
    let lines = |file: usize| {
        let names = (0..60).map(|number| line(&format!("{file}, {number}")) + "\n");
        names.collect::<String>().into_bytes()
    };
    (10..50)
        .map(|file| (format!("{file}.ndjson"), lines(file)))
        .collect()
}

#[test]
fn the_output_for_an_archive_is_the_same_for_any_number_of_workers() {
    let folder = Folder::new("archives-jobs");
    let large = large_files();
    let stored = |(name, content): &(String, Vec<u8>)| Packed {
        stored: content.clone(),
        method: STORED,
        ..packed(name, content)
    };
    folder.write("x.zip", zip(&large.iter().map(stored).collect::<Vec<_>>()));
    folder.write(
        "x.tar",
        tar(large.iter().map(|(name, content)| (&**name, &**content))),
    );
    for archive in ["x.zip", "x.tar"] {
        for command in ["show --format json", "validate --strict --format concise"] {
            let outcome = |jobs: usize| {
                let run = chatlog(&folder, &format!("{command} --jobs {jobs} {archive}"));
                (run.code, run.stdout, run.stderr)
            };
            let one = outcome(1);
            assert!(one.0 < 2, "{}", one.2);
            for jobs in [2, 5] {
                assert!(outcome(jobs) == one, "{command} --jobs {jobs} {archive}");
            }
        }
    }
}

#[test]
fn a_file_of_a_tar_archive_is_shown_before_the_next_one_arrives() {
    let folder = Folder::new("archives-live");
    let files = [
        ("a.json", line("first").into_bytes()),
        ("b.json", line("last").into_bytes()),
    ];
    let archive = tar_of(&files);
    let blocks = 1 + files[0].1.len().div_ceil(512);
    let (first, rest) = archive.split_at(512 * blocks);
    for jobs in ["1", "3"] {
        let mut child = folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(["show", "--format", "json", "--jobs", jobs])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        stdin.write_all(first).expect("it reads");
        // This waits for ever if the program does.
        let answer = lines.next().expect("a line").expect("text");
        assert!(answer.contains("\"first\""), "{answer}");
        stdin.write_all(rest).expect("it reads");
        drop(stdin);
        assert!(
            lines
                .next()
                .expect("a line")
                .expect("text")
                .contains("\"last\"")
        );
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
}
