//! Each rule of authoring complains in the right place; whatever is broken gives a complaint or a sound course, never a panic.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use seamark::courses::files::Folder;
use seamark::courses::skeleton::{MARK, skeleton};
use seamark::courses::{Complaint, Kind, Library};

const COURSE: &str = "modules/acceptable-use/course.toml";
const QUIZ: &str = "modules/acceptable-use/quiz.toml";
const PAGE: &str = "modules/acceptable-use/pages/where-people-talk.md";
const TEXT: &str = "policies/social-media-policy/text.md";
const POLICY: &str = "policies/social-media-policy/policy.toml";
const CLAUSES: &str = "policies/social-media-policy/clauses.toml";
const STATEMENTS: &str = "policies/social-media-policy/statements/all-staff.toml";
const CHECKLIST: &str = "checklists/privacy-check/everywhere.toml";

/// One course, the policy, the checklist and what all share: enough for every rule.
fn shelf() -> Folder {
    let all = Folder::built_in();
    let kept = all.paths().filter(|path| {
        let other = path.starts_with("modules/") && !path.starts_with("modules/acceptable-use/");
        !other && !matches!(*path, "programme.toml" | "calendar-england.toml")
    });
    Folder::new(kept.map(|path| (path.to_owned(), all.bytes(path).expect("a file").to_vec())).collect::<Vec<_>>())
}

fn text_of(folder: &Folder, path: &str) -> String {
    String::from_utf8(folder.bytes(path).unwrap_or_default().to_vec()).expect("text")
}

fn with(folder: &Folder, path: &str, text: &str) -> Folder {
    folder.overlaid_with(&Folder::new([(path.to_owned(), text.as_bytes().to_vec())]))
}

/// What is said when one text in a file is replaced by another.
fn complaints_after(path: &str, from: &str, to: &str) -> (Vec<Complaint>, String) {
    let folder = shelf();
    let before = text_of(&folder, path);
    assert!(before.contains(from), "{path} has no ‘{from}’");
    let after = before.replacen(from, to, 1);
    (Library::of(&with(&folder, path, &after)).1, after)
}

fn complains(path: &str, from: &str, to: &str, says: &str) {
    let (complaints, _) = complaints_after(path, from, to);
    assert!(
        complaints.iter().any(|complaint| complaint.what.contains(says)),
        "‘{to}’ should have led to ‘{says}’, and led to {complaints:?}"
    );
}

/// The same, and in the line where the words stand.
fn complains_there(path: &str, from: &str, to: &str, says: &str) {
    let (complaints, after) = complaints_after(path, from, to);
    let place = after.find(to).expect("the words");
    let line = after[..place].matches('\n').count() + 1;
    let there = |complaint: &&Complaint| complaint.file == path && complaint.what.contains(says);
    let found = complaints.iter().find(there).unwrap_or_else(|| panic!("no ‘{says}’ among {complaints:?}"));
    assert_eq!(found.line, line, "{found}");
}

#[test]
fn the_shelf_that_these_tests_bend_is_sound() {
    assert_eq!(Library::of(&shelf()).1, Vec::new());
}

#[test]
fn a_course_is_told_what_is_wrong_with_it() {
    complains_there(COURSE, "title ", "colour = \"blue\"\ntitle ", "unknown field `colour`");
    complains(COURSE, "minutes = 20", "minutes = 12", "minutes, worked out; 12 are claimed");
    complains_there(COURSE, "  \"your-part\",", "  \"no-such-page\",", "there is no pages/no-such-page.md");
    complains(COURSE, "  \"your-part\",\n", "", "nothing in this course uses this file");
    complains(COURSE, "kind = \"first\"", "kind = \"notify\"", "is of kind \"first\"");
    complains(COURSE, "date = 2026-11-22", "date = 2026-11-22T10:00:00", "a date is written");
    complains(COURSE, "id   = \"at-work\"", "id   = \"at-home\"", "no page teaches ‘at-home’");
    complains(COURSE, "draw = 8", "draw = 30", "cannot be given two draws running");
    complains(COURSE, "draw = 8", "draw = 0", "from 1 to 50");
    complains(COURSE, "pass = 80", "pass = 180", "per cent");
}

