//! What authors have beside the check: a new course to start from, questions from and for other programs, figures.

use std::fs;
use std::path::Path;

use seamark::courses::exchange::{
    DRAFTS, Draft, DraftKind, Format, export, export_command, import_questions, read_gift,
};
use seamark::courses::figures::figures;
use seamark::courses::files::Folder;
use seamark::courses::skeleton::{self, MARK};
use seamark::courses::{Kind, Library};
use seamark::preview::preview;

fn begun(directory: &Path) -> std::path::PathBuf {
    let (library, _) = Library::load(None);
    skeleton::begin(&library, directory, "our-course", "2026-11-24".parse().unwrap()).unwrap()
}

// ── a new course

#[test]
fn a_new_course_is_whole_but_for_what_is_marked_as_still_to_be_written() {
    let own = tempfile::tempdir().unwrap();
    begun(own.path());
    let (library, complaints) = Library::load(Some(own.path()));
    assert!(library.course("our-course").is_none(), "nobody is shown a course that is still to be written");
    assert!(complaints.len() > 20);
    for complaint in &complaints {
        assert_eq!(complaint.what, "this is still to be written", "{complaint}");
        let text = fs::read_to_string(own.path().join(&complaint.file)).unwrap();
        assert!(text.lines().nth(complaint.line - 1).unwrap().contains(MARK), "{complaint}");
    }
}

#[test]
fn a_new_course_in_which_everything_is_written_is_sound() {
    let own = tempfile::tempdir().unwrap();
    let place = begun(own.path());
    for path in ["course.toml", "quiz.toml", "pages/first-page.md"] {
        let text = fs::read_to_string(place.join(path)).unwrap().replace(MARK, "Now it is said");
        fs::write(place.join(path), text).unwrap();
    }
    let (library, complaints) = Library::load(Some(own.path()));
    assert_eq!(complaints, []);
    assert_eq!(library.course("our-course").unwrap().quiz.questions.len(), 10);
}

#[test]
fn a_new_course_overwrites_nothing() {
    let own = tempfile::tempdir().unwrap();
    begun(own.path());
    let (library, _) = Library::load(None);
    let again = |slug: &str| skeleton::begin(&library, own.path(), slug, "2026-11-24".parse().unwrap());
    assert!(again("our-course").unwrap_err().to_string().contains("already"));
    assert!(again("acceptable-use").unwrap_err().to_string().contains("already"));
    assert!(again("Our Course").unwrap_err().to_string().contains("no name"));
}

#[test]
fn a_preview_is_for_this_machine_and_for_a_course() {
    let own = tempfile::tempdir().unwrap();
    let place = begun(own.path());
    let elsewhere = preview(&place, "0.0.0.0:0".parse().unwrap()).unwrap_err().to_string();
    assert!(elsewhere.contains("this machine only"), "{elsewhere}");
    assert!(preview(own.path(), "127.0.0.1:0".parse().unwrap()).unwrap_err().to_string().contains("no course.toml"));
}

// ── questions for other programs

#[test]
fn every_bank_leaves_as_gift_and_comes_back_with_the_same_questions() {
    let (library, _) = Library::load(None);
    for course in library.courses() {
        let exported = export(&course, Format::Gift);
        let read = read_gift(&exported.text);
        assert!(read.all_taken, "{}: {:?}", course.slug, read.said);
        assert_eq!(read.drafts.len(), course.quiz.questions.len(), "{}", course.slug);
        for (draft, question) in read.drafts.iter().zip(&course.quiz.questions) {
            assert_eq!(draft.id.as_deref(), Some(question.id.as_str()));
            assert_eq!(draft.ask, question.ask.split_whitespace().collect::<Vec<_>>().join(" "));
            assert_eq!(draft.clauses, question.clauses);
            let Some(choices) = question.kind.choices() else {
                assert!(matches!(draft.kind, DraftKind::Pairs(_)));
                continue;
            };
            let DraftKind::Choices { right, wrong } = &draft.kind else { panic!("{} came back as pairs", question.id) };
            let there = |is_right: bool| -> Vec<(String, String)> {
                let chosen = choices.iter().filter(|choice| choice.is_right == is_right);
                chosen.map(|choice| (choice.text.clone(), choice.reason.clone())).collect()
            };
            assert_eq!((right, wrong), (&there(true), &there(false)), "{}", question.id);
        }
    }
}

