//! What is built in is sound, and whatever an author writes instead gives a complaint or a sound course, never a panic.

use seamark::courses::files::Folder;
use seamark::courses::{Kind, Library};

fn with(files: &[(&str, &str)]) -> Folder {
    let added = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Folder::built_in().overlaid_with(&Folder::new(added))
}

fn text_of(path: &str) -> String {
    let folder = Folder::built_in();
    String::from_utf8(folder.bytes(path).expect("a built-in file").to_vec()).expect("text")
}

#[test]
fn the_built_in_content_is_sound() {
    let (library, complaints) = Library::load(None);
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} complaints:\n{}", lines.len(), lines.join("\n"));
    for slug in ["acceptable-use", "social-media-risks", "privacy-settings", "data-protection", "reporting-issues"] {
        let course = library.course(slug).expect(slug);
        assert!(course.minutes <= course.minutes_at_most);
        assert_eq!(course.quiz.needed(8), 7);
    }
    for course in library.courses() {
        let nameless = course.quiz.questions.iter().find(|one| one.gate.is_some() && course.rule_of(one).is_none());
        assert!(nameless.is_none(), "{}: no words say the rule of {:?}", course.slug, nameless.map(|one| &one.id));
    }
    assert_eq!(library.policy("social-media-policy").expect("the policy").sections.len(), 38);
    let checklist = library.checklist("privacy-check").expect("the checklist");
    assert_eq!(checklist.groups[0].items.len(), 21);
    assert_eq!(library.programme.requires.iter().filter(|line| line.who.staff).count(), 7);
}

#[test]
fn a_version_is_the_same_with_the_line_ends_of_any_system() {
    let plain = Folder::built_in().under("modules/acceptable-use");
    let windows = plain.paths().map(|path| {
        let text = String::from_utf8(plain.bytes(path).expect("a file").to_vec()).expect("text");
        (path.to_owned(), text.replace('\n', "\r\n").into_bytes())
    });
    assert_eq!(Folder::new(windows).version(), plain.version());
}

#[test]
fn another_byte_path_or_order_of_cutting_is_another_version() {
    let folder = |files: &[(&str, &str)]| {
        Folder::new(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))).version()
    };
    let versions =
        [folder(&[("a", "bc")]), folder(&[("ab", "c")]), folder(&[("a", "b"), ("c", "")]), folder(&[("a", "bd")])];
    for (place, version) in versions.iter().enumerate() {
        assert!(!versions[place + 1..].contains(version));
    }
}

#[test]
fn what_is_stored_comes_back_as_it_was() {
    let folder = Folder::built_in();
    assert_eq!(Folder::from_archive(&folder.archive()).expect("a folder"), folder);
    assert!(Folder::from_archive(&folder.archive()[..1000]).is_err());
}

#[test]
fn an_unknown_key_is_refused_with_its_file_and_line() {
    let path = "modules/acceptable-use/course.toml";
    let text = text_of(path).replacen("minutes", "colour = \"blue\"\nminutes", 1);
    let (library, complaints) = Library::of(&with(&[(path, &text)]));
    let line = text.lines().position(|line| line.starts_with("colour")).expect("the line") + 1;
    let complaint = complaints.first().expect("a complaint");
    assert_eq!((complaint.file.as_str(), complaint.line), (path, line));
    assert!(complaint.what.contains("unknown field `colour`"), "{}", complaint.what);
    assert!(library.version(Kind::Course, "acceptable-use").is_none());
}