#[test]
fn a_page_is_told_what_is_wrong_with_it() {
    let front = "\n+++\n";
    complains_there(PAGE, "outcome =", "outcomes =", "unknown field `outcomes`");
    complains(PAGE, "outcome = \"sort-posts\"", "outcome = \"sort\"", "has no outcome ‘sort’");
    complains(PAGE, "clauses = [", "clauses = [\"P99\", ", "no policy has a clause P99");
    complains(PAGE, "clauses = [", "clauses = [\"P02\", \"P03\", \"P04\", ", "one to three clauses");
    complains(PAGE, "facts   = []", "facts   = [\"no-such-fact\"]", "facts.toml has no ‘no-such-fact’");
    complains(PAGE, front, &format!("{front}Ring 0300 123 4567 and ask.\n\n"), "telephone number");
    for claim in [
        "Ring 999 now.",
        "It was 40% of staff.",
        "It was 40 per cent of staff.",
        "The Data Act 2018 says so.",
        "See section 12 of it.",
    ] {
        complains(PAGE, front, &format!("{front}{claim}\n\n"), "on a page that names no fact");
    }
    complains(
        PAGE,
        front,
        &format!("{front}Ask {{nobody-at-all}} first.\n\n"),
        "cards.toml has no slot ‘nobody-at-all’",
    );
    complains(PAGE, front, &format!("{front}An [unheard word](term) here.\n\n"), "glossary.toml does not say");
    complains(PAGE, front, &format!("{front}Go [here](https://evil.example/).\n\n"), "is not allowed");
    complains(PAGE, front, &format!("{front}<b>Look</b> here.\n\n"), "HTML is left out");
    complains(PAGE, front, &format!("{front}![](images/door.png)\n\n"), "words for those who cannot see it");
    complains(PAGE, front, &format!("{front}![A door](images/door.png)\n\n"), "there is no images/door.png");
    complains(PAGE, front, &format!("{front}See [this](/policies/no-such).\n\n"), "there is no policy to go to");
    complains(PAGE, front, &format!("{front}See [this](/courses/acceptable-use/no-such).\n\n"), "there is no page");
    complains(PAGE, front, &format!("{front}# A second title\n\n"), "begin a heading with ##");
    let long = "word ".repeat(31);
    complains(PAGE, front, &format!("{front}{long}.\n\n"), "a sentence of 31 words (at most 30)");
    complains(PAGE, front, &format!("{front}{}\n\n", "one two three. ".repeat(100)), "words (150 to 350)");
    complains(
        PAGE,
        front,
        &format!("{front}{}\n\n", "Institutional accountability necessitates organisational transparency. ".repeat(9)),
        "the reading grade is",
    );
    complains_there(PAGE, "do      = \"", "do      = \"Ask {dsl}. ", "only in the body");
}