#[test]
fn what_another_program_has_no_place_for_is_said_line_by_line() {
    let (library, _) = Library::load(None);
    let course = library.course("acceptable-use").unwrap();
    let gift = export(&course, Format::Gift);
    let said: Vec<String> = gift.left_out.iter().map(ToString::to_string).collect();
    for words in ["putting in order becomes matching", "the spare answer", "only a comment there"] {
        assert!(said.iter().any(|line| line.starts_with("quiz.toml:") && line.contains(words)), "{words}: {said:?}");
    }
    let xml = export(&course, Format::MoodleXml);
    assert!(xml.left_out.iter().all(|line| !line.what.contains("spare")), "Moodle XML has a place for spare answers");
    assert_eq!(xml.text.matches("<question type=").count(), course.quiz.questions.len());
    assert_eq!(xml.text.matches("<question type=").count(), xml.text.matches("</question>").count());
    assert!(!xml.text.contains("& ") && xml.text.starts_with("<?xml"));

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bank.gift");
    let said = export_command(&library, "acceptable-use", Format::Gift, &out).unwrap();
    assert!(said.contains("✓") && fs::read_to_string(out).unwrap() == gift.text);
    assert!(export_command(&library, "no-such", Format::Gift, folder.path()).is_err());
}

// ── questions from other programs

fn only(text: &str) -> Draft {
    let read = read_gift(text);
    assert_eq!(read.drafts.len(), 1, "{read:?}");
    read.drafts[0].clone()
}

fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

#[test]
fn a_parser_that_is_not_ours_finds_every_question_that_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (library, _) = Library::load(None);
    for course in library.courses() {
        fs::write(folder.path().join(format!("{}.gift", course.slug)), export(&course, Format::Gift).text).unwrap();
    }
    fs::write(folder.path().join("broken.gift"), "::one:: Which? {=This ~That").unwrap();
    let read_back = |is_wanted: fn(&str) -> bool| {
        let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let wanted: Vec<_> = files.filter(|file| is_wanted(file.file_stem().unwrap().to_str().unwrap())).collect();
        assert!(!wanted.is_empty());
        std::process::Command::new("node").arg("tests/exports/check.cjs").args(wanted).output().unwrap()
    };
    let said = read_back(|name| name != "broken");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    assert_eq!(String::from_utf8_lossy(&said.stdout).matches(" questions, ").count(), library.courses().len());
    assert!(!read_back(|name| name == "broken").status.success());
}

#[test]
fn gift_is_read_in_the_forms_that_we_have() {
    let one = only(
        "// [id:who-first] [tag:P18]\n::Who first?::[html]A <b>list</b> is lost\\: whom do you tell? {\n=The lead#At once.\n~Nobody#No.\n~A friend\n####Soon.\n}\n",
    );
    assert_eq!(one.id.as_deref(), Some("who-first"));
    assert_eq!((one.ask.as_str(), one.why.as_deref()), ("A list is lost: whom do you tell?", Some("Soon.")));
    assert_eq!(one.clauses, ["P18"]);
    let wrong = rows(&[("Nobody", "No."), ("A friend", "")]);
    assert_eq!(one.kind, DraftKind::Choices { right: rows(&[("The lead", "At once.")]), wrong });

    let several = only("Which? {~%50%One~%50%Two~%-100%Three}");
    assert_eq!(
        several.kind,
        DraftKind::Choices { right: rows(&[("One", ""), ("Two", "")]), wrong: rows(&[("Three", "")]) }
    );
    let pairs = only("::P::Match them. {=a -> 1 =b -> 2 =c -> 3}");
    assert_eq!(pairs.kind, DraftKind::Pairs(rows(&[("a", "1"), ("b", "2"), ("c", "3")])));
    let truth = only("The sky is blue.{T#It is.#Well seen.}");
    assert_eq!(
        truth.kind,
        DraftKind::Choices { right: rows(&[("True", "Well seen.")]), wrong: rows(&[("False", "It is.")]) }
    );
    assert_eq!(only("Tell the {=lead ~cook ~bus} at once.").ask, "Tell the _____ at once.");
    assert_eq!(only("What is 1 \\= 1 \\{here\\}? {=\\#1 ~2\\~3 ~x}").ask, "What is 1 = 1 {here}?");
}

#[test]
fn what_cannot_be_carried_over_is_said_with_its_line() {
    let text = "$CATEGORY: old/bank\n\nHow many? {#3}\n\nWrite freely. {}\n\n::Typed::Type it. {=one =two}\n\nNo end {=a ~b\n\n\
                Which? {~a ~b ~c}\n\nPart marks. {~%70%a ~%30%b ~c}\n";
    let read = read_gift(text);
    assert!(!read.all_taken);
    assert_eq!(read.drafts.len(), 1);
    let said: Vec<String> = read.said.iter().map(|(line, what)| format!("{line}: {what}")).collect();
    for line in [
        "1: the category ‘old/bank’ is left out",
        "3: left out: a number",
        "5: left out: a text that somebody writes",
        "7: left out: an answer that somebody types",
        "9: left out: its braces do not close",
        "11: left out: no option is right",
        "13: part marks are left out",
    ] {
        assert!(said.iter().any(|found| found.starts_with(line)), "{line}: {said:#?}");
    }
}

#[test]
fn imported_questions_are_drafts_that_change_no_version_and_are_never_drawn() {
    let own = tempfile::tempdir().unwrap();
    let course = own.path().join("modules/acceptable-use");
    let built_in = Folder::built_in().under("modules/acceptable-use");
    for path in built_in.paths() {
        fs::create_dir_all(course.join(path).parent().unwrap()).unwrap();
        fs::write(course.join(path), built_in.bytes(path).unwrap()).unwrap();
    }
    let file = own.path().join("old.gift");
    fs::write(&file, "Which? {=\"One\"#Yes. ~Two\\\\ ~Three#No.}\n\nHow many? {#3}\n").unwrap();
    let (said, all) = import_questions(&file, &course).unwrap();
    assert!(!all && said.contains("old.gift:3: left out") && said.contains("1 draft into"), "{said}");
    import_questions(&file, &course).unwrap();
    fs::remove_file(&file).unwrap();

    let (library, complaints) = Library::load(Some(own.path()));
    assert_eq!(complaints, []);
    let bank = library.course("acceptable-use").unwrap();
    assert!(bank.quiz.question("imported").is_none());
    let before = Library::load(None).0.version(Kind::Course, "acceptable-use");
    assert_eq!(library.version(Kind::Course, "acceptable-use"), before);
    let drafts: Vec<String> = library.drafts.iter().map(ToString::to_string).collect();
    assert_eq!(drafts.len(), 2, "{drafts:?}");
    assert!(drafts[0].contains("‘imported’ still needs clauses, an outcome, 1 reason"), "{drafts:?}");
    assert!(drafts[1].contains("‘imported-2’"), "the same question, brought in twice, has another id");

    // A file of drafts that cannot be read is said, and takes nothing away.
    fs::write(course.join(DRAFTS), "[[question]\n").unwrap();
    let (library, complaints) = Library::load(Some(own.path()));
    assert_eq!((complaints.len(), library.drafts.len()), (0, 1));
}

// ── figures

#[test]
fn the_figures_have_a_line_for_each_course_and_one_for_all() {
    let (library, _) = Library::load(None);
    let page = figures(&library);
    for course in library.courses() {
        let start = format!("| {} | {} | {} |", course.title, course.pages.len(), course.quiz.questions.len());
        assert!(page.contains(&start), "{start}\n{page}");
    }
    assert!(page.contains(&format!("{} modules, ", library.courses().len())));
}