#[test]
fn a_quiz_is_told_what_is_wrong_with_it() {
    complains_there(QUIZ, "outcome = \"sort-posts\"", "outcomes = \"sort-posts\"", "unknown field `outcomes`");
    complains(QUIZ, "id = \"what-is-social-media\"", "id = \"joke-about-parents\"", "is there twice");
    complains(QUIZ, "clauses = [\"P01\"]", "clauses = []", "names the clause");
    complains(QUIZ, "outcome = \"sort-posts\"", "outcome = \"sort\"", "has no outcome ‘sort’");
    complains(QUIZ, "Does the policy cover it?", "Which of these is not covered?", "the word ‘not’");
    complains(QUIZ, "Does the policy cover it?", "Which of these isn't covered?", "the word ‘not’");
    complains(
        QUIZ,
        "No, since Saturday is your own time",
        "No, since Saturday is your own time, and what you do then is yours",
        "times the shortest",
    );
    complains(QUIZ, "Only if a parent makes a complaint", "All of the above, with no exception", "stands for itself");
    complains(QUIZ, "Only if a parent makes a complaint", "No, since Saturday is your own time", "is there twice");
    complains(
        QUIZ,
        "spare = [\"Anonymous\"]",
        "spare = [\"Anonymous, or under a name that is not your own\"]",
        "more than 40 characters",
    );
    complains(QUIZ, "spare = [\"Anonymous\"]\n", "", "the last pair is free");
    complains(
        QUIZ,
        "spare = [\"Anonymous\"]",
        "steps = [[\"One\", \"Reason.\"]]",
        "`right` and `wrong`, or `steps`, or `pairs`",
    );
    complains(QUIZ, "steps = [", "either_way = [[9, 0]]\nsteps = [", "names places of steps");
    complains(QUIZ, "# Misconception: the weekend", "# The weekend", "names the misconception");
    complains(QUIZ, "gate = \"pupil-contact\"", "gate = \"another\"", "has one question (at least two)");
    complains(
        COURSE,
        "id   = \"pupil-contact\"\ntext = \"no contact",
        "id   = \"another\"\ntext = \"no contact",
        "no question asks for the gate",
    );
    complains(QUIZ, "gate = \"pupil-contact\"", "suits = [\"nobody\"]", "‘nobody’ is not a role group");
}

#[test]
fn a_policy_and_a_checklist_are_told_what_is_wrong_with_them() {
    complains(TEXT, "## What counts as social media {#P01}", "## What counts as social media", "ends with its clause");
    complains(TEXT, "## What counts as social media {#P01}", "## What counts {#P01}", "clauses.toml calls P01");
    complains(TEXT, "> In short: If people can talk", "If people can talk", "opens with its summary");
    complains(TEXT, "](#P06)", "](#P66)", "no clause to go to");
    complains(TEXT, "{press}", "{presses}", "no slot ‘presses’");
    complains(CLAUSES, "[P01]", "[P41]", "has no section for P41");
    complains(CLAUSES, "binds = [\"staff\", \"school\"]", "binds = [\"school\"]", "nobody signs for it");
    let question = "\n[[change]]\ndate = 2027-02-10\nkind = \"material\"\nclauses = [\"P29\"]\nwas = \"Friends.\"\nnow = \"None.\"\n\
                    ask = \"May you?\"\nright = [[\"No\", \"\"]]\nwrong = [[\"Yes\", \"No.\"]]\n";
    let title = "title = \"Social media policy\"\n";
    complains(POLICY, title, &format!("{title}{question}"), "there is nothing written here");
    complains(CLAUSES, "binds = [\"staff\"]", "binds = [\"everybody\"]", "everybody");
    complains(STATEMENTS, "\"P29\"", "\"P30\"", "no statement in statements/all-staff.toml signs P29");
    complains(STATEMENTS, "id      = \"press\"", "id      = \"confidential\"", "is there twice");
    complains(CHECKLIST, "id       = \"X01\"", "id       = \"X02\"", "is there twice");
    complains(CHECKLIST, "clauses  = [\"P36\"]", "clauses  = [\"P36\"]\nmust = true", "only X03 is a must");
}

/// The quiz of so many of the shelf's own questions.
fn first_questions(number: usize) -> String {
    let quiz = text_of(&shelf(), QUIZ);
    let parts: Vec<&str> = quiz.split("[[question]]").collect();
    assert!(parts.len() > number);
    parts[..=number].join("[[question]]")
}

#[test]
fn how_many_questions_a_bank_has_depends_on_who_must_take_it() {
    let who = |who: &str| {
        let line = "[[require]]\nwhat = \"modules/acceptable-use\"\nevery = \"once\"\n";
        let folder = with(&shelf(), "programme.toml", &format!("{line}who = {{ {who} }}\n"));
        with(&folder, QUIZ, &first_questions(9))
    };
    let says = |folder: &Folder, wanted: &str| {
        let complaints = Library::of(folder).1;
        assert!(complaints.iter().any(|complaint| complaint.what == wanted), "no ‘{wanted}’ in {complaints:?}");
    };
    says(&who("staff = true"), "9 questions (at least 24)");
    says(&who("account_administrators = true"), "9 questions (at least 24)");
    says(&who("account_administrators = true, role_groups = [\"office\"]"), "9 questions (at least 16)");
    says(&who("leadership = true"), "9 questions (at least 16)");
    let short = text_of(&shelf(), COURSE).replacen("minutes = 20", "minutes = 10", 1);
    says(&with(&who("role_groups = [\"supply\"]"), COURSE, &short), "9 questions (at least 10)");
}

#[test]
fn a_file_that_nothing_reads_is_said_wherever_it_lies() {
    for stray in ["notes.txt", "modules/page.md", "pages/what/more.md", "Modules/acceptable-use/course.toml"] {
        let (_, complaints) = Library::of(&with(&shelf(), stray, "Hello"));
        let found =
            complaints.iter().any(|complaint| complaint.file == stray && complaint.what.contains("uses this file"));
        assert!(found, "{stray}: {complaints:?}");
    }
}

#[test]
fn a_broken_folder_of_the_trusts_own_never_takes_the_built_in_course_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("modules/acceptable-use/pages");
    std::fs::create_dir_all(&page).expect("folders");
    std::fs::write(page.join("where-people-talk.md"), "no front matter").expect("a page");
    let (library, complaints) = Library::load(Some(folder.path()));
    let (built_in, _) = Library::load(None);
    assert_eq!(library.version(Kind::Course, "acceptable-use"), built_in.version(Kind::Course, "acceptable-use"));
    assert_eq!(complaints[0].file, PAGE);
    assert_eq!(library.complaints, complaints);
}

#[test]
fn a_folder_of_the_trusts_own_replaces_file_by_file_and_says_what_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("modules/acceptable-use");
    std::fs::create_dir_all(own.join("pages")).expect("folders");
    let built_in = Folder::built_in();
    let page = text_of(&built_in, PAGE);
    let (before, rest) = page.split_once("\ndo      = \"").expect("what to do");
    let (_, after) = rest.split_once("\"\n").expect("its end");
    let page = format!("{before}\ndo      = \"Stop first.\"\n{after}");
    std::fs::write(own.join("pages/where-people-talk.md"), page).expect("a page");

    let (_, complaints) = Library::load(Some(folder.path()));
    assert!(complaints.iter().any(|complaint| complaint.what.contains("no new [[change]]")), "{complaints:?}");

    // With a course.toml of its own the folder stands alone, so all of it goes along.
    for path in built_in.under("modules/acceptable-use").paths() {
        let target = own.join(path);
        if !target.exists() {
            std::fs::write(target, built_in.bytes(&format!("modules/acceptable-use/{path}")).expect("a file"))
                .expect("a copy");
        }
    }
    let change =
        "[[change]]\ndate = 2027-01-08\nkind = \"correction\"\nwhat = \"One line made plainer\"\n\n[[change]]\n";
    let course = text_of(&built_in, COURSE).replacen("[[change]]\n", change, 1);
    std::fs::write(own.join("course.toml"), course).expect("a course");
    let (library, complaints) = Library::load(Some(folder.path()));
    assert_eq!(complaints, Vec::new());
    let course = library.course("acceptable-use").expect("the course");
    assert_eq!(course.pages[0].do_text, "Stop first.");
    assert_eq!(course.edition().map(|day| day.long()), Some("8 January 2027".to_owned()));
}

#[test]
fn a_trusts_own_glossary_adds_to_the_built_in_one_and_replaces_its_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = "[breach]\nmeans = \"Our own words.\"\n\n[lanyard]\nmeans = \"A ribbon for a badge.\"\n";
    std::fs::write(folder.path().join("glossary.toml"), words).expect("a glossary");
    let (library, complaints) = Library::load(Some(folder.path()));
    assert_eq!(complaints, Vec::new());
    assert_eq!(library.glossary.means("breach"), Some("Our own words."));
    assert!(library.glossary.means("lanyard").is_some() && library.glossary.means("dsl").is_some());
}

#[test]
fn a_folder_that_is_not_there_is_said_and_nothing_is_lost() {
    let (library, complaints) = Library::load(Some(std::path::Path::new("/no/such/folder")));
    assert_eq!(complaints.len(), 1);
    assert_eq!(library.courses().len(), Library::load(None).0.courses().len());
}

/// What a slip of the hand, of an editor or of a disk may leave behind.
#[derive(Debug, Clone)]
enum Slip {
    Cut { from: usize, length: usize },
    Twice { from: usize, length: usize },
    Typed { at: usize, text: String },
    Swapped { one: usize, other: usize },
    Ends { at: usize },
}

fn slip() -> impl Strategy<Value = Slip> {
    let place = 0_usize..40_000;
    let typed = prop_oneof![
        Just("\"".to_owned()),
        Just("[[question]]\n".to_owned()),
        Just("{dsl}".to_owned()),
        Just("](term)".to_owned()),
        Just("{#P29}".to_owned()),
        Just("+++\n".to_owned()),
        Just("> ".to_owned()),
        Just("\u{0}\u{3}\u{4}\u{2}".to_owned()),
        Just("either_way = [[9, 0]]\n".to_owned()),
        Just("99999999999999999999".to_owned()),
        "\\PC{0,12}",
        "[\\[\\]\\{\\}\"'#=!<>`*_|\n-]{0,8}",
    ];
    prop_oneof![
        (place.clone(), 1_usize..400).prop_map(|(from, length)| Slip::Cut { from, length }),
        (place.clone(), 1_usize..400).prop_map(|(from, length)| Slip::Twice { from, length }),
        (place.clone(), typed).prop_map(|(at, text)| Slip::Typed { at, text }),
        (place.clone(), place.clone()).prop_map(|(one, other)| Slip::Swapped { one, other }),
        place.prop_map(|at| Slip::Ends { at }),
    ]
}

fn slipped(bytes: &[u8], slip: &Slip) -> Vec<u8> {
    let mut after = bytes.to_vec();
    let length = after.len().max(1);
    match slip {
        Slip::Cut { from, length: cut } => {
            let from = from % length;
            after.drain(from..(from + cut).min(after.len()));
        }
        Slip::Twice { from, length: part } => {
            let from = from % length;
            let again = bytes[from.min(bytes.len())..(from + part).min(bytes.len())].to_vec();
            after.splice(from.min(bytes.len())..from.min(bytes.len()), again);
        }
        Slip::Typed { at, text } => {
            let at = (at % length).min(bytes.len());
            after.splice(at..at, text.bytes());
        }
        Slip::Swapped { one, other } if !after.is_empty() => after.swap(one % length, other % length),
        Slip::Swapped { .. } => {}
        Slip::Ends { at } => after.truncate(at % length),
    }
    after
}

/// A small shelf of every kind of file, quick to read and sound.
fn small_shelf() -> Folder {
    let course = skeleton("P01", "2026-11-24".parse().expect("a day"));
    let written = |path: &str| text_of(&course, path).replace(MARK, "Now it is said");
    let files = [
        ("modules/our-course/course.toml", written("course.toml")),
        ("modules/our-course/quiz.toml", written("quiz.toml")),
        (
            "modules/our-course/pages/first-page.md",
            written("pages/first-page.md") + "\nAsk {dsl} about a [breach](term).\n",
        ),
        ("policies/our-policy/policy.toml", "title = \"Our policy\"\n".to_owned()),
        (
            "policies/our-policy/clauses.toml",
            "[P01]\nname = \"Being kind\"\nbinds = [\"staff\"]\nduty = true\nreaders = [\"safeguarding\"]\n".to_owned(),
        ),
        (
            "policies/our-policy/text.md",
            "Read this.\n\n## Being kind {#P01}\n\n> In short: Be kind.\n\nBe kind. See [here](#P01).\n".to_owned(),
        ),
        (
            "policies/our-policy/statements/all-staff.toml",
            "title = \"All staff\"\n[[statement]]\nid = \"kind\"\nclauses = [\"P01\"]\ntext = \"I am kind.\"\ndeclare = true\n"
                .to_owned(),
        ),
        (
            "checklists/our-check/checklist.toml",
            "title = \"Our check\"\nintro = \"Look at this.\"\n[[change]]\ndate = 2026-11-24\nkind = \"first\"\nwhat = \"First\"\n"
                .to_owned(),
        ),
        (
            "checklists/our-check/everywhere.toml",
            "name = \"All apps\"\n[[item]]\nid = \"X01\"\nlook_for = \"Your name\"\nprefer = \"Off\"\nwhy = \"So they say.\"\n"
                .to_owned(),
        ),
        ("glossary.toml", "[breach]\nmeans = \"A leak.\"\n".to_owned()),
        (
            "cards.toml",
            "[dsl]\nlabel = \"Lead\"\nasks = \"A name\"\nneeded = true\nunfilled = \"Ask the office.\"\n".to_owned(),
        ),
        (
            "facts.toml",
            "[fact]\nsays = \"So it is.\"\nkind = \"law\"\nsource = \"A book\"\nconfirmed = false\n".to_owned(),
        ),
        (
            "programme.toml",
            "[[offer]]\nwhat = \"modules/our-course\"\nwho = { staff = true }\nevery = \"academic-year\"\n\
             due = { day = \"31 October\", starters = 20 }\n"
                .to_owned(),
        ),
    ];
    Folder::new(files.map(|(path, text)| (path.to_owned(), text.into_bytes())))
}

fn is_complaint_or_sound(folder: &Folder, all: usize, file: usize, slips: &[Slip]) -> Result<(), TestCaseError> {
    let paths: Vec<&str> = folder.paths().collect();
    let path = paths[file % paths.len()];
    let bytes = slips.iter().fold(folder.bytes(path).expect("a file").to_vec(), |bytes, slip| slipped(&bytes, slip));
    let broken = folder.overlaid_with(&Folder::new([(path.to_owned(), bytes)]));
    let (library, complaints) = Library::of(&broken);
    prop_assert!(held(&library) == all || !complaints.is_empty());
    prop_assert!(complaints.iter().all(|complaint| complaint.line > 0 && !complaint.what.is_empty()));
    Ok(())
}

fn held(library: &Library) -> usize {
    library.courses().len() + library.policies().len() + library.checklists().len()
}

/// So many broken files of a folder, on a thread of their own.
fn break_files(folder: Folder, cases: u32) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let (library, complaints) = Library::of(&folder);
        assert_eq!(complaints, []);
        let all = held(&library);
        let mut runner =
            TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
        let broken = (0_usize..1000, prop::collection::vec(slip(), 1..4));
        runner.run(&broken, |(file, slips)| is_complaint_or_sound(&folder, all, file, &slips)).expect("no panic");
    })
}

/// Nearly all of the 10,000 are of a small shelf, so that they take seconds; the rest are of the course that staff take first.
#[test]
fn ten_thousand_broken_files_give_a_complaint_or_sound_content_and_never_a_panic() {
    let threads = [break_files(small_shelf(), 4_950), break_files(small_shelf(), 4_950), break_files(shelf(), 100)];
    for thread in threads {
        thread.join().expect("no panic");
    }
}
